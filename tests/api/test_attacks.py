"""What comes over the wire to do harm: tokens, headers, paths, bodies and lines that are not right."""

from __future__ import annotations

import socket
import time
from contextlib import suppress

import pytest
from tests.api.conftest import Api, read_answer

from lockwork.server import app, connections

SECRETS = "/v1/workspaces/default/secrets"
JSON = "Content-Type: application/json"


def bearer(api: Api, who: str = "root") -> str:
    return f"Authorization: Bearer {api.tokens[who]}"


def post(api: Api, body: bytes, *headers: str, path: str = SECRETS, size: int | None = None) -> bytes:
    length = f"Content-Length: {len(body) if size is None else size}"
    return api.head(f"POST {path} HTTP/1.1", bearer(api), length, *(headers or (JSON,))) + body


# ---- tokens ----


def forged(api: Api) -> dict[str, list[str]]:
    token = api.tokens["root"]
    flipped = token[:-1] + ("A" if token[-1] != "A" else "B")
    return {
        "forged": ["Bearer lkw_" + "A" * 43],
        "truncated": [f"Bearer {token[:-1]}"],
        "lengthened": [f"Bearer {token}A"],
        "one letter changed": [f"Bearer {flipped}"],
        "other case": [f"Bearer {token.swapcase()}"],
        "twice": [f"Bearer {token}", f"Bearer {token}"],
        "twice, one forged": ["Bearer lkw_x", f"Bearer {token}"],
        "two in one": [f"Bearer {token}, Bearer {token}"],
        "empty": [""],
        "no scheme": [token],
        "another scheme": [f"Basic {token}"],
        "no text": ["Bearer "],
        "hash instead of text": ["Bearer " + "0" * 64],
        "SQL": ["Bearer ' OR '1'='1"],
        "SQL that ends a statement": ["Bearer x'; DROP TABLE tokens; --"],
        "not ASCII": ["Bearer lkw_\xff\xfe"],
        "oversized": ["Bearer lkw_" + "A" * 60_000],
    }


@pytest.mark.parametrize("kind", [
    "forged", "truncated", "lengthened", "one letter changed", "other case", "twice", "twice, one forged",
    "two in one", "empty", "no scheme", "another scheme", "no text", "hash instead of text", "SQL",
    "SQL that ends a statement", "not ASCII", "oversized",
])  # fmt: skip
def test_a_token_that_is_not_one_opens_nothing(lasting_api: Api, kind: str) -> None:
    """It is 401 and says how a token is shown, and the answer holds nothing of what was."""
    lines = [f"Authorization: {said}" for said in forged(lasting_api)[kind]]
    answer = lasting_api.raw(lasting_api.head("GET /v1/me HTTP/1.1", *lines))
    assert answer.status == 401
    assert answer.header("www-authenticate") == "Bearer"
    assert b"lkw_" not in answer.body.replace(b"lkw_\xe2\x80\xa6", b"")
    assert lasting_api.ask("GET", "/v1/me").status_code == 200


# ---- names ----

HOSTILE = [
    "x' OR '1'='1", 'x"; DROP TABLE secrets; --', "x\r\nSet-Cookie: a=b", "x\r\n\r\nHTTP/1.1 200 OK", "x\0y",
    "../../v1/me", "..", ".", "a/b", "%2e%2e", "%00", "{{db.password}}", "<script>alert(1)</script>",
    "é" * 50, "\u202egnp", "x" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_name_or_none(lasting_api: Api, name: str) -> None:
    """In a path, a query and a body it is text: nothing else is asked, and no header is made of it."""
    from urllib.parse import quote

    for response in (
        lasting_api.ask("GET", f"{SECRETS}/{quote(name, safe='').replace('.', '%2E')}"),
        lasting_api.ask("GET", f"{SECRETS}?name={quote(name, safe='')}"),
        lasting_api.ask("GET", f"{SECRETS}?sort_by={quote(name, safe='')}"),
        lasting_api.ask("GET", f"/v1/workspaces/{quote(name, safe='').replace('.', '%2E')}/secrets"),
        lasting_api.ask("POST", SECRETS, body={"name": name, "values": {"a": "b"}}),
        lasting_api.ask("POST", "/v1/login", None, {"name": name, "password": name}),
        lasting_api.ask("POST", "/v1/tokens", body={"name": name, "owner": name}),
    ):
        assert response.status_code in (200, 400, 401, 404, 429), response.text
        assert "set-cookie" not in response.headers
        assert response.headers["content-type"].startswith("application/")
    assert lasting_api.ask("GET", "/v1/me").json()["name"] == "default"


# ---- paths, hosts, origins ----


@pytest.mark.parametrize("path", [
    "/v1/../v1/me", "/v1/./me", "//v1/me", "/v1//me", "/v1/me/", "/v1%2Fme", "/v1/%6de", "/V1/me",
    "/v1/me%00", "/v1/me;x=1", "/v1\\me", "/openapi.json/../v1/me", "/docs/../v1/me", "/docs/%2e%2e/v1/me",
    f"{SECRETS}%2f..%2f..%2fme",
])  # fmt: skip
def test_a_path_has_one_spelling(lasting_api: Api, path: str) -> None:
    """What only looks like an address of ours is none."""
    answer = lasting_api.raw(lasting_api.head(f"GET {path} HTTP/1.1", bearer(lasting_api)))
    assert answer.status in (400, 404)
    # All that is told of it is the path itself.
    assert b'"name":"default"' not in answer.body
    assert b'"admin"' not in answer.body


@pytest.mark.parametrize("hosts", [
    [], ["evil.example"], ["127.0.0.1"], ["127.0.0.1:1"], ["localhost.evil.example"],
    ["{ours}", "evil.example"], ["{ours}", "{ours}"], ["{ours}@evil.example"], ["evil.example, {ours}"],
])  # fmt: skip
def test_a_request_is_for_this_server_or_refused(lasting_api: Api, hosts: list[str]) -> None:
    """Exactly one Host, and it is ours: else a page elsewhere could ask under its own name (421)."""
    lines = [f"Host: {host.format(ours=lasting_api.host)}" for host in hosts]
    sent = "\r\n".join(["GET /v1/me HTTP/1.1", *lines, bearer(lasting_api), "", ""])
    assert lasting_api.raw(sent.encode()).status in (400, 421)


def test_a_forwarded_host_counts_for_nothing(lasting_api: Api) -> None:
    """Nor does an absolute address in the request line change whom it is for."""
    said = lasting_api.head("GET /v1/me HTTP/1.1", bearer(lasting_api), "X-Forwarded-Host: evil.example",
                            "Forwarded: for=1.2.3.4;host=evil.example", "X-Original-URL: /v1/keys",
                            "X-HTTP-Method-Override: DELETE")  # fmt: skip
    answer = lasting_api.raw(said)
    assert answer.status == 200
    assert b"evil" not in answer.body
    wrong = "\r\n".join([f"GET http://{lasting_api.host}/v1/me HTTP/1.1", "Host: evil.example", "", ""])
    assert lasting_api.raw(wrong.encode()).status == 421


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_no_page_of_another_origin_may_read_an_answer(lasting_api: Api, method: str) -> None:
    """There is no header that would let it, whatever it asks for."""
    response = lasting_api.ask(method, SECRETS, origin="https://evil.example", cookie="a=b",
                               access_control_request_headers="authorization")  # fmt: skip
    assert not [name for name in response.headers if name.startswith("access-control-")]
    assert "set-cookie" not in response.headers


# ---- bodies ----


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"name":"a","name":"b","values":{"x":"1"}}', "twice"),
        (b'{"name":"a","values":{"x":"planted-1","x":"planted-2"}}', "twice"),
        (b'{"name":"a","values":{"x":"1","\\u0078":"2"}}', "twice"),
        (b'{"name":"a","values":' + b'{"a":' * 65 + b"1" + b"}" * 65 + b"}", "deep"),
        (b"[" * 100_000 + b"]" * 100_000, "deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "deep"),
        (b'{"name":"a","values":{"x":' + b"9" * 1_000_000 + b"}}", "JSON"),
        (b'{"name":"a","values":{"x":1e999999}}', "JSON"),
        (b'{"name":"a","values":{"x":NaN}}', "JSON"),
        (b'{"name":"a","values":{"x":"\\ud800"}}', "JSON"),
        (b'{"name":"a","values":{"x":"\xff"}}', "JSON"),
        (b'\xef\xbb\xbf{"name":"a","values":{"x":"1"}}', "JSON"),
        (b'{"name":"a","values":{"x":"1"}}{}', "JSON"),
        (b'{"name":"a","values":{"x":"1"}', "JSON"),
        (b'["planted-1"]', "object"),
        (b"null", "object"),
        (b'{"name":"a","values":{"x":null}}', ""),
        (b'{"name":"a","values":{"x":["planted-1"]}}', ""),
        (b'{"name":"a","values":{"x":"a\\u0000b"}}', ""),
        (b'{"name":"a","values":{"x":"1"},"__proto__":{}}', "not known"),
    ],
    ids=range(20),
)  # fmt: skip
def test_a_body_is_plain_json_or_refused(lasting_api: Api, body: bytes, words: str) -> None:
    """At once, without quoting any of it, and nothing is kept."""
    began = time.perf_counter()
    answer = lasting_api.raw(post(lasting_api, body))
    assert answer.status == 400, answer.body
    assert words in answer.body.decode()
    assert b"planted" not in answer.body
    assert time.perf_counter() - began < 10
    assert lasting_api.ask("GET", f"{SECRETS}/a").status_code == 404


@pytest.mark.parametrize("said", [
    [], ["text/plain"], ["application/x-www-form-urlencoded"], ["multipart/form-data; boundary=x"],
    ["application/json", "text/plain"], ["application/jsonx"], ["text/json"],
])  # fmt: skip
def test_a_body_says_that_it_is_json(lasting_api: Api, said: list[str]) -> None:
    """What a form of any page can send is refused (415)."""
    headers = [f"Content-Type: {each}" for each in said] or ["X-Nothing: 1"]
    answer = lasting_api.raw(post(lasting_api, b'{"name":"a","values":{"x":"1"}}', *headers))
    assert answer.status == 415
    assert answer.header("content-type") == "application/problem+json"


def test_json_may_say_its_letters(lasting_api: Api) -> None:
    """A parameter of the media type is no other media type."""
    body = b'{"name":"lettered","values":{"x":"1"}}'
    answer = lasting_api.raw(post(lasting_api, body, "Content-Type: Application/JSON; charset=utf-8"))
    assert answer.status == 201


@pytest.mark.parametrize("who", ["root", None])
def test_an_oversized_body_is_refused_before_it_is_read(lasting_api: Api, who: str | None) -> None:
    """By what it says of itself, a stranger's far sooner; the connection ends, its rest is for nobody."""
    size = app.LARGEST + 1 if who else app.LARGEST_OF_STRANGERS + 1
    shown = [bearer(lasting_api)] if who else []
    head = lasting_api.head(f"POST {SECRETS} HTTP/1.1", *shown, JSON, f"Content-Length: {size}")
    answer = lasting_api.raw(head + b"{")
    assert answer.status == 413
    assert answer.header("connection") == "close"
    assert answer.header("content-type") == "application/problem+json"


def test_a_large_body_is_taken_of_who_is_known(lasting_api: Api) -> None:
    """A token that opens nothing lets no more in than none does: it is said before the rest has come."""
    said = ["Authorization: Bearer lkw_forged", JSON, "Content-Length: 20000000"]
    head = lasting_api.head(f"POST {SECRETS} HTTP/1.1", *said)
    answer = lasting_api.raw(head + b" " * (app.LARGEST_OF_STRANGERS + 1))
    assert answer.status == 401
    assert answer.header("connection") == "close"
    values = {f"k{n}": "x" * 1_000_000 for n in range(4)}
    assert lasting_api.ask("POST", SECRETS, body={"name": "large", "values": values}).status_code == 201


def test_a_body_without_a_size_has_an_end_too(lasting_api: Api) -> None:
    """Chunks are counted as they come."""
    head = lasting_api.head(f"POST {SECRETS} HTTP/1.1", JSON, "Transfer-Encoding: chunked")
    chunk = b"%x\r\n" % 32768 + b"x" * 32768 + b"\r\n"
    answer = lasting_api.raw(head + chunk * 3)
    assert answer.status == 413


# ---- lines ----


@pytest.mark.parametrize("headers", [
    ["Content-Length: 5", "Transfer-Encoding: chunked"],
    ["Transfer-Encoding: chunked", "Content-Length: 5"],
    ["Content-Length: 5", "Content-Length: 6"],
    ["Content-Length: +5"],
    ["Content-Length: 5, 5"],
    ["Content-Length: -1"],
    ["Transfer-Encoding: chunked, identity"],
    ["Transfer-Encoding : chunked"],
    ["Transfer-Encoding: \x0bchunked"],
    ["Content-Length: 0x5"],
])  # fmt: skip
def test_where_a_request_ends_has_one_meaning(lasting_api: Api, headers: list[str]) -> None:
    """Else two on the way would see two requests where one sees one: the smuggled one is never answered."""
    head = lasting_api.head(f"POST {SECRETS} HTTP/1.1", bearer(lasting_api), JSON, *headers)
    smuggled = lasting_api.head("GET /v1/me HTTP/1.1", bearer(lasting_api))
    with socket.create_connection(lasting_api.host.split(":"), timeout=10) as line:
        line.sendall(head + b"0\r\n\r\n" + smuggled)
        heard = b""
        with suppress(ConnectionError, TimeoutError):
            while part := line.recv(65536):
                heard += part
    assert heard.count(b"HTTP/1.1 ") <= 1
    assert b" 200 " not in heard.split(b"\r\n")[0]
    assert b'"name":"default"' not in heard


@pytest.mark.parametrize("line", ["X-A: b\r\n c", "X-A: b\x00c", "X A: b", ": b", "X-A\x7f: b", "X-A: \rb"])
def test_a_header_is_one_line(lasting_api: Api, line: str) -> None:
    """Folded or broken ones are refused, and nothing after them is taken for one."""
    sent = f"GET /v1/me HTTP/1.1\r\nHost: {lasting_api.host}\r\n{line}\r\n{bearer(lasting_api)}\r\n\r\n"
    assert lasting_api.raw(sent.encode("latin-1")).status == 400


def closes(line: socket.socket) -> bool:
    """Whether the other side has ended it, without a word that says otherwise."""
    try:
        return b" 200 " not in line.recv(65536)
    except ConnectionError:
        return True


def test_a_head_without_end_is_not_waited_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow or endless, the connection is closed; who asks as they should is answered meanwhile."""
    monkeypatch.setattr(connections, "SLOWEST_HEAD", 0.3)
    silent = [socket.create_connection(api.host.split(":"), timeout=20) for _ in range(20)]
    slow = socket.create_connection(api.host.split(":"), timeout=20)
    slow.sendall(b"GET /v1/me HTTP/1.1\r\nX-A:")
    again = socket.create_connection(api.host.split(":"), timeout=20)
    again.sendall(api.head("GET /v1/me HTTP/1.1", bearer(api)))
    assert read_answer(again).status == 200
    again.sendall(b"GET /v1/")
    assert api.ask("GET", "/v1/me").status_code == 200
    for line in (*silent, slow, again):
        with line:
            assert closes(line)


def test_an_endless_header_is_cut(api: Api) -> None:
    """Before it fills the memory."""
    with socket.create_connection(api.host.split(":"), timeout=20) as line:
        line.sendall(b"GET /v1/me HTTP/1.1\r\nX-A: ")
        with pytest.raises(ConnectionError):
            line.sendall(b"a" * 64 * 1024 * 1024)


def test_a_slow_body_is_not_waited_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has its seconds, whatever trickles in; then it is told so, and the connection ends."""
    monkeypatch.setattr(app, "SLOWEST", 0.3)
    with socket.create_connection(api.host.split(":"), timeout=20) as line:
        line.sendall(post(api, b"{", size=1000))
        answer = read_answer(line)
        assert answer.status == 400
        assert "did not arrive" in answer.body.decode()
        assert answer.header("connection") == "close"
        assert closes(line)


def test_nothing_speaks_anything_but_http(lasting_api: Api) -> None:
    """No web socket, no upgrade, no older protocol that has no Host."""
    upgrade = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")  # fmt: skip
    assert lasting_api.raw(lasting_api.head("GET /v1/me HTTP/1.1", *upgrade)).status in (400, 401)
    for sent in (b"GET /v1/me\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00"):
        with suppress(ConnectionError, IndexError):
            assert lasting_api.raw(sent).status >= 400
