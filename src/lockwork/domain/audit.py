"""What the audit trail holds: who did what to which thing, allowed or not; never a value."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

Mac = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{2})*$")]
"""In hexadecimal."""


_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-fA-F]{64})")


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a record is about."""

    kind: str
    name: str
    id: str | None = None
    version: int | None = None
    state: str | None = None
    """How it is after this record, for `audit verify` to compare with the tables."""


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One link of the chain."""

    number: int
    at: datetime
    user: str
    """As claimed on an embedded store."""
    system_user: str | None
    action: str
    outcome: Outcome
    workspace: str | None = None
    kind: str | None = None
    name: str | None = None
    id: str | None = None
    version: int | None = None
    run: str | None = None
    step: str | None = None
    detail: str | None = None
    """For a refusal or failure: which kind, never its text. For a rename: `renamed db to pgdb`."""
    token: str | None = None
    """The id of the token that was shown, on a server."""
    address: str | None = None
    """Where it was asked from, on a server."""
    request: str | None = None


class AuditHead(msgspec.Struct, frozen=True, kw_only=True):
    """The end of the chain. Kept elsewhere, it proves later that nothing was cut off."""

    number: int
    mac: Mac

    def __str__(self) -> str:
        return f"{self.number}:{self.mac}"

    @classmethod
    def read(cls, text: str) -> "AuditHead | None":
        """A head as it is printed; None for what is none."""
        found = _HEAD.fullmatch(text.strip())
        return None if found is None else cls(number=int(found[1]), mac=found[2].lower())


class AuditVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What `audit verify` found: `problems` is empty when the chain and the secrets agree."""

    ok: bool
    records: int
    head: AuditHead
    problems: tuple[str, ...] = ()


class AuditLink(msgspec.Struct, frozen=True, kw_only=True):
    """One record as the chain covers it, in the order of the chain's columns, and its MAC."""

    number: int
    at: int
    """Microseconds since 1970, UTC."""
    user: str
    system_user: str | None
    action: str
    outcome: Outcome
    workspace: str | None
    kind: str | None
    name: str | None
    id: str | None
    version: int | None
    state: str | None
    run: str | None
    step: str | None
    detail: str | None
    token: str | None
    address: str | None
    request: str | None
    mac: Mac
    """In hexadecimal."""


class AuditPart(msgspec.Struct, frozen=True, kw_only=True):
    """Some links of the chain, in order."""

    store: str
    start: AuditHead
    """What the first of them follows from."""
    links: tuple[AuditLink, ...]
    is_last: bool


class Pruned(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken out of the trail."""

    start: AuditHead
    """Where the chain begins now."""
    removed: int
    carried: int
    """States that only what was taken out told, and that new records tell."""


class Knocked(msgspec.Struct, frozen=True, kw_only=True):
    """How often strangers failed in one minute from one address."""

    at: datetime
    address: str
    what: str
    times: int
