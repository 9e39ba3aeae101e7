"""Rows of masked logs: what a step printed, in parts whose numbers nobody else knows."""

from lockwork.database.engine import Statement, Transaction
from lockwork.domain.runs import LogPart, span

_SHORT = 16 * 1024
"""Bytes up to which parts share a row. So a log that came in ten thousand parts is read from a few hundred
rows at most, and no more than this is written again for a line."""

_LAST = Statement(
    "SELECT number, part FROM step_logs WHERE run = :run AND step = :step ORDER BY number DESC LIMIT 1"
)
_ADD = Statement(
    "INSERT INTO step_logs (run, step, number, part) VALUES (:run, :step, :number, :part)"
    " ON CONFLICT (run, step, number) DO NOTHING"
)
_LENGTHEN = Statement(
    "UPDATE step_logs SET part = :part"
    " WHERE run = :run AND step = :step AND number = :number AND length(part) = :before"
)
_SIZE = Statement(
    "SELECT coalesce(sum(length(part)), 0) AS size FROM step_logs WHERE run = :run AND step = :step"
)
_PART_SIZES = Statement(
    "SELECT number, length(part) AS size FROM step_logs WHERE run = :run AND step = :step ORDER BY number"
)
_SOME_PARTS = Statement(
    "SELECT part FROM step_logs WHERE run = :run AND step = :step AND number BETWEEN :first AND :last"
    " ORDER BY number"
)
_ALL = Statement(
    "SELECT l.part FROM step_logs l JOIN steps s ON s.run = l.run AND s.name = l.step"
    " WHERE l.run = :run AND (CAST(:step AS text) IS NULL OR l.step = :step) ORDER BY s.position, l.number"
)


def append(tx: Transaction, run: str, step: str, part: bytes) -> bool:
    """Put it behind what is there; False where somebody else did that at the same moment."""
    at = {"run": run, "step": step}
    last = tx.row(_LAST, **at)
    if last is None:
        return bool(tx.run(_ADD, **at, number=0, part=part))
    before = len(last["part"])
    if before + len(part) > _SHORT:
        return bool(tx.run(_ADD, **at, number=last["number"] + 1, part=part))
    longer = last["part"] + part
    return bool(tx.run(_LENGTHEN, **at, number=last["number"], before=before, part=longer))


def size(tx: Transaction, run: str, step: str) -> int:
    """How many bytes are kept of a step's log."""
    return int(tx.one(_SIZE, run=run, step=step)["size"])


def some(tx: Transaction, run: str, step: str, start: int, most: int) -> LogPart:
    """Some of a step's log; of the rest no more than its size is read."""
    lengths = [(row["number"], row["size"]) for row in tx.rows(_PART_SIZES, run=run, step=step)]
    total = sum(length for _, length in lengths)
    first, end = span(total, start, most)
    begins, at = 0, 0
    wanted: list[int] = []
    for number, length in lengths:
        if at + length > first and at < end:
            begins = begins if wanted else at
            wanted.append(number)
        at += length
    if not wanted:
        return LogPart(start=first, size=total, part=b"")
    rows = tx.rows(_SOME_PARTS, run=run, step=step, first=wanted[0], last=wanted[-1])
    found = b"".join(row["part"] for row in rows)
    return LogPart(start=first, size=total, part=found[first - begins : end - begins])


def whole(tx: Transaction, run: str, step: str | None) -> bytes:
    """The log of one step, or of all in the order of the pipeline."""
    return b"".join(row["part"] for row in tx.rows(_ALL, run=run, step=step))
