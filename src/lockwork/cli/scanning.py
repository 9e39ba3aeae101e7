"""`lockwork scan`: credentials in the clear, in components and in files."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import click

from lockwork.cli import terminal
from lockwork.cli.commands import Command
from lockwork.cli.session import Session, output_option, pass_session
from lockwork.domain.errors import InvalidInput, Refused, WrongUsage
from lockwork.domain.scans import Finding

if TYPE_CHECKING:
    from lockwork.scanning.configuration import Held
    from lockwork.scanning.files import Listing
    from lockwork.scanning.known import Known

T = TypeVar("T")

FIELDS = ("where", "name", "line", "attribute", "kind", "instead", "fixed")
_PATIENCE, _EVERY = 2.0, 0.5
"""Seconds after which progress is shown on a terminal, and between two of its notes."""

_IN_FILES = (
    "in a file: keep it in a secret and write {{name.key}} there, for `lockwork inject` or `lockwork exec` "
    "to fill; where it is no credential, end the line with a comment, lockwork: allow"
)


@click.command(cls=Command)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path())
@click.option("--fix", is_flag=True, help="Move what components hold into secrets; files stay as they are.")
@click.option("--known", is_flag=True, help="Look for values of secrets, too: reads all that you may read.")
@click.option("--only", type=click.Choice(["store", "files"]), help="Look at one of the two alone.")
@click.option(
    "--exclude", metavar="GLOB", multiple=True, help="Leave these files and folders out; may be repeated."
)
@click.option("--ignored", is_flag=True, help="Look at files that git ignores, too.")
@output_option
@pass_session
def scan(session: Session, paths: Sequence[str], fix: bool, known: bool, only: str | None,
         exclude: Sequence[str], ignored: bool) -> None:  # fmt: skip
    """Find credentials in the clear: in the components of the workspace, and in files.

    PATH is a file or a folder; without one it is the current folder. Files that git ignores are left out.
    Ends with 1 where something is found, so that it can guard a commit or a build. It never shows what it
    found, and asks nobody but the store.
    """
    if only == "store" and (paths or exclude or ignored):
        raise WrongUsage("--only store looks at no file", hint="leave out the paths and what is said of them")
    if only == "files" and fix:
        raise WrongUsage("--fix moves what the store holds, and --only files leaves it out")
    from lockwork.scanning.files import Listing  # lazy: as all of that room, for help needs none

    listing = Listing(paths or ["."], exclude=exclude, ignored=ignored,
                      environ=session.profile.settings.passed_on())  # fmt: skip
    has_store = _has_store(session, known or only != "files")
    values = _known(session, known and has_store)
    held = _held(session, values) if has_store and only != "files" else []
    can_fix = not fix and _can_fix(held)
    if fix:
        held = [_moved(session, one) for one in held]
    findings = [finding for one in held for finding in one.findings]
    looked_at = [_count(len(held), "component")] if has_store and only != "files" else []
    if only != "store":
        count, found = _in_files(listing, values)
        findings += found
        looked_at.append(_count(count, "file"))
    _show(session, findings, " and ".join(looked_at) or "nothing", listing)
    _end(findings, can_fix)


# --- the store ---------------------------------------------------------------------------------------------


def _has_store(session: Session, is_wanted: bool) -> bool:
    """Whether there is one to look at: none is made for this."""
    if session.has_store:
        return True
    if is_wanted:
        terminal.note("there is no store here yet, so none is looked at")
    return False


def _known(session: Session, is_wished: bool) -> "Known":
    from lockwork.scanning.known import Known, known_to  # lazy: as above

    known = known_to(session.client) if is_wished else Known()
    if known.passed_by:
        terminal.note(f"not looked for: {_count(known.passed_by, 'value')}, too short or too ordinary")
    return known


def _held(session: Session, known: "Known") -> list["Held"]:
    """What each component holds."""
    from lockwork.scanning import configuration  # lazy: as above

    return [configuration.held_by(one, known) for one in configuration.components(session.client)]


def _can_fix(held: Iterable["Held"]) -> bool:
    """Whether `--fix` has anything to move."""
    from lockwork.scanning import configuration  # lazy: as above

    return any(configuration.movable(one) for one in held)


def _moved(session: Session, held: "Held") -> "Held":
    """The same with its credentials in a secret; where the store refuses, as it was, with the reason told."""
    from lockwork.scanning import configuration  # lazy: as above

    if not held.findings:
        return held
    try:
        held, notes = configuration.moved(session.client, held)
    except (Refused, InvalidInput) as refusal:
        terminal.warning(f"{held.component} stays as it is: {refusal.message}")
        if refusal.hint:
            terminal.hint(refusal.hint)
    else:
        terminal.notes(notes)
    return held


# --- files -------------------------------------------------------------------------------------------------


def _in_files(listing: "Listing", known: "Known") -> tuple[int, list[Finding]]:
    """How many files had text, and what is in them."""
    from lockwork.scanning.detectors import findings_in  # lazy: as above, and a quarter of a second
    from lockwork.scanning.files import texts

    count, found = 0, list[Finding]()
    for candidate, text in _telling(texts(listing)):
        count += 1
        found += findings_in(text, candidate.path, str(candidate), known)
    return count, found


def _telling(files: Iterable[T]) -> Iterator[T]:
    """The same, with a note of how far it is, where that takes long and somebody watches."""
    is_watched, told = sys.stderr.isatty(), monotonic() + _PATIENCE - _EVERY
    is_shown = False
    for count, file in enumerate(files):
        if is_watched and monotonic() - told > _EVERY:
            is_shown, told = True, monotonic()
            print(f"\r{count:,} files …", end="", file=sys.stderr, flush=True)
        yield file
    if is_shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


# --- the answer --------------------------------------------------------------------------------------------


def _show(session: Session, findings: Sequence[Finding], looked_at: str, listing: "Listing") -> None:
    records = [{**{name: getattr(f, name) for name in FIELDS}, "place": str(f)} for f in findings]
    if session.output != "table":
        session.show_list(records, FIELDS)
    elif findings:
        told = [name for name in ("instead", "fixed") if any(record[name] for record in records)]
        session.show_list(records, ("place", "kind", *told))
    if skipped := ", ".join(f"{n:,} {reason}" for reason, n in sorted(listing.skipped.items())):
        terminal.note(f"files not looked at: {skipped}")
    left = sum(not finding.fixed for finding in findings)
    if left:
        terminal.error(f"{_count(left, 'credential')} in the clear; looked at {looked_at}")
    else:
        terminal.note(f"nothing is in the clear{' any more' if findings else ''}; looked at {looked_at}")


def _end(findings: Sequence[Finding], can_fix: bool) -> None:
    """What to do now, and the exit code."""
    left = [finding for finding in findings if not finding.fixed]
    if len(left) < len(findings):
        terminal.note("whoever may list components could read it until now: change it where it is used")
    if any(finding.where == "component" for finding in left):
        rest = "what stays: put it into a secret of your own, and write {{name.key}} for it"
        terminal.hint("lockwork scan --fix moves what components hold into secrets" if can_fix else rest)
    if any(finding.where == "file" for finding in left):
        terminal.hint(_IN_FILES)
    if left:
        raise click.exceptions.Exit(1)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
