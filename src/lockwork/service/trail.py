"""The audit trail as a chain: every record is bound to the one before by a key that the database lacks.

    mac(n) = HMAC-SHA256(audit key, mac(n-1) ‖ record n)       mac(0) = 32 zero bytes

A record is the JSON array of its columns in the order of `database.audit.Row`, without the mac, and without
token, address and request where it has none of the three (RFC 8259, UTF-8, no white space). The audit key is
32 random bytes, kept wrapped by a root key. Whoever can write the database and lacks the root key can change
no record, leave none out and add none without it being seen; a cut-off end, or an old copy of the whole file,
is seen only against a head that was kept elsewhere.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from lockwork.crypto.digests import Mac
from lockwork.database import audit
from lockwork.database.audit import Head, Row
from lockwork.database.engine import Transaction
from lockwork.domain.access import Caller
from lockwork.domain.audit import AuditHead, Outcome, Subject

_START = bytes(32)
_CLAIMED = 256
PRUNE = "audit.prune"
"""The action of the record that tells where the chain begins."""
_FROM_SERVERS = 3
"""The last columns, which tell how a server was asked."""
_JSON = msgspec.json.Encoder(enc_hook=str)  # checked names are a kind of str


class Entry(NamedTuple):
    """What is to be recorded of one question: a record for each subject."""

    now: int
    caller: Caller
    action: str
    outcome: Outcome
    workspace: str | None = None
    subjects: Sequence[Subject | None] = (None,)
    run: str | None = None
    step: str | None = None
    detail: str | None = None


class Trail:
    """Appends records and reads the chain. The key is unwrapped when first needed."""

    def __init__(self, key: Callable[[Transaction], bytes]) -> None:
        self._unwrapped = key
        self._keyed: Mac | None = None

    def append(
        self,
        tx: Transaction,
        *,
        now: int,
        caller: Caller,
        action: str,
        outcome: Outcome,
        workspace: str | None = None,
        subjects: Sequence[Subject | None] = (None,),
        run: str | None = None,
        step: str | None = None,
        detail: str | None = None,
    ) -> None:
        """One more record for each subject, in the transaction of what it records."""
        entry = Entry(now, caller, action, outcome, workspace, subjects, run, step, detail)
        self.append_all(tx, (entry,))

    def append_all(self, tx: Transaction, entries: Sequence[Entry]) -> None:
        """The records of several questions, in order. Nobody else records until this is committed."""
        last, mac = audit.last(tx)
        mac = mac or _START
        rows: list[tuple[object, ...]] = []
        for entry in entries:
            before, after = _shared(entry)
            for subject in entry.subjects:
                record = (last + len(rows) + 1, *before, *_columns(subject), *after)
                mac = self._mac(tx, mac, record)
                rows.append((*record, mac))
        audit.append(tx, rows, Head(last + len(rows), mac))

    def problems(self, tx: Transaction, expect: AuditHead | None) -> Iterator[str]:
        """What is wrong with the chain, in words; nothing when every record follows from the one before."""
        seen = _Seen(audit.start(tx), expect)
        yield from self.broken(tx, seen.end, map(seen.passed, audit.every(tx)))
        number, mac = self._stored_head(tx)
        if (seen.end.number, seen.end.mac or _START) != (number, mac):
            yield f"the chain ends at record {seen.end.number}, but its head says record {number}"
        if seen.start.number and str(self.told(seen.start)) != seen.pruned:
            yield f"the chain begins after record {seen.start.number}, and no record tells of its pruning"
        if seen.pruned is not None and not seen.start.number:
            yield f"the chain begins at its first record, though one tells of its pruning: {seen.pruned}"
        if expect is not None and not seen.expected:
            yield f"the expected head, record {expect.number}, is not in this chain"

    def broken(self, tx: Transaction, start: Head, rows: Iterable[Row]) -> Iterator[str]:
        """What is wrong with links that should follow from `start` and from each other, in words."""
        from hmac import compare_digest  # lazy: only here, and it costs every command 2 ms

        first, number, previous = start.number + 1, start.number, start.mac or _START
        for row in rows:
            if row.number > number + 1:
                yield _missing(number + 1, row.number - 1)
            elif row.number <= number:
                yield f"record {row.number} was put in before the first" + (f", {first}" if first > 1 else "")
            elif not isinstance(row.mac, bytes) or not compare_digest(
                self._mac(tx, previous, row[:-1]), row.mac
            ):
                yield f"record {row.number} was changed, or does not follow from record {number}"
            number, previous = row.number, bytes(row.mac) if isinstance(row.mac, bytes) else b""

    def told(self, head: Head) -> AuditHead:
        """A place in the chain as users see it."""
        return AuditHead(number=head.number, mac=(head.mac or _START).hex())

    def head(self, tx: Transaction) -> AuditHead:
        """The end of the chain, to be kept elsewhere."""
        return self.told(audit.head(tx))

    def _stored_head(self, tx: Transaction) -> tuple[int, bytes]:
        number, mac = audit.head(tx)
        return number, mac or _START

    def derived(self, tx: Transaction, label: bytes) -> Mac:
        """Another key of this store's, made of the audit key: HMAC-SHA256(audit key, label), which is shorter
        than anything that stands in the chain."""
        return Mac(self._key(tx).of(label))

    def _mac(self, tx: Transaction, previous: bytes, record: tuple[object, ...]) -> bytes:
        is_from_server = any(column is not None for column in record[-_FROM_SERVERS:])
        told = record if is_from_server else record[:-_FROM_SERVERS]
        return self._key(tx).of(previous + _JSON.encode(told))

    def _key(self, tx: Transaction) -> Mac:
        if self._keyed is None:
            self._keyed = Mac(self._unwrapped(tx))
        return self._keyed


class _Seen:
    """What is to be remembered of a chain that is gone through once."""

    def __init__(self, start: Head, expect: AuditHead | None) -> None:
        self.start = self.end = start
        self.pruned: str | None = None
        """Where the chain begins, by the last record that tells of a pruning."""
        self._expect = expect
        self.expected = expect is None or expect.number == 0 or self._is_expected(start)

    def passed(self, row: Row) -> Row:
        self.end = Head(row.number, bytes(row.mac) if isinstance(row.mac, bytes) else b"")
        if (row.action, row.kind, row.outcome) == (PRUNE, "audit", Outcome.DONE):
            self.pruned = row.name
        if self._expect is not None and row.number == self._expect.number:
            self.expected = self._is_expected(self.end)
        return row

    def _is_expected(self, head: Head) -> bool:
        expect = self._expect
        return expect is not None and (head.number, head.mac.hex()) == (expect.number, expect.mac)


def _missing(first: int, last: int) -> str:
    return f"record {first} is missing" if first == last else f"records {first} to {last} are missing"


def _shared(entry: Entry) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """What all records of an entry have, before and after what their subject has."""
    # In the order of `Row`, which would cost as much again for a step's thousand secrets.
    caller, now = entry.caller, entry.now
    return (
        (
            now,
            _claimed(caller.name),
            caller.system_user,
            entry.action,
            entry.outcome.value,
            _told(entry.workspace),
        ),
        (_told(entry.run), _told(entry.step), entry.detail, caller.token, caller.address, caller.request),
    )


def _columns(subject: Subject | None) -> tuple[object, ...]:
    if subject is None:
        return (None,) * 5
    return (subject.kind, _claimed(subject.name), subject.id, subject.version, subject.state)


def _told(text: str | None) -> str | None:
    return text and _claimed(text)


def _claimed(text: str) -> str:
    """What a caller wrote, as a record can keep it, however long or broken it is."""
    return text[:_CLAIMED].replace("\0", "?").encode("utf-8", "replace").decode()
