"""However many ask who are nobody, whoever is known is answered, and what waits has an end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.api.conftest import Api

from lockwork.domain.access import Limits
from lockwork.server.running import MOST_STRANGERS_WAITING, STRANGERS
from lockwork.service.callers import Shown

MOST = STRANGERS + MOST_STRANGERS_WAITING
BEYOND = 10


@contextmanager
def asked_at_once(many: int, ask: Any) -> Iterator[list[Any]]:
    """So many ask, each in a thread; what they have heard so far."""
    heard: list[Any] = []
    threads = [threading.Thread(target=lambda n=n: heard.append(ask(n))) for n in range(many)]
    for thread in threads:
        thread.start()
    yield heard
    for thread in threads:
        thread.join()


def until(holds: Any, *, within: threading.Event) -> None:
    while not holds():
        assert not within.wait(0.01)


def under_way(api: Api) -> float:
    """How many requests are, with the one that asks."""
    lines = api.ask("GET", "/metrics", None).text.splitlines()
    return float(next(line for line in lines if line.startswith("lockwork_requests_under_way ")).split()[1])


def test_a_flood_of_unknown_tokens_starves_nobody_inside(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past those who may wait, each hears at once when to come again; who is known waits for none of them."""
    go, answer = threading.Event(), api.gate.answer

    def slowly(door: Any, message: Any) -> Any:
        if isinstance(door, Shown) and door.token not in known:
            go.wait()
        return answer(door, message)

    known: set[str | None] = set()
    monkeypatch.setattr(api.gate, "answer", lambda door, m: known.add(door.token) or answer(door, m))
    assert api.ask("GET", "/v1/me", "ada").status_code == 200
    monkeypatch.setattr(api.gate, "answer", slowly)
    with asked_at_once(MOST + BEYOND, lambda n: api.ask("GET", "/v1/me", f"lkw_made_up_{n}")) as heard:
        until(lambda: len(heard) >= BEYOND, within=go)
        for _ in range(20):
            assert api.ask("GET", "/v1/me", "ada").status_code == 200
        assert [r.status_code for r in heard] == [503] * BEYOND
        assert {r.headers["retry-after"] for r in heard} == {"1"}
        assert {r.json()["type"] for r in heard} == {"urn:lockwork:problem:busy"}
        go.set()
    assert sorted(r.status_code for r in heard) == [401] * MOST + [503] * BEYOND
    assert api.ask("GET", "/v1/me", "eve").status_code == 200


def test_a_token_that_opens_no_more_is_a_strangers_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hears that it is not valid, and from then on waits with those who are not known."""
    token = api.limited("ada", Limits())
    assert api.ask("GET", "/v1/me", token).status_code == 200
    mine = api.ask("GET", "/v1/tokens?name=limited", "ada").json()["items"][0]["id"]
    assert api.ask("POST", f"/v1/tokens/{mine}/revoke", "ada").status_code == 200
    assert api.ask("GET", "/v1/workspaces/default/secrets", token).status_code == 401
    asked, answer = [], api.gate.answer
    monkeypatch.setattr(api.gate, "answer", lambda door, m: asked.append(type(m).__name__) or answer(door, m))
    assert api.ask("GET", "/v1/workspaces/default/secrets", token).status_code == 401
    assert asked == ["WhoAmI"]


def test_who_asks_whether_it_is_ready_asks_with_all_others(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the database takes its time, one question waits for it, and no named caller."""
    assert api.ask("GET", "/v1/me", "ada").status_code == 200
    go, looks = threading.Event(), []
    ready = api.served._site.ready

    def look() -> None:
        looks.append(1)
        go.wait()

    monkeypatch.setattr(ready, "_act", look)
    with asked_at_once(50, lambda _: api.ask("GET", "/readyz", None).status_code) as heard:
        until(lambda: under_way(api) == 51, within=go)
        assert looks == [1]
        for _ in range(20):
            assert api.ask("GET", "/v1/me", "ada").status_code == 200
        go.set()
    assert heard == [200] * 50
