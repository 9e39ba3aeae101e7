"""How values get in: from the words of a command, from files, and typed unseen."""

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

import click

from lockwork.cli import terminal
from lockwork.cli.commands import FreeCommand, key_alone, known_options
from lockwork.domain.errors import InvalidInput, WrongUsage
from lockwork.domain.secrets import SecretKey, checked_value

F = TypeVar("F", bound=Callable[..., Any])
Interview = Callable[[Collection[str], Collection[str]], dict[str, str]]

ON_COMMAND_LINES = (
    "Values on a command line stay in the shell's history and are seen in process lists: prefer --ask KEY, "
    "-i, --KEY=@FILE, or --KEY=@- for standard input. @@x is the text @x.\n\n"
    "The options of `secret create`, of `secret update` and of `lockwork` itself are never taken for keys: "
    "keys that are called so are given through --values."
)


class EntryCommand(FreeCommand):
    """A command that stores values. What is an option of its sister is not guessed to be a key."""

    def sister_options(self, ctx: click.Context) -> dict[str, str]:
        """Long options of the other commands that store values."""
        group = ctx.parent.command if ctx.parent else None
        if not isinstance(group, click.Group) or ctx.parent is None:
            return {}
        own = known_options(self, ctx)
        return {
            option: f"{ctx.parent.command_path} {name}"
            for name, sister in group.commands.items()
            if type(sister) is type(self)
            for option in known_options(sister, ctx)
            if option.startswith("--") and option not in own
        }


def entry_options(command: F) -> F:
    """Every way in but `--KEY=VALUE` itself."""
    for words, how in reversed(_OPTIONS):
        command = click.option(*words, **how)(command)
    return command


_OPTIONS: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (
        ("-v", "--values"),
        {"metavar": "TEXT|@FILE", "help": "A JSON or YAML mapping of keys to texts, or @FILE with one."},
    ),
    (
        ("--env-file",),
        {
            "metavar": "FILE",
            "type": click.Path(),
            "help": "KEY=VALUE lines, with quotes and comments; - is standard input.",
        },
    ),
    (
        ("--ask",),
        {
            "metavar": "KEY",
            "multiple": True,
            "callback": key_alone,
            "help": "Ask for this key's value, unseen; may be repeated.",
        },
    ),
    (
        ("-i", "--interactive"),
        {"is_flag": True, "help": "Ask for keys and values, unseen, until an empty key."},
    ),
    (("--strip",), {"is_flag": True, "help": "Drop the newlines that files of values end in."}),
]


def entered(
    pairs: Sequence[tuple[str, str]],
    *,
    values: str | None,
    env_file: str | None,
    ask: Sequence[str],
    interactive: bool,
    strip: bool,
    look: Callable[[], Collection[str] | None] = tuple,
    interview: Interview | None = None,
) -> dict[str, str]:
    """All that is to be stored.

    `look` is called when there is something, before anybody is asked: it refuses what cannot be done, tells
    the keys that are there, which `-i` offers to replace, or None where nothing needs to be asked.
    `interview` asks in place of Lockwork's own `-i`: it gets the keys given otherwise, and those present.
    """
    from lockwork.cli.arguments import Source, gather  # lazy: `secret get` stands beside, and needs no parser

    asked = [SecretKey.parse(key) for key in ask]
    if asked or interactive:  # before anything is read: who cannot be asked hears so at once
        terminal.must_be_interactive(_asked_for(asked), _INSTEAD)
    source = Source(sys.stdin.buffer if sys.stdin else None, strip=strip)
    found = gather(pairs, source, values=values, env_file=env_file)
    terminal.notes(source.notes)
    present = look() if found or asked or interactive else None
    if present is None:
        return found
    for key in dict.fromkeys(asked):
        if key in found:
            raise WrongUsage(f"{key!r} is given, and --ask asks for it too")
        found[key] = _hidden(key)
    return {**found, **((interview or _interview)(found, present) if interactive else {})}


def is_asking(given: Mapping[str, Any]) -> bool:
    """Whether somebody is to type a value, by what `entered` is given."""
    return bool(given["ask"] or given["interactive"])


_INSTEAD = "give values as --KEY=@FILE, --KEY=@-, --values @FILE or --env-file FILE"


def _asked_for(keys: Sequence[str]) -> str:
    return f"--ask {' --ask '.join(keys)}" if keys else "-i"


def _interview(given: Collection[str], present: Collection[str]) -> dict[str, str]:
    """Present keys first, each kept by an empty answer; then new ones until an empty key."""
    found: dict[str, str] = {}
    for key in present:
        if key not in given:
            text = _hidden(key, "empty keeps it", may_be_empty=True)
            found.update({key: text} if text else {})
    while key := terminal.ask_line("key (empty ends): ", _key_or_nothing):
        found[key] = _hidden(key)
    return found


def _key_or_nothing(text: str) -> str:
    return SecretKey.parse(text.strip()) if text.strip() else ""


def _hidden(key: str, remark: str = "not shown", *, may_be_empty: bool = False) -> str:
    def check(text: str) -> str:
        if not text and not may_be_empty:
            raise InvalidInput(f"nothing was typed for {key!r}", hint=f"--{key}= stores the empty text")
        return checked_value(key, text)

    return terminal.ask_hidden(f"value of {key} ({remark}): ", check)


def echo(name: str, keys: Collection[str], remove: Collection[str] = ()) -> None:
    """Say what is about to be stored: keys, and never a value."""
    if not keys and not remove:
        return
    terminal.aside(f"secret {name}:")
    width = max(map(len, (*keys, *remove)))
    for key in keys:
        terminal.aside(f"  {key:<{width}}  ***")
    for key in remove:
        terminal.aside(f"  {key:<{width}}  removed")
