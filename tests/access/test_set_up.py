"""A store that is given its first admin, on both databases: who is that, and what was there before them."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.access.conftest import PASSWORD
from tests.contract.conftest import GATEWAYS

from lockwork.crypto.tokens import hash_of
from lockwork.domain.access import Role
from lockwork.domain.errors import NotLoggedIn
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import (
    ChoosePassword,
    CreateToken,
    CreateUser,
    InviteUser,
    LogIn,
    SetUp,
    UpdateUser,
    WhoAmI,
)
from lockwork.messages.audit import VerifyAudit
from lockwork.service import hosting
from lockwork.service.callers import Claim, Shown
from lockwork.service.gate import Gate
from lockwork.service.presence import Presence
from lockwork.service.readiness import Readiness

WORD = Sensitive(PASSWORD)
STRANGER = Shown(None, "203.0.113.7", "r1")


@pytest.fixture(params=["embedded", "postgres"])
def gate(request: pytest.FixtureRequest, own_home: Path) -> Iterator[Gate]:
    """A store that nobody administers yet."""
    store: Any = GATEWAYS[request.param](request, own_home / "store")
    with closing(store), closing(store.gate(None)) as gate:
        yield gate


def joined(gate: Gate, *names: str) -> None:
    """Servers of these names run."""
    for name in names:
        Presence(gate.house, name, lambda _: None).join()


def test_of_servers_that_start_at_once_one_tells_a_code(gate: Gate) -> None:
    """And that one is good, whichever it was."""
    names = [f"server-{n}" for n in range(8)]
    joined(gate, *names)
    together, told = threading.Barrier(len(names)), []

    def start(name: str) -> None:
        readiness = Readiness(gate.house)
        together.wait()
        told.append(readiness.setup_code(name))

    threads = [threading.Thread(target=start, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (code,) = [code for code in told if code is not None]
    assert len(told) == len(names)
    made = gate.answer(STRANGER, SetUp(code=code.text, name="root", password=WORD))
    assert made.token.owner == "root"


def test_a_code_that_nobody_sees_any_more_keeps_no_other_from_being_told(gate: Gate) -> None:
    """Of servers that are started together anew, one tells a code, though that of before is good still."""
    first = Readiness(gate.house)
    assert first.setup_code("before") is not None
    joined(gate, "one", "other")
    assert first.setup_code("one") is not None
    assert first.setup_code("other") is None


@pytest.mark.parametrize("by", ["code", "file"])
@pytest.mark.parametrize("was", ["service", "disabled", "invited"])
def test_what_a_name_held_before_administers_nothing(gate: Gate, was: str, by: str) -> None:
    """Tokens of the program or person who had the first admin's name are revoked, their codes forgotten."""
    owner = Claim("default", Role.OWNER)
    late = None
    if was == "invited":
        late = gate.answer(owner, InviteUser(name="root"))
    else:
        gate.answer(owner, CreateUser(name="root", service=was == "service"))
    held = gate.answer(Claim("root", Role.OWNER), CreateToken(name="old", days=None)).text
    if was == "disabled":
        gate.answer(owner, UpdateUser(user="root", disabled=True))
    if by == "code":
        code = Readiness(gate.house).setup_code()
        assert code is not None
        gate.answer(STRANGER, SetUp(code=code.text, name="root", password=WORD))
    else:
        assert hosting.appoint_first_admin(gate, "root", WORD, system_user="svc")
    with pytest.raises(NotLoggedIn):
        gate.answer(Shown(hash_of(held)), WhoAmI())
    if late is not None:
        with pytest.raises(NotLoggedIn):
            gate.answer(STRANGER, ChoosePassword(code=late.text, password=WORD))
    made = gate.answer(STRANGER, LogIn(name="root", password=WORD))
    assert gate.answer(Shown(hash_of(made.text)), WhoAmI()).admin
    assert gate.answer(owner, VerifyAudit()).problems == ()
