"""`lockwork backup` and `lockwork restore`: the whole store into one sealed file, and back."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from lockwork.cli import terminal
from lockwork.cli.commands import Command
from lockwork.cli.session import Session, output_option, pass_session
from lockwork.domain.copies import Restored, StoreCopy
from lockwork.domain.errors import InvalidInput, WrongUsage
from lockwork.domain.sensitive import Sensitive

if TYPE_CHECKING:
    from lockwork.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

_LARGEST = 4096
_REFUSED_BELOW, _WARNED_BELOW = 8, 16
_OTHER_WAYS = "--passphrase @FILE, --passphrase @- or LOCKWORK_BACKUP_PASSPHRASE gives it without a terminal"


def _file_alone(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    """A passphrase itself is refused before anything could quote it."""
    if given is not None and (not given.startswith("@") or given == "@"):
        raise WrongUsage(
            "--passphrase takes @FILE, or @- for standard input: never the passphrase itself",
            hint="on a command line it stays in the shell's history and in process lists; "
            "leave the option out to be asked",
        )
    return given


def passphrase_option(command: F) -> F:
    return click.option(
        "--passphrase", metavar="@FILE", callback=_file_alone,
        help="Read the passphrase from a file; @- is standard input. Default: LOCKWORK_BACKUP_PASSPHRASE, "
        "else it is asked for, unseen.",
    )(command)  # fmt: skip


@click.command(cls=Command)
@click.argument("file", type=click.Path())
@passphrase_option
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@output_option
@pass_session
def backup(session: Session, file: str, passphrase: str | None, force: bool) -> None:
    """Write the whole store with its keyring into FILE, sealed under a passphrase; - is standard output.

    The store may be in use meanwhile: the copy is of one moment. Not in it are root keys that come from
    LOCKWORK_ROOT_KEY or LOCKWORK_ROOT_KEY_FILE, the configuration, artifacts, and logs of steps that still
    run.
    """
    from lockwork.moving import private_files  # lazy: as all of that room, for help needs none
    from lockwork.moving.backup import back_up

    target = _target(file)
    session.profile.check_embedded("a backup")  # before anybody is asked for a passphrase, as what follows
    if isinstance(target, Path):
        private_files.check_free(target, force)
    words = _passphrase(session.profile.settings, passphrase, is_new=True)
    made = back_up(session.client, target, words, replace=force)
    if isinstance(target, Path):
        facts = {"file": made.file, "size": made.size, **_facts(made.copy)}
        session.done(f"{file}: the whole store of {_moment(made.copy)}, {made.size:,} bytes, sealed", facts)
    _tell_of_keys(made.copy)
    terminal.note("not in it: configuration, artifacts, and logs of steps that still run")
    terminal.note("keep the passphrase elsewhere: nothing opens it without, and nobody can find it out")


@click.command(cls=Command)
@click.argument("file", type=click.Path())
@passphrase_option
@click.option("--check", "is_check", is_flag=True, help="Verify all of it, and restore nothing.")
@click.option("--force", is_flag=True, help="Replace the store that is here; it is kept aside.")
@click.option("--accept-problems", is_flag=True, help="Restore although its audit trail does not hold.")
@output_option
@pass_session
def restore(
    session: Session,
    file: str,
    passphrase: str | None,
    is_check: bool,
    force: bool,
    accept_problems: bool,
) -> None:
    """Make the backup in FILE the store; - reads standard input.

    All of it is verified first: its seal, the database, the root keys, the audit trail. Then it takes the
    place of what is here in one step, unless another process has that open.
    """
    # lazy: as all of that room, for help needs none
    from lockwork.moving import backup as moving
    from lockwork.moving import private_files
    from lockwork.service import swapping

    source = _source(file, passphrase)
    session.profile.check_embedded("a backup")
    if isinstance(source, Path):
        private_files.check_readable(source)
    if not is_check:
        swapping.check_free(session.profile.settings.home.value, force)  # before anybody is asked
    words = _passphrase(session.profile.settings, passphrase, is_new=False)
    if is_check:
        return _show_checked(session, file, moving.check(session.profile, source, words))
    found = moving.restore(session.profile, source, words, replace=force, accept_problems=accept_problems)
    sentence = f"restored the store of {_moment(found.copy)}; {found.records:,} audit records verified"
    session.done(sentence, {**_found(found), "replaced": found.replaced})
    if found.replaced is not None:
        terminal.note(f"the store that was here is kept in {found.replaced}; LOCKWORK_HOME may name it")
    for problem in found.problems:
        terminal.warning(problem)
    return None


def _show_checked(session: Session, file: str, found: Restored) -> None:
    def table() -> None:
        terminal.say(f"{file}: the store of {_moment(found.copy)}; {found.records:,} audit records")
        for problem in found.problems:
            terminal.say(problem)

    session.show({**_found(found), "ok": not found.problems}, table)
    _tell_of_keys(found.copy)
    if found.problems:
        terminal.error(f"the store in it is not as its trail left it: {len(found.problems)} found")
        raise click.exceptions.Exit(1)


def _found(found: Restored) -> dict[str, Any]:
    return {**_facts(found.copy), "records": found.records, "problems": found.problems}


def _facts(copy: StoreCopy) -> dict[str, Any]:
    return {"made": copy.made, "store": copy.store, "schema": copy.schema, "has_keyring": copy.has_keyring}


def _moment(copy: StoreCopy) -> str:
    return f"{copy.made:%Y-%m-%d %H:%M:%SZ}"


def _tell_of_keys(copy: StoreCopy) -> None:
    if not copy.has_keyring:
        terminal.warning(
            "its root key is not in it, as that comes from elsewhere: without a copy of that key, "
            "nothing in it can be read"
        )


# --- where from, where to ----------------------------------------------------------------------------------


def _target(file: str) -> Path | BinaryIO:
    if file != "-":
        return Path(file)
    if sys.stdout.isatty():
        raise WrongUsage("a backup is not for a terminal", hint="name a file, or - with > FILE or | COMMAND")
    return sys.stdout.buffer


def _source(file: str, passphrase: str | None) -> Path | BinaryIO:
    if file != "-":
        return Path(file)
    if passphrase == "@-":
        raise WrongUsage("standard input cannot be both the backup and its passphrase", hint=_OTHER_WAYS)
    if sys.stdin is None or sys.stdin.isatty():
        raise WrongUsage("a backup is not typed", hint="name a file, or - with < FILE")
    return sys.stdin.buffer


# --- the passphrase ----------------------------------------------------------------------------------------


def _passphrase(settings: "Settings", given: str | None, *, is_new: bool) -> Sensitive:
    """From `--passphrase`, the environment, or typed: twice where a mistake would lock it up for ever."""
    check = _long_enough if is_new else _not_empty
    if given is not None:
        return check(_read(given))
    if (kept := settings.backup_passphrase) is not None:
        return check(kept)
    terminal.must_be_interactive("the passphrase", _OTHER_WAYS)
    return _typed_twice() if is_new else terminal.ask_hidden("passphrase (not shown): ", _hidden(check))


def _typed_twice() -> Sensitive:
    while True:
        first = terminal.ask_hidden("passphrase (not shown): ", _hidden(_long_enough))
        if terminal.ask_hidden("the same again: ", Sensitive) == first:
            return first
        terminal.error("the two are not the same")


def _hidden(check: Callable[[Sensitive], Sensitive]) -> Callable[[str], Sensitive]:
    return lambda text: check(Sensitive(text))


def _read(word: str) -> Sensitive:
    """One line, without its end."""
    from lockwork.cli.arguments import Source  # lazy: a passphrase is seldom in a file

    source = Source(sys.stdin.buffer if sys.stdin else None)
    text = source.read(word[1:], _LARGEST, "the passphrase").removesuffix("\n").removesuffix("\r")
    if "\n" in text:
        raise InvalidInput("the passphrase is one line, and there are more")
    return Sensitive(text)


def _not_empty(words: Sensitive) -> Sensitive:
    if words == Sensitive(""):
        raise InvalidInput("the passphrase is empty")
    return words


def _long_enough(words: Sensitive) -> Sensitive:
    length = len(_not_empty(words).reveal())
    if length < _REFUSED_BELOW:
        raise InvalidInput(
            f"the passphrase is shorter than {_REFUSED_BELOW} characters",
            hint="whoever has the file can try as many as they like: take five random words",
        )
    if length < _WARNED_BELOW:
        terminal.warning(
            f"the passphrase is shorter than {_WARNED_BELOW} characters; five random words resist far longer"
        )
    return words
