"""Reveals that come at one time: one view, one commit, and to each their own answer or none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lockwork.crypto.tokens import hash_of
from lockwork.database import access
from lockwork.database.engine import Statement
from lockwork.domain.access import Limits, Role
from lockwork.domain.errors import NotFound, StoreUnusable, Tampered
from lockwork.domain.secrets import RevealedSecret
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.tokens import TokenKind
from lockwork.messages import Listing
from lockwork.messages.audit import ListAudit, VerifyAudit
from lockwork.messages.secrets import CreateSecret, RevealSecret
from lockwork.service import assembly, tokens
from lockwork.service.callers import Claim, Shown
from lockwork.service.gate import Asked, Gate

OWNER, STRANGER = Claim("default", Role.OWNER), Claim("nobody", Role.OWNER)
NAMES = ("a", "b", "c")


class Served:
    """A store as a server opens it, with three secrets, and every statement that it ran."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.gate: Gate = assembly.open_store(folder, grouped=True, watch=self.said.append)
        for name in NAMES:
            values = {"k": Sensitive(f"value of {name}")}
            self.gate.answer(OWNER, CreateSecret(workspace="default", name=name, values=values))
        self.said.clear()

    def run(self, sql: str) -> None:
        with self.gate.house.database.writing() as tx:
            tx.run(Statement(sql))

    def token(self, patterns: tuple[str, ...] | None = None) -> Sensitive:
        house, limits = self.gate.house, Limits(patterns=patterns)
        with house.database.writing() as tx:
            user = access.user(tx, "default")
            assert user is not None
            access.change_user(tx, user._replace(admin=1))
            made = tokens.mint(tx, user, "t", TokenKind.API, now=house.clock(), expires=None, limits=limits)
        self.said.clear()
        return made.text

    def recorded(self) -> list[str | None]:
        listing = Listing(filters={"action": "secret.reveal"}, sort_by="asc:number")
        return [record.name for record in self.gate.answer(OWNER, ListAudit(listing=listing)).items]


@pytest.fixture
def served(own_home: Path) -> Iterator[Served]:
    made = Served(own_home / "store")
    yield made
    made.gate.close()


def reveal(name: str, door: Claim = OWNER, run: str | None = None) -> Asked:
    return door, RevealSecret(workspace="default", secret=name, run=run)


def opened(answer: object) -> str:
    assert isinstance(answer, RevealedSecret)
    return answer.values["k"].reveal()


def test_they_share_a_view_and_a_commit(served: Served) -> None:
    """However many are asked together, there is one view, one commit, and a record of each in order."""
    answers = served.gate.answer_together([reveal(name) for name in NAMES])
    assert [opened(answer) for answer in answers] == [f"value of {name}" for name in NAMES]
    assert [text for text in served.said if text.startswith(("BEGIN", "COMMIT"))] == [
        "BEGIN", "COMMIT", "BEGIN IMMEDIATE", "COMMIT",
    ]  # fmt: skip
    assert served.recorded() == list(NAMES)
    assert served.gate.answer(OWNER, VerifyAudit()).ok


def test_their_questions_are_as_many_as_those_of_one(served: Served) -> None:
    """Secrets and values are asked for at once, however many there are."""
    shown = Shown(hash_of(served.token()))
    asked = [(shown, RevealSecret(workspace="default", secret=name)) for name in NAMES]
    questions = []
    for some in (asked[:1], asked):
        served.said.clear()
        assert all(served.gate.answer_together(some))
        questions.append([text.partition(" FROM ")[0] for text in served.said if text.startswith("SELECT")])
    assert questions[1] == questions[0]


def test_who_may_not_is_asked_alone_and_keeps_nobody(served: Served) -> None:
    """What is not there, and who may not come in, get no answer here; the others get theirs."""
    asked = [reveal("a"), reveal("missing"), reveal("b", STRANGER), reveal("c")]
    first, missing, strange, last = served.gate.answer_together(asked)
    assert (opened(first), missing, strange, opened(last)) == ("value of a", None, None, "value of c")
    assert served.recorded() == ["a", "c"]
    with pytest.raises(NotFound):
        served.gate.answer(*reveal("missing"))


def test_what_is_damaged_keeps_nobody(served: Served) -> None:
    """A damaged secret ends the view: it and all beside it are asked alone, where it alone is told so."""
    served.run(
        "UPDATE secret_versions SET wrapped = x'00' WHERE secret = (SELECT id FROM secrets WHERE name = 'b')"
    )
    assert served.gate.answer_together([reveal(name) for name in NAMES]) == [None, None, None]
    assert served.recorded() == []
    assert opened(served.gate.answer(*reveal("a"))) == "value of a"
    with pytest.raises(Tampered):
        served.gate.answer(*reveal("b"))


def test_each_has_the_rights_of_their_own_token(served: Served) -> None:
    """A token that is shown twice is looked up once; each comes in by their own, recorded as they asked."""
    good, held = served.token(), served.token(patterns=("b",))
    asked = [
        (Shown(hash_of(token), address, f"request {n}"), RevealSecret(workspace="default", secret="a"))
        for n, (token, address) in enumerate([(good, "::1"), (held, "::2"), (good, "::3")])
    ]
    first, other, last = served.gate.answer_together(asked)
    assert (opened(first), other, opened(last)) == ("value of a", None, "value of a")
    assert len([text for text in served.said if "FROM tokens" in text]) == 2
    listing = Listing(filters={"action": "secret.reveal"}, sort_by="asc:number")
    records = served.gate.answer(OWNER, ListAudit(listing=listing)).items
    assert [(r.address, r.request) for r in records] == [("::1", "request 0"), ("::3", "request 2")]


def test_no_record_no_values(served: Served) -> None:
    """Where their records cannot be written, a failure stands for every answer, each one's own."""
    served.run("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
    answers = served.gate.answer_together([reveal(name) for name in NAMES])
    assert all(isinstance(answer, StoreUnusable) for answer in answers)
    assert len({id(answer) for answer in answers}) == len(NAMES)
    served.run("DROP TRIGGER full")
    assert served.recorded() == []


def test_what_nobody_foresaw_tells_nothing(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours while records are written lets no value out: all are asked alone, and told there."""
    monkeypatch.setattr(served.gate.house.trail, "append_all", lambda *_: [][0])
    assert served.gate.answer_together([reveal(name) for name in NAMES]) == [None] * len(NAMES)


def test_what_a_step_fetches_is_asked_alone(served: Served) -> None:
    """What goes into a run with its record is not given from a view, and nothing is recorded of it there."""
    step, other = served.gate.answer_together([reveal("a", run="some-run"), reveal("b")])
    assert step is None
    assert opened(other) == "value of b"
    assert served.recorded() == ["b"]
