"""Every question of the API with everything that its description allows, and some that it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS
from tests.api.conftest import PLANTED, Api

from lockwork.wire.openapi import verbs

CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
TELLS_VALUES = {"RevealSecret", "RevealSecrets"}
ROLES = ("vic", "rob", "eve", "ada", "root", "sam", None)
KEEPS_US_IN = {"LogOut", "ActivateKey", "DestroyKey"}
"""Would end what the other examples stand on."""

THERE = {"workspace": "default", "secret": "db", "component": "default", "stack": "default", "user": "zoe"}


@pytest.fixture(scope="module")
def filled(lasting_api: Api) -> Api:
    """A store in which names that a machine may well guess are taken."""
    lasting_api.join("zoe", None)
    lasting_api.secret("db")
    lasting_api.secret("0", scope="user")
    return lasting_api


def operations(api: Api) -> Iterator[tuple[str, Any]]:
    described = schemathesis.openapi.from_url(f"{api.url}/openapi.json")
    for found in described.get_all_operations():
        operation = found.ok()
        yield operation.definition.raw["operationId"], operation


def checks() -> list[Any]:
    return CHECKS.get_by_names(list(CHECKED))


def try_all(api: Api, who: str | None, examples: int, mode: Any, seed: int | None = 7) -> int:
    """How many answers were looked at."""
    looked = 0
    for name, operation in operations(api):
        if name not in KEEPS_US_IN:
            looked += try_one(api, who, name, operation, examples, mode, seed)
    return looked


def try_one(
    api: Api, who: str | None, name: str, operation: Any, examples: int, mode: Any, seed: int | None
) -> int:
    headers = {} if who is None else {"Authorization": f"Bearer {api.tokens[who]}"}
    looked = 0

    def once(case: Any) -> None:
        nonlocal looked
        if looked % 4 < 3 and case.path_parameters:  # chance alone would hardly name anything that is there
            case.path_parameters |= {n: t for n, t in THERE.items() if n in case.path_parameters}
        response = case.call(headers=headers, timeout=30)
        looked += 1
        case.validate_response(response, checks=checks())
        if name not in TELLS_VALUES:
            assert PLANTED.encode() not in response.content, name
        assert api.tokens["root"].encode() not in response.content

    tried = settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(hypothesis.given(case=operation.as_strategy(generation_mode=mode))(once))  # fmt: skip
    (tried if seed is None else hypothesis.seed(seed)(tried))()
    return looked


@pytest.mark.parametrize("who", ROLES)
def test_whatever_is_asked_is_answered_as_described(filled: Api, who: str | None) -> None:
    """No failure of the server, no answer but those described, and no value where none belongs."""
    assert try_all(filled, who, 2, schemathesis.GenerationMode.POSITIVE) >= len(verbs())


def test_what_follows_a_record_that_is_gone_is_refused_as_described(filled: Api) -> None:
    """Whoever exports the trail while it is pruned hears it in a way that the description has."""
    answer = filled.ask("GET", "/v1/audit/links?before=1&after=-1")
    described = filled.ask("GET", "/openapi.json").json()["paths"]["/v1/audit/links"]["get"]
    assert answer.status_code == 409
    assert str(answer.status_code) in described["responses"]


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_the_same_with_many_more(filled: Api, who: str | None, mode: Any) -> None:
    """The same with what random seeds and forbidden forms bring."""
    try_all(filled, who, 60, mode, seed=None)
