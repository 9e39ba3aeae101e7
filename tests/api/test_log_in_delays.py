"""Who fails to come in has to wait; nobody else does, and what is asked inside goes on."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

import pytest
from tests.api.conftest import PASSWORD, Api
from tests.waiting import until

from lockwork.crypto import passwords
from lockwork.database import strangers
from lockwork.domain.access import Role
from lockwork.domain.errors import NotLoggedIn, TooManyAttempts
from lockwork.domain.sensitive import Sensitive
from lockwork.messages import Message
from lockwork.messages.access import ChangePassword, ChoosePassword, LogIn
from lockwork.messages.audit import ListStrangers
from lockwork.server.running import MOST_STRANGERS_WAITING
from lockwork.service.callers import Claim, Shown
from lockwork.service.patience import FREE_OF_ACCOUNT, FREE_OF_ADDRESS, SECOND, Patience
from lockwork.service.presence import Presence
from lockwork.service.strangers import LATEST

HOME, AWAY = "192.0.2.1", "198.51.100.7"


class Still:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_767_225_600_000_000

    def __call__(self) -> int:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)


@pytest.fixture
def clock() -> Still:
    return Still()


@pytest.fixture
def patience(clock: Still) -> Patience:
    return Patience(clock)


def fail(patience: Patience, address: str = HOME, account: str = "anna") -> int:
    """Seconds to wait before it would be looked at; 0 where it was, and failed."""
    try:
        with patience.attempt(address, account):
            raise NotLoggedIn("wrong")
    except TooManyAttempts as failure:
        return failure.seconds
    except NotLoggedIn:
        return 0


def succeed(patience: Patience, address: str = HOME, account: str = "anna") -> None:
    with patience.attempt(address, account):
        pass


def test_each_failure_doubles_the_wait_up_to_half_a_minute(patience: Patience, clock: Still) -> None:
    """A few are free, since people mistype."""
    for _ in range(FREE_OF_ACCOUNT + 1):
        assert fail(patience) == 0
    waits = []
    for _ in range(8):
        waits.append(fail(patience))
        clock.pass_(waits[-1] - 0.001)
        assert fail(patience) == 1  # not a moment earlier
        clock.pass_(0.001)
        assert fail(patience) == 0
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]


def test_other_addresses_and_accounts_go_on(patience: Patience) -> None:
    """Whoever tries an account's passwords keeps its owner out nowhere but where they try."""
    for _ in range(FREE_OF_ACCOUNT + 1):
        fail(patience)
    assert fail(patience) > 0
    assert fail(patience, AWAY) == 0
    assert fail(patience, account="ben") == 0


def test_an_address_that_tries_many_accounts_waits(patience: Patience) -> None:
    """One password tried on a thousand names is found out, too."""
    tried = [fail(patience, account=f"name{n}") for n in range(FREE_OF_ADDRESS + 5)]
    assert tried[: FREE_OF_ADDRESS + 1] == [0] * (FREE_OF_ADDRESS + 1)
    assert all(tried[FREE_OF_ADDRESS + 1 :])
    assert fail(patience, AWAY, "name1") == 0


def test_a_network_of_one_customer_is_one_address(patience: Patience) -> None:
    """2⁶⁴ addresses of IPv6 are no more than one of IPv4."""
    tried = [fail(patience, f"2001:db8::{n:x}", f"n{n}") for n in range(FREE_OF_ADDRESS + 2)]
    assert tried[-1] > 0
    assert fail(patience, "2001:db8:0:1::1") == 0
    assert fail(patience, "::ffff:192.0.2.1") == 0


def test_success_forgives_the_account_and_little_of_the_address(patience: Patience) -> None:
    """One's own account is no licence to try those of others."""
    for n in range(FREE_OF_ADDRESS + 1):
        fail(patience, account=f"name{n}")
        if n < FREE_OF_ADDRESS:
            succeed(patience, account="own")
    assert fail(patience, account="another") > 0
    for _ in range(2):
        for _ in range(FREE_OF_ACCOUNT):
            assert fail(patience, AWAY) == 0
        succeed(patience, AWAY)


def test_many_at_once_are_not_all_the_first(patience: Patience) -> None:
    """An attempt counts from its beginning, before anyone knows how it ends."""
    begun = [patience.attempt(HOME, "anna") for _ in range(FREE_OF_ACCOUNT + 1)]
    for attempt in begun:
        attempt.__enter__()
    with pytest.raises(TooManyAttempts):
        patience.attempt(HOME, "anna").__enter__()
    begun[0].__exit__(None, None, None)
    succeed(patience)


def test_what_was_no_attempt_does_not_count(patience: Patience) -> None:
    """Such as a password that is too short, or a database that is away."""
    for _ in range(50):
        with pytest.raises(ValueError, match="else"), patience.attempt(HOME, "anna"):
            raise ValueError("something else")
    assert fail(patience) == 0
    assert len(patience) == 2


def test_it_is_forgotten_and_has_an_end(clock: Still) -> None:
    """After a quarter of an hour, or where too many come; a clock set back keeps nobody out."""
    patience = Patience(clock, most=100)
    for n in range(1000):
        fail(patience, f"10.0.{n // 250}.{n % 250}", "x" * 100_000)
    assert len(patience) <= 100
    for _ in range(FREE_OF_ACCOUNT + 1):
        fail(patience)
    assert fail(patience) > 0
    clock.pass_(-3600)
    assert fail(patience) == 0
    clock.pass_(16 * 60)
    assert [fail(patience) for _ in range(FREE_OF_ACCOUNT + 1)] == [0] * (FREE_OF_ACCOUNT + 1)


# ---- at the server ----


def log_in(api: Api, name: str, password: str = "wrong password") -> Any:
    return api.ask("POST", "/v1/login", None, {"name": name, "password": password})


def stop_clock(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own goes on with each look: here it stands."""
    monkeypatch.setattr(type(api.clock), "__call__", lambda self: self.now)


@pytest.mark.parametrize("name", ["ada", "nobody-of-this-name", "Ada\r\nX-Evil: 1"])
def test_accounts_that_are_not_there_wait_alike(api: Api, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Same status, words and seconds, whoever is meant; and the header says how long."""
    stop_clock(api, monkeypatch)
    told = [log_in(api, name) for _ in range(FREE_OF_ACCOUNT + 2)]
    assert [each.status_code for each in told] == [401] * (FREE_OF_ACCOUNT + 1) + [429]
    assert told[0].json()["detail"] == "name or password is wrong"
    late = told[-1]
    assert late.headers["retry-after"] == "1"
    assert late.json()["seconds"] == 1
    assert late.json()["detail"] == "too many failed attempts to come in from here"
    assert log_in(api, "eve", PASSWORD).status_code == 201
    api.clock.advance(days=1 / 24 / 60 / 60)
    assert log_in(api, name).status_code == 401


def test_the_right_password_is_not_looked_at_either(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the wait would be none for who guesses; after it the right one opens, and forgives."""
    stop_clock(api, monkeypatch)
    for _ in range(FREE_OF_ACCOUNT + 1):
        log_in(api, "ada")
    del api.statements[:]
    assert log_in(api, "ada", PASSWORD).status_code == 429
    assert not [sql for sql in api.statements if "password" in sql]
    api.clock.advance(days=2 / 24 / 60 / 60)
    assert log_in(api, "ada", PASSWORD).status_code == 201
    assert log_in(api, "ada").status_code == 401


@pytest.mark.parametrize(
    "message",
    [
        ChoosePassword(code=Sensitive("lkw_code"), password=Sensitive("long enough for it")),
        ChangePassword(name="ada", password=Sensitive("wrong"), new=Sensitive("long enough for it")),
        LogIn(name="ada", password=Sensitive("wrong")),
    ],
    ids=lambda message: type(message).__name__,
)
def test_every_way_in_waits(api: Api, monkeypatch: pytest.MonkeyPatch, message: Message[Any]) -> None:
    """Codes and changes of a password, too; who asks from elsewhere goes on."""
    stop_clock(api, monkeypatch)

    def ask(address: str) -> type[Exception]:
        with pytest.raises((NotLoggedIn, TooManyAttempts)) as failure:
            api.gate.answer(Shown(None, address), message)
        return failure.type

    asked = [ask(HOME) for _ in range(FREE_OF_ADDRESS + 2)]
    assert asked[0] is NotLoggedIn
    assert asked[-1] is TooManyAttempts
    assert ask(AWAY) is NotLoggedIn


def test_failed_knocks_are_counted_by_the_minute(each_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """One row for each address and way, however often; who may come in is not in it, nor what was shown."""
    api = each_api
    stop_clock(api, monkeypatch)
    for _ in range(30):
        assert api.ask("GET", "/v1/me", "lkw_forged").status_code == 401
    for _ in range(5):
        log_in(api, "ada", "the-wrong-one")
    assert written(api) == {}
    counted = {("127.0.0.1", "token"): 30, ("127.0.0.1", "login"): 5}
    listed = api.gate.answer(Claim("default", Role.OWNER), ListStrangers())
    assert {(one.address, one.what): one.times for one in listed} == counted
    api.gate.house.strangers.write(api.clock())
    assert written(api) == counted
    assert api.gate.answer(Claim("default", Role.OWNER), ListStrangers()) == listed


def written(api: Api) -> dict[tuple[str, str], int]:
    """What the store holds, whatever the process has counted beside it."""
    with api.gate.house.database.reading() as tx:
        return {(row.address, row.what): row.times for row in strangers.since(tx, 0, 100)}


def test_what_was_counted_is_written_though_nobody_comes(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attack that has stopped is in the store within seconds, for every server of it."""
    stop_clock(api, monkeypatch)
    monkeypatch.setattr("lockwork.service.presence.LOOK", 0.01)
    presence = Presence(api.gate.house, "one", pytest.fail)
    presence.join()
    presence.stay()
    log_in(api, "ada", "the-wrong-one")
    assert written(api) == {}
    api.clock.now += LATEST
    until(lambda: written(api) == {("127.0.0.1", "login"): 1})
    presence.leave()


def test_what_waits_to_be_counted_has_an_end(api: Api) -> None:
    """A thousand addresses, and one row for all others."""
    counting = api.gate.house.strangers
    now = api.clock()
    for n in range(5000):
        counting.count(f"10.0.{n // 250}.{n % 250}", "token", now)
    counting.write(now)
    with api.gate.house.database.reading() as tx:
        found = strangers.since(tx, 0, 10_000)
    assert len(found) == 1001
    assert sum(row.times for row in found) == 5000
    assert max(row.times for row in found if row.address == "others") == 4000


def test_a_flood_of_log_ins_starves_nobody_inside(api: Api) -> None:
    """While hashes take for ever and many wait, who has a token is answered; too many are sent away."""
    heard: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: heard.append(log_in(api, f"name{n}").status_code))
        for n in range(MOST_STRANGERS_WAITING + passwords.AT_ONCE + 10)
    ]
    with contextlib.ExitStack() as held:
        for _ in range(passwords.AT_ONCE):
            held.enter_context(passwords._turns)
        for thread in threads:
            thread.start()
        while len(heard) < 10:  # those beyond what may wait hear so at once
            threads[0].join(0.01)
        for _ in range(20):
            assert api.ask("GET", "/v1/me", "ada").status_code == 200
        assert heard == [429] * 10
    for thread in threads:
        thread.join()
    assert 401 in heard
    assert set(heard) == {401, 429}
