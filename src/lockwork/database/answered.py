"""Rows of answers that may be asked for again: who asked what under which key, as a keyed hash."""

from typing import NamedTuple

from lockwork.database.engine import Statement, Transaction
from lockwork.database.rows import read

_FORGET = Statement("DELETE FROM answered WHERE at <= :before")
# Another who asks the same at this moment waits here until this one is committed, and then finds it.
_CLAIM = Statement(
    "INSERT INTO answered (asker, action, idempotency_key, question, answer, at)"
    " VALUES (:asker, :action, :key, :question, :answer, :now)"
    " ON CONFLICT (asker, action, idempotency_key) DO NOTHING RETURNING at"
)
_FIND = Statement(
    "SELECT question, answer FROM answered"
    " WHERE asker = :asker AND action = :action AND idempotency_key = :key"
)
_KEEP = Statement(
    "UPDATE answered SET answer = :answer"
    " WHERE asker = :asker AND action = :action AND idempotency_key = :key"
)


class Asked(NamedTuple):
    """What a caller says is the same question when it comes again."""

    asker: str
    action: str
    key: str


class Answered(NamedTuple):
    """What was asked under a key, and what was answered."""

    question: bytes
    answer: bytes


def forget_before(tx: Transaction, before: int) -> None:
    tx.run(_FORGET, before=before)


def claim(tx: Transaction, asked: Asked, question: bytes, now: int) -> bool:
    """Whether it is asked for the first time; its answer is then owed to `keep`, in this transaction."""
    return tx.row(_CLAIM, **asked._asdict(), question=question, answer=b"", now=now) is not None


def find(tx: Transaction, asked: Asked) -> Answered | None:
    row = tx.row(_FIND, **asked._asdict())
    return None if row is None else read(Answered, row, "answered")


def keep(tx: Transaction, asked: Asked, answer: bytes) -> None:
    tx.run(_KEEP, **asked._asdict(), answer=answer)
