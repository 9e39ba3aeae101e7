"""`lockwork audit prune`, and the files that it writes: the old part of the trail, one record a line.

    {"format": 1, "store": "<id>", "start": "<number>:<mac>"}
    {"number": …, "at": …, "user": …, …, "mac": "<hexadecimal>"}      as domain.audit.AuditLink

`lockwork audit verify --file FILE` checks such a file by the audit key of its store.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from lockwork.cli import rights, terminal
from lockwork.cli.commands import Command
from lockwork.cli.session import Session, output_option, pass_session
from lockwork.client.api import Client
from lockwork.domain.audit import AuditHead, AuditLink, AuditVerdict
from lockwork.domain.errors import InvalidInput, StoreUnusable, Unavailable
from lockwork.domain.ways_out import reason
from lockwork.messages.audit import PruneAudit

FORMAT = 1
_AT_ONCE = 500


class Beginning(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of a file."""

    format: int
    store: str
    start: str


@click.command("prune", cls=Command)
@click.option("--before", metavar="DATE", required=True, help="Such as 2026-01-31; without an offset, UTC.")
@click.option("-f", "--filename", metavar="FILE", required=True, type=click.Path(path_type=Path),
              help="What is taken out goes there; it must not exist.")  # fmt: skip
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@output_option
@pass_session
def prune(session: Session, before: str, filename: Path, yes: bool) -> None:
    """Take records older than DATE out of the trail, into FILE, here and for its owner alone.

    The chain goes on from where it was cut, and `verify` still compares all things with their last change.
    """
    until = _moment(before)
    if not yes:
        rights.check(session, PruneAudit)
        _check_can_be_made(filename)
        if session.client.export_audit(until).links:
            terminal.must_confirm(f"take all records before {before} out of the trail, into {filename}?")
    through = _written(session.client, until, filename)
    if through is None:
        session.done(f"nothing in the trail is older than {before}", {"removed": 0, "file": None})
        return
    try:
        pruned = session.client.prune_audit(through)
    except Unavailable:
        terminal.note(f"{filename} is written, and whether the trail was pruned is not known")
        raise
    except BaseException:
        filename.unlink()
        raise
    count = "1 record" if pruned.removed == 1 else f"{pruned.removed:,} records"
    facts = {"removed": pruned.removed, "carried": pruned.carried, "start": str(pruned.start)}
    session.done(f"moved {count} into {filename}", {**facts, "file": str(filename)})


def verified(client: Client, path: Path) -> AuditVerdict:
    """Whether each record of such a file follows from the one before, as the store says."""
    start, links = _read(path)
    problems: list[str] = []
    count = 0
    for some in _in_parts(links):
        verdict = client.check_audit_links(start, some)
        problems += verdict.problems
        start, count = verdict.head, count + verdict.records
    return AuditVerdict(ok=not problems, records=count, head=start, problems=tuple(problems))


def _moment(text: str) -> int:
    try:
        given = datetime.fromisoformat(text.replace("Z", "+00:00"))
        given = given if given.tzinfo else given.replace(tzinfo=UTC)
        return int(given.timestamp()) * 1_000_000 + given.microsecond
    except (ValueError, OverflowError):
        pass
    raise InvalidInput(f"--before: {text!r} is not a time", hint="write it as 2026-01-31")


def _written(client: Client, until: int, path: Path) -> AuditHead | None:
    """Write all that is older, durably; the last of it, or None, and then no file, where nothing is."""
    part = client.export_audit(until)
    if not part.links:
        return None
    with _created(path) as file:
        try:
            _line(file, Beginning(format=FORMAT, store=part.store, start=str(part.start)))
            while True:
                for link in part.links:
                    _line(file, link)
                    last = link
                if part.is_last:
                    break
                part = client.export_audit(until, last.number)
            file.flush()
            os.fsync(file.fileno())
        except BaseException as failure:
            path.unlink()
            if isinstance(failure, OSError):
                raise StoreUnusable(f"{path} cannot be written: {reason(failure)}") from None
            raise
    return AuditHead(number=last.number, mac=last.mac)


def _created(path: Path) -> BinaryIO:
    try:
        return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600), "wb")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be created: {reason(error)}") from None


def _check_can_be_made(path: Path) -> None:
    _created(path).close()
    path.unlink()


def _line(file: BinaryIO, what: msgspec.Struct) -> None:
    file.write(msgspec.json.encode(what) + b"\n")


def _read(path: Path) -> tuple[AuditHead, list[AuditLink]]:
    try:
        first, *rest = path.read_bytes().splitlines()
        beginning = msgspec.json.decode(first, type=Beginning)
        number, _, mac = beginning.start.partition(":")
        decoder = msgspec.json.Decoder(AuditLink)
        return AuditHead(number=int(number), mac=mac), [decoder.decode(line) for line in rest]
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {reason(error)}") from None
    except ValueError:  # also of a line that is no JSON
        pass
    raise InvalidInput(f"{path} is not a part of a trail", hint="lockwork audit prune writes such a file")


def _in_parts(links: list[AuditLink]) -> Iterator[list[AuditLink]]:
    for first in range(0, len(links), _AT_ONCE):
        yield links[first : first + _AT_ONCE]
