"""A change that is asked again under its key is done once."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.api.conftest import PLANTED, Api

from lockwork.client.http import Http
from lockwork.database.engine import Statement
from lockwork.domain.access import Limits
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.secrets import CreateSecret

SECRETS = "/v1/workspaces/default/secrets"
BODY = {"name": "db", "values": {"password": PLANTED}}


def create(api: Api, key: str, who: str = "root", body: Any = BODY) -> Any:
    return api.ask("POST", SECRETS, who, body, idempotency_key=key)


def whole_request(line: socket.socket) -> bytes:
    found = b""
    while b"\r\n\r\n" not in found:
        found += line.recv(65536)
    size = re.search(rb"content-length: (\d+)", found.lower())
    while len(found.partition(b"\r\n\r\n")[2]) < int(size[1] if size else 0):
        found += line.recv(65536)
    return found


@contextmanager
def losing(api: Api, answers: int) -> Iterator[str]:
    """The server behind a wire that passes every request on and loses the first answers."""
    left = [answers]
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                with line:
                    asked = whole_request(line).replace(f"127.0.0.1:{port}".encode(), api.host.encode())
                    answer = api.raw(asked)
                    if left[0]:
                        left[0] -= 1
                        continue
                    head = f"{answer.head}\r\nconnection: close\r\n\r\n"
                    line.sendall(head.encode("latin-1") + answer.body)

        port = listening.getsockname()[1]
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{port}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def rows(api: Api) -> list[Any]:
    with api.gate.house.database.reading() as tx:
        return [tuple(row) for row in tx.rows(Statement("SELECT question, answer, asker FROM answered"))]


def test_the_same_again_is_answered_and_not_done_again(each_api: Api) -> None:
    """The answer is the same; there is one version, and one record in the audit trail."""
    api = each_api
    first, again = create(api, "k1"), create(api, "k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert create(api, "k2").status_code == 409
    update = {"set": {"a": "b"}}
    for _ in range(3):
        assert api.ask("PATCH", f"{SECRETS}/db", body=update, idempotency_key="k1").json()["version"] == 2
    records = api.ask("GET", "/v1/audit?action=secret.create").json()["items"]
    assert [record["outcome"] for record in records] == ["refused", "done"]


def test_another_question_under_the_key_is_refused(each_api: Api) -> None:
    """Also one that differs in a value alone."""
    api = each_api
    create(api, "k1")
    for body in ({**BODY, "name": "other"}, {**BODY, "values": {"password": "another"}}):
        told = create(api, "k1", body=body)
        assert told.status_code == 422
        assert told.json()["type"] == "urn:lockwork:problem:idempotency-key-reused"
    assert api.ask("GET", f"{SECRETS}/other").status_code == 404


def test_keys_are_each_callers_own(api: Api) -> None:
    """Another caller's key, or that of a narrower token of the same person, is another key."""
    create(api, "k1")
    assert create(api, "k1", "eve").status_code == 409  # the name is taken: it was looked at anew
    narrow = api.limited("default", Limits(patterns=("x*",)))
    assert create(api, "k1", narrow).status_code == 403
    assert PLANTED not in create(api, "k1", "ada").text


def test_rights_are_those_of_now(api: Api) -> None:
    """Who is no member any more does not hear the answer of before, nor who may not come in."""
    create(api, "k1", "eve")
    assert api.ask("DELETE", "/v1/workspaces/default/members/eve").status_code == 200
    assert create(api, "k1", "eve").status_code == 404
    api.ask("PATCH", "/v1/users/eve", body={"disabled": True})
    assert create(api, "k1", "eve").status_code == 401


def test_what_failed_is_not_remembered(api: Api) -> None:
    """The same key does it, once it can be done."""
    assert create(api, "k1", body={**BODY, "name": "not a name"}).status_code == 400
    assert create(api, "k1").status_code == 201


def test_a_key_is_good_for_a_day(each_api: Api) -> None:
    """Then it is forgotten, and its row is gone."""
    api = each_api
    create(api, "k1")
    api.clock.advance(days=1.01)
    assert create(api, "k1").status_code == 409
    assert create(api, "k2", body={**BODY, "name": "other"}).status_code == 201
    assert len(rows(api)) == 1


def test_no_value_can_be_had_from_what_is_kept(api: Api) -> None:
    """Neither in the answer nor by guessing at the hash of the question, whose key the database lacks."""
    from lockwork.crypto.digests import sha256

    create(api, "k1")
    made = api.ask("POST", "/v1/tokens", body={"name": "ci"}, idempotency_key="k1").json()["text"]
    (kept,) = [row for row in rows(api) if len(row[1]) > 32]
    assert PLANTED.encode() not in bytes(kept[1])
    assert all(made.encode() not in bytes(row[1]) for row in rows(api))
    assert bytes(kept[0]) != sha256(PLANTED.encode())
    assert len(bytes(kept[0])) == 32


def test_an_answer_that_was_changed_is_not_told(api: Api) -> None:
    """Whoever can write the database cannot make a client believe what was never answered."""
    create(api, "k1")
    forged = bytes(rows(api)[0][1]).replace(b'"version":1', b'"version":7')
    with api.gate.house.database.writing() as tx:
        assert tx.run(Statement("UPDATE answered SET answer = :forged"), forged=forged) == 1
    again = create(api, "k1")
    assert again.status_code == 500
    assert again.json()["type"] == "urn:lockwork:problem:tampered"
    assert b'"version":7' not in again.content


def test_a_secret_text_is_told_once(api: Api) -> None:
    """A token asked for again is not made again, and its text is not told again: that is said."""

    def ask() -> Any:
        return api.ask("POST", "/v1/tokens", body={"name": "ci"}, idempotency_key="k1")

    assert ask().status_code == 201
    again = ask()
    assert again.status_code == 409
    assert "only once" in again.json()["detail"]
    assert api.ask("GET", "/v1/tokens?name=ci").json()["total"] == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 129])
def test_a_key_is_visible_ascii(api: Api, key: str) -> None:
    """Anything else is refused, as the caller would believe to be known again."""
    sent = api.head(
        f"POST {SECRETS} HTTP/1.1", f"Authorization: Bearer {api.tokens['root']}", f"Idempotency-Key: {key}",
        "Content-Type: application/json", "Content-Length: 2",
    )  # fmt: skip
    assert api.raw(sent + b"{}").status == 400


def test_many_at_once_are_one(each_api: Api) -> None:
    """Of sixteen that ask the same at once, all hear the one answer."""
    api = each_api
    heard: list[Any] = []

    def ask() -> None:
        heard.append(create(api, "k1"))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {response.status_code for response in heard} == {201}
    assert len({response.json()["id"] for response in heard}) == 1


def test_the_gateway_repeats_a_change_whose_answer_was_lost(api: Api) -> None:
    """A connection breaks after the change was done: the client hears its answer, and it was done once."""
    with losing(api, answers=1) as url:
        gateway = Http(url, Sensitive(api.tokens["root"]))
        made = gateway.send(
            CreateSecret(workspace="default", name="db", values={"password": Sensitive(PLANTED)})
        )
        gateway.close()
    assert made.version == 1
    assert api.ask("GET", f"{SECRETS}/db").json()["id"] == made.id
