"""HTTP as its own rules have it: methods, versions, pages, the description, failures."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from tests.api.conftest import Api

from lockwork.messages import Message
from lockwork.wire import routes
from lockwork.wire.openapi import document
from lockwork.wire.problems import MEDIA_TYPE

SECRETS = "/v1/workspaces/default/secrets"


@pytest.fixture
def db(api: Api) -> str:
    """The path of a secret."""
    api.secret("db")
    return f"{SECRETS}/db"


def problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    told: dict[str, Any] = response.json()
    assert told["status"] == status
    assert told["type"].startswith("urn:lockwork:problem:")
    return told


# ---- the description ----


def test_everything_that_can_be_asked_is_described(lasting_api: Api) -> None:
    """Anyone may read it, and each row of the route table stands in it with what it needs."""
    told = lasting_api.ask("GET", "/openapi.json", who=None).json()
    assert told == msgspec.json.decode(msgspec.json.encode(document()))
    asked = {op["operationId"]: op for path in told["paths"].values() for op in path.values()}
    rows = {row.message: routes.message_of(noun, row) for noun, rows in routes.ROUTES.items() for row in rows}
    assert asked.keys() == rows.keys()
    for name, message in rows.items():
        assert issubclass(message, Message)
        assert asked[name]["x-lockwork-permission"] == message.permission.value
    assert not re.search(r"#/components/schemas/(?!\w+\")", str(told).replace("'", '"'))


def test_each_reference_of_the_description_leads_somewhere() -> None:
    """Tools that make clients of it find every type."""
    told = document()
    named = set(re.findall(r"#/components/schemas/(\w+)", str(told)))
    assert named <= told["components"]["schemas"].keys()
    values = told["components"]["schemas"]["CreateSecret"]["properties"]["values"]
    assert values["additionalProperties"] == {"type": "string", "format": "password"}


def test_the_page_runs_nothing(lasting_api: Api) -> None:
    """It is read without a token, holds no script, and its policy lets none run and nothing in."""
    page = lasting_api.ask("GET", "/docs", who=None)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "script" not in page.text
    assert "://" not in page.text
    assert "/v1/workspaces/{workspace}/secrets/{secret}/reveal" in page.text
    style = lasting_api.ask("GET", "/docs/style.css", who=None)
    assert style.headers["content-type"].startswith("text/css")
    assert "url(" not in style.text


# ---- methods and failures ----


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/nothing", 404),
        ("GET", f"{SECRETS}/nothing-here", 404),
        ("DELETE", SECRETS, 405),
        ("TRACE", SECRETS, 405),
        ("BREW", "/v1/me", 400),
        ("GET", f"{SECRETS}?page=0", 400),
        ("GET", f"{SECRETS}?nothing=1", 400),
        ("GET", f"{SECRETS}?page=1&page=2", 400),
    ],
)
def test_every_failure_is_told_as_a_problem(lasting_api: Api, method: str, path: str, status: int) -> None:
    """Also where there is no such address or method."""
    if method == "BREW":  # no method of HTTP: it does not get as far as we do
        answer = lasting_api.raw(lasting_api.head("BREW /v1/me HTTP/1.1"))
        assert (answer.status, answer.header("content-type")) == (status, MEDIA_TYPE)
        return
    told = problem(lasting_api.ask(method, path), status)
    assert told["detail"]


def test_an_address_says_which_methods_it_has(lasting_api: Api) -> None:
    """OPTIONS and 405 say so, and nothing that lets a page of another origin ask."""
    asked = lasting_api.ask("OPTIONS", SECRETS, None, origin="https://evil.example",
                            access_control_request_method="POST")  # fmt: skip
    assert asked.status_code == 204
    for response in (asked, lasting_api.ask("PUT", SECRETS)):
        assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}
        assert not [name for name in response.headers if name.startswith("access-control-")]


def test_head_is_get_without_the_body(api: Api, db: str) -> None:
    """Same status and headers."""
    got, head = api.ask("GET", db), api.ask("HEAD", db)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("etag", "content-type", "content-length", "cache-control"):
        assert head.headers[name] == got.headers[name]
    assert api.ask("HEAD", f"{SECRETS}/absent").status_code == 404


def test_nothing_is_kept_on_the_way(lasting_api: Api) -> None:
    """Answers and failures, also those of strangers, may be kept by nobody and shown in no frame."""
    for response in (
        lasting_api.ask("GET", "/v1/me"),
        lasting_api.ask("GET", "/v1/me", None),
        lasting_api.ask("GET", "/nothing", None),
        lasting_api.ask("GET", "/v1/me", host="evil.example"),
        lasting_api.ask("GET", "/docs", None),
    ):
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
        assert response.headers["x-request-id"]
        assert "server" not in response.headers


# ---- pages ----


def test_a_list_is_a_page(api: Api) -> None:
    """It says which page of which size it is and how much there is; past the end there is nothing."""
    for n in range(5):
        api.secret(f"s{n}")
    told = api.ask("GET", f"{SECRETS}?page=2&size=2&sort_by=desc:name&name=startswith:s").json()
    assert [each["name"] for each in told["items"]] == ["s2", "s1"]
    assert {name: told[name] for name in ("page", "size", "total", "counted")} == {
        "page": 2, "size": 2, "total": 5, "counted": True,
    }  # fmt: skip
    assert api.ask("GET", f"{SECRETS}?page=9&size=2").json()["items"] == []


# ---- versions ----


def test_a_change_may_demand_the_version_that_was_read(api: Api, db: str) -> None:
    """By the tag of the answer; where somebody else wrote first it is 412 and nothing is changed."""
    tag = api.ask("GET", db).headers["etag"]
    assert tag == '"1"'
    changed = api.ask("PATCH", db, body={"set": {"a": "1"}}, if_match=tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'
    told = problem(api.ask("PATCH", db, body={"set": {"a": "2"}}, if_match=tag), 412)
    assert (told["wanted"], told["found"]) == (1, 2)
    assert api.ask("GET", db).headers["etag"] == '"2"'


@pytest.mark.parametrize("tag", ["2", 'W/"2"', "*", '"2", "3"', '"two"', '""', '"' + "9" * 19 + '"'])
def test_a_demand_that_is_not_understood_is_refused(api: Api, db: str, tag: str) -> None:
    """It is never passed over: that would be a write over somebody else's."""
    problem(api.ask("PATCH", db, body={"set": {"a": "1"}}, if_match=tag), 400)
    assert api.ask("GET", db).headers["etag"] == '"1"'


def test_a_demand_has_one_meaning(api: Api, db: str) -> None:
    """Header and field may say the same, and not different things; where none is taken, none is ignored."""
    body = {"set": {"a": "1"}, "if_version": 1}
    problem(api.ask("PATCH", db, body={**body, "if_version": 2}, if_match='"1"'), 400)
    assert api.ask("PATCH", db, body=body, if_match='"1"').status_code == 200
    problem(api.ask("POST", f"{db}/delete", body={}, if_match='"2"'), 400)
    problem(api.ask("GET", db, if_match='"2"'), 400)
