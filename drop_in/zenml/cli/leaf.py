"""Kinds of commands: Lockwork's own, which here answer without a group around them too.

Scripts and tests run single commands by click itself. So each brings its own Session, and its failures are
such as click shows and ends with.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import click

from lockwork.cli import hints, terminal
from lockwork.cli.commands import Command, FreeCommand, Group, known_options, spelled_with_dashes
from lockwork.cli.main import told_by_click
from lockwork.cli.session import Session
from lockwork.domain.secrets import SecretScope
from zenml import table

F = TypeVar("F", bound=Callable[..., Any])

_SETTINGS = {"token_normalize_func": spelled_with_dashes, "max_content_width": 100}


class Answering(click.Command):
    """What fails in it fails as click's own commands do."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        return told_by_click(
            lambda: super(Answering, self).make_context(info_name, args, parent, **{**_SETTINGS, **extra})
        )

    def invoke(self, ctx: click.Context) -> Any:
        return told_by_click(lambda: super(Answering, self).invoke(ctx))


class Leaf(Answering, Command):
    """A command with a Session of its own."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        hints.forget()
        session = Session(workspace=None, user=None, output=None)
        context = super().make_context(info_name, args, parent, obj=session, **extra)
        context.call_on_close(session.close)
        return context


class FreeLeaf(Leaf, FreeCommand):
    """One that takes keys: whatever is no option of its own is one."""

    reserved = frozenset()


class Noun(Answering, Group):
    """A group of commands about one noun."""

    command_class = Leaf


Noun.group_class = Noun


def ported(command: click.Command, kind: type[Leaf] = Leaf, **other: Any) -> Any:
    """Lockwork's command as it is, but for what `other` says."""
    as_it_is = {name: getattr(command, name) for name in ("name", "callback", "params", "help", "epilog")}
    return kind(**{**as_it_is, **other})


def call(command: click.Command, **words: Any) -> None:
    """Do what Lockwork's command does, in the Session of the one that runs."""
    assert command.callback is not None  # noqa: S101 - those that are ported all have one
    command.callback(**words)


# --- `--private` -------------------------------------------------------------------------------------------

_YES, _NO = frozenset({"1", "t", "true", "y", "yes", "on"}), frozenset({"0", "f", "false", "n", "no", "off"})


def private_option(command: F) -> F:
    """`-p/--private [BOOL]`, as newer scripts say it: the scope that it means."""
    return click.option(
        "-p",
        "--private",
        metavar="[BOOL]",
        type=click.BOOL,
        callback=_read_private,
        help="Your own (scope user), or with `false` everyone's (scope workspace).",
    )(command)


def _read_private(
    _context: click.Context, _parameter: click.Parameter, value: bool | None
) -> SecretScope | None:
    if value is None:
        return None
    return SecretScope.USER if value else SecretScope.WORKSPACE


class Private(Command):
    """A command in which a yes or no may follow `--private`, and need not."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _with_its_value(args, known_options(self, ctx)))


def _with_its_value(args: Sequence[str], options: Mapping[str, bool]) -> list[str]:
    """`-p` and `--private` with the yes or no that follows, else with a yes."""
    rest, found = list(args), list[str]()
    while rest:
        word = rest.pop(0)
        if word == "--":
            return [*found, word, *rest]
        if word in ("-p", "--private"):
            follows = bool(rest) and rest[0].lower() in _YES | _NO
            found.append(f"--private={rest.pop(0) if follows else 'true'}")
            continue
        found.append(word)
        if options.get(spelled_with_dashes(word)) and rest:
            found.append(rest.pop(0))
    return found


# --- accepted and refused ----------------------------------------------------------------------------------


def notice(what: str) -> None:
    """Say, in one line on stderr, what is done instead of `what`."""
    terminal.note(f"{what}: {table.ACCEPTED[what]}")


def accepted(what: str) -> click.Command:
    """A command that is taken with whatever words, and does nothing but say so."""

    def callback(**_words: Any) -> None:
        notice(what)

    return _of_any_words(what, f"Does nothing here: {table.ACCEPTED[what]}.", callback)


def refused(what: str) -> click.Command:
    """A command that is not here, whatever the words: it says why, and what does its work."""
    row = table.REFUSED[what]

    def callback(**_words: Any) -> None:
        raise table.refusal(what)

    return _of_any_words(what, f"Not here: {row.why}. Instead: {row.instead}.", callback)


def told(group: str) -> Iterator[click.Command]:
    """The commands of a group, such as `zenml stack`, that the table accepts or refuses."""
    for what in (*table.ACCEPTED, *table.REFUSED):
        if what.rpartition(" ")[0] == group:
            yield accepted(what) if what in table.ACCEPTED else refused(what)


def add_told(group: click.Group, path: str) -> None:
    """Give a group those of them that it does not have."""
    for command in told(path):
        if command.name not in group.commands:
            group.add_command(command)


def _of_any_words(what: str, help_: str, callback: Callable[..., None]) -> click.Command:
    words = click.Argument(["words"], nargs=-1, type=click.UNPROCESSED, metavar="...")
    name = what.rpartition(" ")[2]
    return Leaf(
        name,
        params=[words],
        callback=callback,
        help=help_,
        context_settings={"ignore_unknown_options": True},
    )
