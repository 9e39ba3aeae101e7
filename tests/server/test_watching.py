"""What a server tells who watches over it: health, numbers, log lines. No name, no value, no token."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import httpx2
import pytest
from tests.postgres import Postgres, Server, programs, server
from tests.server.conftest import Running, Team, until, with_admin

from lockwork.client.http import Http
from lockwork.domain.errors import LockworkError
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import LogIn

MARKED = "hunter2mark"
"""Stands in every name, key, value, token and path that is given here."""


def ask_everything(server: Running, token: Sensitive) -> None:
    """Reads, writes, refusals, what is malformed, and what no row of the table answers."""
    with closing(server.client(token)) as client:
        client.create_secret(f"s-{MARKED}", {f"k{MARKED}": f"value {MARKED}"})
        client.get_secret(f"s-{MARKED}")
        for ask in (client.delete_secret, client.get_secret, client.get_stack, client.get_user):
            with suppress(LockworkError):
                ask(f"absent-{MARKED}")
    with closing(Http(server.url, Sensitive(f"lkw_{MARKED}"))) as stranger, suppress(LockworkError):
        stranger.send(LogIn(name=f"u{MARKED}", password=Sensitive(f"password {MARKED}")))
    bearer = {"authorization": f"Bearer {token.reveal()}", "content-type": "application/json"}
    for method, path, body in (
        ("GET", f"/{MARKED}", None),
        ("GET", f"/v1/workspaces/{MARKED}/secrets?name={MARKED}&{MARKED}=1", None),
        ("POST", "/v1/workspaces/default/secrets", f'{{"name": "{MARKED}", "values": {{"k": {MARKED}}}}}'),
        ("DELETE", "/healthz", None),
        ("OPTIONS", f"/{MARKED}", None),
    ):
        httpx2.request(method, server.url + path, content=body, headers=bearer)
    httpx2.get(server.url + "/healthz", headers={"host": f"{MARKED}.example", "user-agent": MARKED})


def test_no_line_and_no_number_tells_a_name_or_a_value(alone: Running) -> None:
    """Whatever is asked, and however it is refused: a line each, with its id, and nothing of it."""
    token = alone.token()
    ask_everything(alone, token)
    numbers = httpx2.get(alone.url + "/metrics").text
    assert alone.stop() == 0
    for told in (alone.said, numbers):
        assert MARKED not in told
        assert token.reveal() not in told
        assert token.reveal()[4:12] not in told
    lines = [json.loads(line) for line in alone.said.splitlines() if line.startswith("{")]
    asked = [line for line in lines if line["event"] == "request"]
    assert {line["status"] for line in asked} >= {200, 201, 400, 404, 421}
    assert all(len(line["request"]) == 32 and line["milliseconds"] >= 0 for line in asked)
    assert {"/v1/workspaces/{workspace}/secrets", None} <= {line["route"] for line in asked}
    assert (
        'lockwork_requests_total{method="POST",route="/v1/workspaces/{workspace}/secrets",status="201"} 1.0'
        in numbers
    )
    assert "lockwork_request_seconds_bucket" in numbers
    assert "lockwork_requests_under_way 1.0" in numbers
    assert "process_resident_memory_bytes" in numbers


def test_an_answer_bears_the_id_of_its_line(alone: Running) -> None:
    """What a user reports is found in the log; a line of JSON is one whatever came with the request."""
    answer = httpx2.get(alone.url + "/v1/users")
    alone.stop()
    lines = [json.loads(line) for line in alone.said.splitlines() if line.startswith("{")]
    (line,) = [line for line in lines if line.get("request") == answer.headers["x-request-id"]]
    assert (line["route"], line["status"], line["address"]) == ("/v1/users", 401, "127.0.0.1")


def test_numbers_are_for_this_host_and_for_who_shows_a_token(own_home: Path) -> None:
    """Elsewhere only with a good one; that an address is said to be here counts from no one but the proxy."""
    made = Running(own_home / "server", *with_admin(own_home), "--behind-proxy", "127.0.0.1/32")
    with closing(made.start()):
        assert made.asks("/metrics") == 200
        for said in ("203.0.113.9", "127.0.0.1, 203.0.113.9", "127.0.0.1,203.0.113.9, 127.0.0.1"):
            assert made.asks("/metrics", **{"x-forwarded-for": said}) == 401
            wrong = {"authorization": "Bearer lkw_wrong"}
            assert made.asks("/metrics", **{"x-forwarded-for": said}, **wrong) == 401
            right = {"authorization": f"Bearer {made.token().reveal()}"}
            assert made.asks("/metrics", **{"x-forwarded-for": said}, **right) == 200


def test_it_answers_to_its_own_names_alone(own_home: Path) -> None:
    """With --public-url to that too; to any other, to two and to none it says 421, health included."""
    made = Running(own_home / "server", "--public-url", "https://lockwork.example")
    with closing(made.start()):
        for name in (
            "lockwork.example",
            "LOCKWORK.example:443",
            f"localhost:{made.port}",
            f"127.0.0.1:{made.port}",
        ):
            assert made.asks("/healthz", host=name) == 200
        for name in (
            "evil.example",
            "lockwork.example:80",
            "lockwork.example.evil",
            "localhost",
            "127.0.0.1",
            "",
        ):
            assert made.asks("/healthz", host=name) == 421


def test_what_is_forwarded_counts_from_the_proxy_alone(alone: Running) -> None:
    """Without one, X-Forwarded-For is a claim of the client's, and the log says where it really came from."""
    alone.asks("/v1/users", **{"x-forwarded-for": "203.0.113.9"})
    alone.stop()
    assert "203.0.113.9" not in alone.said


@pytest.fixture
def own_postgres() -> Iterator[Server]:
    """One that may be stopped."""
    programs()
    with server() as running:
        yield running


def test_readiness_is_that_of_the_database_and_the_root_key(own_postgres: Server, own_home: Path) -> None:
    """Each of two servers says so by itself, what is wrong and nothing more; it recovers by itself."""
    with closing(Team(own_home, Postgres(own_postgres.url).fresh())) as team:
        one, other = team.servers
        own_postgres.stop()
        until(lambda: one.asks("/readyz") == 503)
        assert one.asks("/healthz") == 200
        assert "hunter" not in httpx2.get(one.url + "/readyz").text
        own_postgres.start()
        until(lambda: one.asks("/readyz") == other.asks("/readyz") == 200)
        kept = team.key_files[1].read_text()
        team.key_files[1].write_text("lwk1_" + "A" * 43 + "\n")
        until(lambda: other.asks("/readyz") == 503)
        assert one.asks("/readyz") == 200
        team.key_files[1].write_text(kept)
        until(lambda: other.asks("/readyz") == 200)
