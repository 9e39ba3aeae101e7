"""The way to a server from a client's side: whom it trusts, what it repeats, what it says alone."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.server.conftest import Running, command, free_port, until, with_admin

from lockwork.client.api import Client
from lockwork.client.http import TRIES, Http
from lockwork.domain.errors import LockworkError, NotLoggedIn, ServerAway, Unavailable
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import CreateToken, LogIn, RevokeToken

TOKEN = "lkw_hunter2-of-the-token"


# ---- servers that are none, or not quite ----


class Stub:
    """Answers what it is told to, and remembers what it was asked."""

    def __init__(self, *answers: tuple[int, dict[str, str], bytes] | None) -> None:
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        rest = list(answers)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(handler: BaseHTTPRequestHandler) -> None:
                handler.rfile.read(int(handler.headers.get("content-length") or 0))
                self.asked.append((handler.command, handler.path, dict(handler.headers)))
                told = rest.pop(0) if len(rest) > 1 else rest[0]
                if told is None:  # gone without a word
                    handler.close_connection = True
                    return
                status, headers, body = told
                handler.send_response(status)
                for name, text in {"content-length": str(len(body)), **headers}.items():
                    handler.send_header(name, text)
                handler.end_headers()
                handler.wfile.write(body)

            do_GET = do_POST = do_DELETE = do_PATCH = do_CONNECT = answer

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def client(self) -> Client:
        return Client(workspace="default", gateway=Http(self.url, Sensitive(TOKEN)))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def stub(*answers: tuple[int, dict[str, str], bytes] | None) -> Iterator[tuple[Stub, Client]]:
    with closing(Stub(*answers)) as made, closing(made.client()) as client:
        yield made, client


def problem(word: str, status: int = 503) -> tuple[int, dict[str, str], bytes]:
    told = {"type": f"urn:lockwork:problem:{word}", "title": word, "status": status, "detail": "told so"}
    return status, {"content-type": "application/problem+json"}, json.dumps(told).encode()


NO_USERS = (200, {}, b'{"items": [], "total": 0, "page": 1, "size": 20, "pages": 1, "counted": true}')
BUSY = (503, {}, b"try later")


def test_what_changes_nothing_is_asked_again_while_a_server_is_away() -> None:
    """A gateway's 503, a connection that ends without a word: the next answer counts."""
    with stub(BUSY, None, problem("store-unusable"), NO_USERS) as (server, client):
        assert client.list_users().items == ()
        assert len(server.asked) == 4


@pytest.mark.parametrize("told", [BUSY, None])
def test_a_change_is_asked_again_under_one_key(told: Any) -> None:
    """A server that has done it already does not do it once more; another change has another key."""
    with stub(told) as (server, client):
        for _ in range(2):
            with pytest.raises(Unavailable):
                client.create_user("anna")
        keys = [
            {name.lower(): text for name, text in headers.items()}["idempotency-key"]
            for _, _, headers in server.asked
        ]
    assert len(keys) == 2 * TRIES
    assert len(set(keys[:TRIES])) == len(set(keys[TRIES:])) == 1
    assert keys[0] != keys[-1]


@pytest.mark.parametrize("told", [BUSY, None])
def test_a_log_in_is_asked_once(told: Any) -> None:
    """Nobody is known yet by whom it could be known again."""
    with stub(told) as (server, client):
        with pytest.raises(Unavailable):
            client.send(LogIn(name="anna", password=Sensitive("a password of anna's")))
        assert len(server.asked) == 1


def test_asking_again_has_an_end() -> None:
    """The last answer is what is told; what will be the same in a second is not asked again at all."""
    with stub(problem("store-unusable")) as (server, client):
        with pytest.raises(Unavailable, match="told so"):
            client.list_users()
        assert len(server.asked) == TRIES
    for lasting in ("not-ready", "root-key-unusable"):
        with stub(problem(lasting)) as (server, client):
            with pytest.raises(Unavailable, match="told so"):
                client.list_users()
            assert len(server.asked) == 1


def test_nobody_is_sent_elsewhere() -> None:
    """A redirect is no answer, and what it names is never asked: it would be shown the token."""
    with closing(Stub(NO_USERS)) as elsewhere:
        for status in (301, 302, 303, 307, 308):
            with stub((status, {"location": f"{elsewhere.url}/v1/users"}, b"")) as (_, client):
                with pytest.raises(Unavailable, match=f"no Lockwork server: status {status}"):
                    client.list_users()
                with pytest.raises(Unavailable):
                    client.create_user("anna")
        assert elsewhere.asked == []


def test_in_the_clear_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY names who would be shown the token of a server on this machine: it is not."""
    with closing(Stub(NO_USERS)) as proxy, stub(NO_USERS) as (server, client):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        client.list_users()
        assert (len(server.asked), proxy.asked) == (1, [])


def test_a_server_of_another_generation_is_told_as_one() -> None:
    """By the header that every answer bears, before anything of the answer is believed."""
    for answer in (NO_USERS, problem("not-found", 404), (404, {}, b"")):
        status, headers, body = answer
        with stub((status, {**headers, "lockwork-api": "2 7.5.0"}, body)) as (_, client):
            with pytest.raises(ServerAway, match=r"is Lockwork 7\.5\.0 and speaks generation 2") as caught:
                client.list_users()
            assert caught.value.hint
    with stub((200, {**NO_USERS[1], "lockwork-api": "1 99.0"}, NO_USERS[2])) as (_, client):
        client.list_users()


def test_what_is_no_server_of_ours_is_told_as_such() -> None:
    """Pages, other JSON, half an answer: exit code 3, and nothing of it is shown."""
    for status in (200, 404, 500):
        for body in (b"<html>hunter2</html>", b'{"hunter2": 1}', b"[", b"\xff"):
            with stub((status, {}, body)) as (_, client):
                with pytest.raises(LockworkError) as caught:
                    client.list_users()
                assert isinstance(caught.value, Unavailable), (status, body, caught.value)
                assert "hunter2" not in str(caught.value)


def test_a_server_that_is_not_there_is_told_with_a_way_out(own_home: Path) -> None:
    """Exit code 3, by the command too; the token is in nothing that is said."""
    url = f"http://127.0.0.1:{free_port()}"
    for words in (("secret", "list"), ("secret", "create", "db", "--k=v"), ("secret", "get", "db")):
        said = command(*words, LOCKWORK_URL=url, LOCKWORK_TOKEN=TOKEN, LOCKWORK_HOME=str(own_home / "home"))
        assert said.returncode == 3, said
        assert f"the server at {url} cannot be reached" in said.stderr
        assert "\nhint: " in said.stderr
        assert TOKEN not in said.stderr


# ---- a real one ----


def test_a_token_that_is_good_no_more_is_told_with_a_way_out(alone: Running) -> None:
    """Revoked, or none of the server's: exit code 3, the server is named, the token is not."""
    with closing(alone.client(alone.token())) as admin:
        made = admin.send(CreateToken(name="machine"))
        with closing(alone.client(made.text)) as machine:
            machine.list_users()
            admin.send(RevokeToken(token=made.token.id))
            for client in (machine, alone.client(Sensitive(TOKEN))):
                with closing(client), pytest.raises(NotLoggedIn, match="the token is not valid") as caught:
                    client.list_users()
                assert alone.url in caught.value.message
                assert f"lockwork login {alone.url}" in str(caught.value.hint)
                assert made.text.reveal() not in f"{caught.value}{caught.value.hint}"


def test_a_machine_that_is_told_by_variables_writes_nothing(alone: Running, own_home: Path) -> None:
    """LOCKWORK_URL and LOCKWORK_TOKEN: no file, whatever is asked; one without the other is refused."""
    home = own_home / "nowhere"
    told = {"LOCKWORK_HOME": str(home), "LOCKWORK_URL": alone.url, "LOCKWORK_TOKEN": alone.token().reveal()}
    for words in (
        ("secret", "create", "db", "--k=v"),
        ("secret", "get", "db", "--key", "k"),
        ("secret", "list"),
        ("stack", "validate", "default"),
        ("status",),
    ):
        said = command(*words, **told)
        assert said.returncode == 0, said
        assert not home.exists(), words
    for name in ("LOCKWORK_URL", "LOCKWORK_TOKEN"):
        said = command("secret", "list", **{**told, name: ""})
        assert (said.returncode, name in said.stderr) == (3, True), said
        assert not home.exists()


# ---- certificates ----


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Authority:
    """A company's own, which no system knows."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.name = _named("An authority of the tests")
        self._usage = x509.BasicConstraints(ca=True, path_length=0)
        self.file = folder / "authority.pem"
        self.file.write_bytes(self._signed(self.name, self._key, self._usage))

    def certified(self, address: str) -> tuple[Path, Path]:
        """A certificate for an address, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        certificate, kept = self._folder / f"{address}.pem", self._folder / f"{address}.key"
        certificate.write_bytes(self._signed(_named(address), key, names))
        kept.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        kept.chmod(0o600)
        return certificate, kept

    def _signed(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, also: x509.ExtensionType) -> bytes:
        now = datetime.datetime.now(datetime.UTC)
        hour = datetime.timedelta(hours=1)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(self.name)
        made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - hour).not_valid_after(now + hour)
        made = made.add_extension(also, critical=isinstance(also, x509.BasicConstraints))
        if isinstance(also, x509.BasicConstraints):
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            made = made.add_extension(usage, critical=True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        of_authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = made.add_extension(identifier, critical=False).add_extension(of_authority, critical=False)
        return made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_a_certificate_counts_that_an_authority_of_ones_own_has_signed(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SSL_CERT_FILE names it; without, or where it was made for another address, nothing is sent."""
    authority = Authority(own_home)
    for address, is_good in (("127.0.0.1", True), ("127.0.0.2", False)):
        certificate, key = authority.certified(address)
        words = ("--tls-cert", str(certificate), "--tls-key", str(key), *with_admin(own_home))
        server = Running(own_home / f"server-{address}", *words)
        server.url = server.url.replace("http://", "https://")
        with closing(server.start(wait=False)):
            until(lambda: "listening on https://" in server.said, server)  # noqa: B023 - asked at once
            monkeypatch.delenv("SSL_CERT_FILE", raising=False)
            _check_untrusted(server)
            monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
            if is_good:
                until(lambda: _answers(server))  # noqa: B023 - asked at once
                with closing(server.client(server.token())) as client:
                    client.create_secret("db", {"k": "v"})
                    assert client.get_secret("db").secret_values == {"k": "v"}
            else:
                _check_untrusted(server)
        assert '"route":"/v1/login","status":200' not in server.said or is_good


def _check_untrusted(server: Running) -> None:
    def is_told() -> bool:
        with closing(server.client(Sensitive(TOKEN))) as client, pytest.raises(ServerAway) as caught:
            client.create_user("anna")
        assert "SSL_CERT_FILE" in str(caught.value.hint) or "cannot be reached" in caught.value.message
        return f"the certificate of {server.url} is not one to trust" in caught.value.message

    until(is_told, server)


def _answers(server: Running) -> bool:
    try:
        server.token()
    except ServerAway:
        return False
    return True
