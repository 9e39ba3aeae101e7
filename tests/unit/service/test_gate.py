"""The door: every message has a handler, a permission, an effect; what it does is recorded as due."""

import re
import sqlite3
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

import lockwork.messages
from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.domain.access import Permission, Role, who_may
from lockwork.domain.audit import AuditRecord, Outcome
from lockwork.domain.errors import (
    Fault,
    LockworkError,
    NotFound,
    NotPermitted,
    Refused,
    StoreUnusable,
    Tampered,
)
from lockwork.domain.secrets import SecretScope
from lockwork.messages import Effect, Listing, Message, WorkspaceMessage
from lockwork.messages.access import CreateUser, PutMember
from lockwork.messages.audit import VerifyAudit
from lockwork.messages.copies import CopyStore
from lockwork.messages.secrets import (
    CreateSecret,
    DeleteSecret,
    GetSecret,
    ListSecrets,
    RevealSecret,
    UpdateSecret,
)
from lockwork.service import assembly
from lockwork.service.callers import Claim
from lockwork.vaults.builtin import BuiltinVault


def questions() -> list[type[Message[Any]]]:
    """Every class of a message that can be sent: those with an action of their own."""
    for module in iter_modules(lockwork.messages.__path__):
        import_module(f"lockwork.messages.{module.name}")
    found: list[type[Message[Any]]] = []
    waiting: list[type[Message[Any]]] = [Message]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__ != "lockwork.messages" and "action" in vars(kind):
            found.append(kind)
    return sorted(found, key=lambda k: k.__name__)


def test_every_message_has_a_handler() -> None:
    """No question goes unanswered, and none has two answers."""
    modules = [
        import_module(f"lockwork.service.{room}") for rooms in assembly.ROOMS.values() for room in rooms
    ]
    answered = [answer.message for module in modules for answer in module.ANSWERS]
    assert len(answered) == len(set(answered))
    assert set(answered) == set(questions())
    assert len(answered) > 30
    handlers = assembly.Handlers()
    assert all(callable(handlers[question].handler) for question in questions())


def test_what_is_brief_can_be_answered_together() -> None:
    """And nothing else: a server takes the one for the other."""
    handlers = assembly.Handlers()
    brief = {question for question in questions() if question.is_brief}
    assert brief == {question for question in questions() if handlers[question].together}
    assert brief


DOORS = ("login", "logout", "setup")
"""What people call by one word."""
BY_THEIR_HANDLERS = {
    "run.start": "who may not run what is there hears why",
    "token.create": "everyone has tokens of their own",
    "token.revoke": "everyone has tokens of their own",
    "logout": "everyone may go",
}
"""Changes that the gate lets everyone ask who has a name, or may list: their handlers look closer."""


@pytest.mark.parametrize("question", questions(), ids=lambda q: q.__name__)
def test_every_message_says_what_it_needs_and_does(question: type[Message[Any]]) -> None:
    """A permission, an effect, and an action that reads `noun.verb`, for the gate and for the trail."""
    assert isinstance(question.permission, Permission)
    assert isinstance(question.effect, Effect)
    assert re.fullmatch(r"[a-z]+\.[a-z][a-z._-]*", question.action) or question.action in DOORS
    if question.effect is Effect.CHANGE and question.action not in BY_THEIR_HANDLERS:
        assert question.permission not in (Permission.NOBODY, Permission.ANYONE, Permission.LIST)
    if question.effect is Effect.REVEAL:
        assert question.permission is Permission.READ_SECRETS


@pytest.fixture
def folder(own_home: Path) -> Path:
    return own_home / "store"


@pytest.fixture
def client(folder: Path) -> Any:
    client = Client(workspace="default", gateway=Embedded(folder, user="default"))
    client.create_secret("db", {"k": "v"})
    yield client
    client.close()


def recorded(client: Client) -> list[AuditRecord]:
    """All records, oldest first."""
    return list(client.list_audit(Listing(sort_by="asc:number", size=10_000)))


def last(client: Client) -> tuple[str, Outcome, str | None, str | None]:
    record = recorded(client)[-1]
    return record.action, record.outcome, record.name, record.detail


PERMITTED: dict[Role, list[bool]] = {  # list, reveal, create; the same with one's own; members, users, copies
    Role.VIEWER: [True, False, False, True, True, True, False, False, False],
    Role.RUNNER: [True, True, False, True, True, True, False, False, False],
    Role.EDITOR: [True, True, True, True, True, True, False, False, False],
    Role.ADMIN: [True, True, True, True, True, True, True, False, False],
    Role.OWNER: [True, True, True, True, True, True, True, True, True],
}


def asked(client: Client, folder: Path) -> list[Message[Any]]:
    """A message for each column of `PERMITTED`."""
    values = client.get_secret("db").values
    own = SecretScope.USER
    return [
        ListSecrets(workspace="default", scope=SecretScope.WORKSPACE),
        RevealSecret(workspace="default", secret="db"),
        CreateSecret(workspace="default", name="new", values=values),
        ListSecrets(workspace="default", scope=own),
        RevealSecret(workspace="default", secret="mine", scope=own),
        CreateSecret(workspace="default", name="new", values=values, scope=own),
        PutMember(workspace="default", user="anna", role=Role.VIEWER),
        CreateUser(name="berta"),
        CopyStore(folder=str(folder / "copy"), name="copy"),
    ]


@pytest.mark.parametrize("role", PERMITTED)
def test_the_gate_decides_by_role_and_scope(client: Client, folder: Path, role: Role) -> None:
    """What a role does not grant is refused, by name of what it needs, and every refusal is recorded.

    With secrets of one's own all is granted, whatever the role.
    """
    client.create_user("anna")
    client.create_secret("mine", {"k": "v"}, scope="user")
    (folder / "copy").mkdir(mode=0o700)
    messages = asked(client, folder)
    gate = assembly.open_store(folder)
    for message, granted in zip(messages, PERMITTED[role], strict=True):
        before = len(recorded(client))
        if granted:
            gate.answer(Claim("default", role), message)
        else:
            with pytest.raises(NotPermitted, match=f"needs {message.permission}\n") as refused:
                gate.answer(Claim("default", role), message)
            assert refused.value.hint == who_may(message.permission)
            assert len(recorded(client)) == before + 1
            assert last(client)[:2] == (message.action, Outcome.REFUSED)
    gate.close()


def test_a_refusal_tells_nothing_of_what_may_not_be_known(client: Client, folder: Path) -> None:
    """Who may list hears that they may not read; what they may not know of is told as absent."""
    client.create_user("anna")
    client.create_secret("mine", {"k": "v"}, scope="user")
    hidden = client.describe_secret("mine").id
    gate = assembly.open_store(folder)

    def told(secret: str) -> tuple[type[LockworkError], str, str | None]:
        with pytest.raises(LockworkError) as caught:
            gate.answer(Claim("anna", Role.VIEWER), RevealSecret(workspace="default", secret=secret))
        hint = caught.value.hint
        return type(caught.value), caught.value.message.replace(secret, "NAME"), hint

    assert told("db")[0] is NotPermitted
    assert told("mine") == told("none") == told(hidden) == told("00000000-0000-4000-8000-000000000000")
    assert told("mine")[0] is NotFound
    gate.close()


def test_what_was_refused_is_found_by_its_name(client: Client, folder: Path) -> None:
    """Asked by id or by name, the record tells both of what may be known of; of all else what was written."""
    client.create_user("anna")
    client.create_secret("mine", {"k": "v"}, scope="user")
    known, hidden = client.describe_secret("db").id, client.describe_secret("mine").id
    gate = assembly.open_store(folder)

    def told(secret: str) -> tuple[str | None, str | None]:
        with pytest.raises(LockworkError):
            gate.answer(Claim("anna", Role.VIEWER), DeleteSecret(workspace="default", secret=secret))
        return recorded(client)[-1].name, recorded(client)[-1].id

    assert told(known) == told("db") == ("db", known)
    assert told(hidden) == (hidden, None)
    assert told("mine") == ("mine", None)
    refused = Listing(filters={"outcome": "refused", "name": "db"}, sort_by="desc:number")
    assert client.list_audit(refused).total == 2
    assert client.verify_audit().ok
    gate.close()


def test_reading_metadata_is_not_recorded(client: Client) -> None:
    """Lists, descriptions, checks and the trail itself leave no record; even when nothing was found."""
    before = recorded(client)
    client.list_secrets()
    client.describe_secret("db")
    client.list_secret_versions("db")
    client.secret_usage("db")
    client.explain_reference("{{db.k}}")
    client.verify_audit()
    client.list_keys()
    with pytest.raises(LockworkError):
        client.describe_secret("absent")
    assert recorded(client) == before


def test_reveals_and_changes_are_recorded(client: Client) -> None:
    """Who, as which user of the system, in which workspace, which secret at which version, for which step."""
    id_ = client.describe_secret("db").id
    client.send(RevealSecret(workspace="default", secret="db", run="r1", step="train"))
    record = recorded(client)[-1]
    assert (record.action, record.outcome, record.user) == ("secret.reveal", Outcome.DONE, "default")
    assert (record.kind, record.name, record.id, record.version) == ("secret", "db", id_, 1)
    assert (record.workspace, record.run, record.step) == ("default", "r1", "train")
    assert record.system_user
    client.update_secret("db", add_or_update_values={"k": "w"})
    assert (recorded(client)[-1].action, recorded(client)[-1].version) == ("secret.update", 2)


FAILING: dict[str, Callable[[Client], Any]] = {
    "secret.reveal": lambda c: c.get_secret("absent"),
    "secret.create": lambda c: c.create_secret("db", {"k": "v"}),
    "secret.update": lambda c: c.update_secret("absent", add_or_update_values={"k": "v"}),
    "secret.delete": lambda c: c.delete_secret("absent"),
    "secret.restore": lambda c: c.restore_secret("db", 7),
    "key.destroy": lambda c: c.destroy_key(c.list_keys()[0].id),
    "user.delete": lambda c: c.delete_user("default"),
    "workspace.delete": lambda c: c.delete_workspace("default"),
}


@pytest.mark.parametrize("action", FAILING)
def test_failures_are_recorded(client: Client, action: str) -> None:
    """What was tried and failed is in the trail, with its kind and without its text, and changed nothing."""
    secret = client.describe_secret("db")
    with pytest.raises(LockworkError) as caught:
        FAILING[action](client)
    refused = isinstance(caught.value, Refused)
    assert last(client)[:2] == (action, Outcome.REFUSED if refused else Outcome.FAILED)
    assert last(client)[3] == type(caught.value).__name__
    assert client.describe_secret("db") == secret
    assert client.verify_audit().ok


@pytest.mark.parametrize("name", ["\ud800", "x" * 5000, "a\x00b"])
def test_failures_are_recorded_whatever_was_asked(client: Client, name: str) -> None:
    """Text that no record could hold as it is does not keep an attempt out of the trail."""
    with pytest.raises(LockworkError):
        client.get_secret(name)
    action, outcome, subject, _ = last(client)
    assert (action, outcome) == ("secret.reveal", Outcome.FAILED)
    assert subject is not None
    assert len(subject) <= 256
    assert client.verify_audit().ok


def forbid_records(folder: Path) -> None:
    """From now on the trail cannot be written, as on a full disk."""
    with sqlite3.connect(folder / "lockwork.db") as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no space'); END"
        )
    database.close()


def test_without_a_record_no_value_is_given(client: Client, folder: Path) -> None:
    """When the trail cannot be written, reveals fail; lists and descriptions go on."""
    forbid_records(folder)
    for reveal in (lambda: client.get_secret("db"), lambda: client.get_secret("db", key="k")):
        with pytest.raises(StoreUnusable):
            reveal()
    assert client.list_secrets().total == 1
    assert client.describe_secret("db").keys == ("k",)
    assert client.active_user.name == "default"


def test_without_a_record_nothing_is_changed(client: Client, folder: Path) -> None:
    """A change shares its transaction with its record: what cannot be recorded has not happened."""
    before = (client.describe_secret("db"), client.list_secrets())
    forbid_records(folder)
    changes: list[Callable[[], Any]] = [
        lambda: client.create_secret("new", {"k": "v"}),
        lambda: client.update_secret("db", add_or_update_values={"k": "w"}),
        lambda: client.delete_secret("db"),
        lambda: client.delete_secret("db", purge=True),
        lambda: client.create_user("anna"),
        lambda: client.create_workspace("lab"),
    ]
    for change in changes:
        with pytest.raises(StoreUnusable):
            change()
    assert (client.describe_secret("db"), client.list_secrets()) == before
    assert [u.name for u in client.list_users()] == ["default"]
    with sqlite3.connect(folder / "lockwork.db") as database:
        database.execute("DROP TRIGGER full")
    database.close()
    assert client.get_secret("db").secret_values == {"k": "v"}
    assert client.verify_audit().ok


def test_a_failure_that_cannot_be_recorded_is_still_told(client: Client, folder: Path) -> None:
    """The caller hears what was wrong, not that the trail could not be written."""
    forbid_records(folder)
    with pytest.raises(KeyError, match="absent"):
        client.get_secret("absent")


def test_tampering_that_is_met_is_recorded(client: Client, folder: Path) -> None:
    """A value that does not open is in the trail."""
    with sqlite3.connect(folder / "lockwork.db") as database:
        database.execute("UPDATE secret_values SET sealed = zeroblob(40)")
    database.close()
    with pytest.raises(Tampered):
        client.get_secret("db")
    assert last(client) == ("secret.reveal", Outcome.FAILED, "db", "Tampered")


def test_messages_outside_workspaces_need_none(client: Client) -> None:
    """Questions about the whole store are asked without one."""
    assert not issubclass(VerifyAudit, WorkspaceMessage)
    for kind in (GetSecret, UpdateSecret, DeleteSecret):
        assert issubclass(kind, WorkspaceMessage)


def test_what_was_not_foreseen_is_told_without_its_text(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of our own says its kind and place, is recorded, and nothing on it could hold a value."""
    client.create_secret("s", {"k": "hunter2-value"})

    def broken(*_: object) -> None:
        raise ValueError("no use for hunter2-value") from KeyError("hunter2-value")

    monkeypatch.setattr(BuiltinVault, "get", broken)
    with pytest.raises(Fault, match=r"internal: ValueError in lockwork\.service\.secrets:\d+") as caught:
        client.get_secret("s")
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert last(client) == ("secret.reveal", Outcome.FAILED, "s", "Fault")
