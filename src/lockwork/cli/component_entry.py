"""How a component's attributes get in: `--ATTR=VALUE`, `--ATTR VALUE`, files, and typed unseen."""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import update_wrapper
from typing import Any, TypeVar

import click

from lockwork.cli import terminal
from lockwork.cli.arguments import Source, attribute_name, read_value
from lockwork.cli.commands import (
    GLOBAL_OPTIONS,
    FreeCommand,
    Group,
    key_alone,
    known_options,
    spelled_with_dashes,
)
from lockwork.cli.session import Session
from lockwork.domain.attributes import known
from lockwork.domain.errors import InvalidInput, WrongUsage
from lockwork.domain.nearness import near
from lockwork.domain.secrets import can_be_called, checked_value
from lockwork.domain.stacks import Attribute, ComponentType, Flavor

F = TypeVar("F", bound=Callable[..., Any])

ON_COMMAND_LINES = (
    "A value may be @FILE, @- for standard input, or @@x for the text @x. Write {{name.key}} for what is "
    "secret: values on a command line stay in the shell's history and are seen in process lists."
)


class TypeGroup(Group):
    """The commands about components of one type."""

    def __init__(self, type_: ComponentType, commands: Sequence[click.Command]) -> None:
        about = f"Components of type {type_.words}: register, look at, change, copy, delete."
        super().__init__(type_.dashed, commands=commands, help=about)
        self.type = type_


def type_of(context: click.Context) -> ComponentType:
    """The type that this command is about: its own where it has one, else its group's."""
    commands = [context.command, *([context.parent.command] if context.parent else [])]
    types = (getattr(command, "type", None) for command in commands)
    return next(type_ for type_ in types if isinstance(type_, ComponentType))


def pass_type(command: F) -> Callable[..., Any]:
    """Give a command the Session, and the component type of its group."""

    def with_type(*args: Any, **words: Any) -> Any:
        context = click.get_current_context()
        return command(context.find_object(Session), type_of(context), *args, **words)

    return update_wrapper(with_type, command)


# --- words -------------------------------------------------------------------------------------------------


class AttributeCommand(FreeCommand):
    """A command that takes attributes; `--ATTR VALUE` too, where that can mean nothing else."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(
            *args,
            read_key=attribute_name,
            other_way="through --attribute NAME=VALUE",
            free="[--ATTR=VALUE]...",
            **more,
        )

    def _split(self, ctx: click.Context, args: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
        if not ctx.resilient_parsing:
            args = joined(args, known_options(self, ctx), type_of(ctx))
        return super()._split(ctx, args)


def joined(args: Sequence[str], options: Mapping[str, bool], type_: ComponentType) -> list[str]:
    """`--ATTR VALUE` as `--ATTR=VALUE`. `options` are the command's own, and whether each takes a value."""
    rest, found = list(args), list[str]()
    while rest:
        word = rest.pop(0)
        if word == "--":
            return [*found, word, *rest]
        option = spelled_with_dashes(word)
        if word.startswith("--") and "=" not in word and option not in {*options, *GLOBAL_OPTIONS}:
            word = _with_value(type_, word, rest)
        found.append(word)
        if options.get(option) and rest:
            found.append(rest.pop(0))
    return found


def _with_value(type_: ComponentType, word: str, rest: list[str]) -> str:
    """`word` with the value that follows it, which is taken from `rest`."""
    is_switch = _attribute(type_, word).kind == "boolean"  # the next word could be the component's name
    if is_switch or not rest or rest[0].startswith("-"):
        hint = f"write {word}={'true or ' + word + '=false' if is_switch else 'VALUE'}"
        raise WrongUsage(f"{word} has no value", hint=hint)
    return f"{word}={rest.pop(0)}"


def _attribute(type_: ComponentType, word: str) -> Attribute:
    """What some flavor of this type declares under this name."""
    from lockwork.flavors import registry  # lazy: attributes with an equals sign need no look at all flavors

    declared = {a.name: a for f in registry.flavors(type_) for a in f.attributes}
    name = attribute_name(word[2:])
    if name not in declared:
        guesses = near(name, declared)
        guess = (
            f"; did you mean {' or '.join('--' + g.replace('_', '-') for g in guesses)}?" if guesses else ""
        )
        raise WrongUsage(
            f"{word} is no option, and no attribute of any flavor of {type_.words}{guess}",
            hint=f"lockwork flavor describe FLAVOR --type {type_.dashed} lists a flavor's attributes",
        )
    return declared[name]


# --- values ------------------------------------------------------------------------------------------------


def attribute_options(command: F) -> F:
    """What `register` and `update` have in common."""
    for words, how in reversed(_OPTIONS):
        command = click.option(*words, **how)(command)
    return command


_OPTIONS: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (
        ("--attribute", "also"),
        {
            "metavar": "NAME=VALUE",
            "multiple": True,
            "help": "An attribute whose name is also an option; may be repeated.",
        },
    ),
    (
        ("--ask",),
        {
            "metavar": "ATTR",
            "multiple": True,
            "callback": key_alone,
            "help": "Ask for this attribute, unseen; may be repeated.",
        },
    ),
    (
        ("--env",),
        {
            "metavar": "NAME=VALUE",
            "multiple": True,
            "help": "A variable for steps that use it, references too.",
        },
    ),
    (
        ("--secret", "secret"),
        {
            "metavar": "NAME[=PREFIX]",
            "multiple": True,
            "help": "A secret all of whose keys become variables of steps that use it.",
        },
    ),
    (
        ("--whole-secret", "whole_secret"),
        {
            "metavar": "NAME[=PREFIX]",
            "multiple": True,
            "help": "The same, for flavors with an attribute called 'secret'.",
        },
    ),
    (
        ("--plaintext",),
        {"is_flag": True, "help": "Keep plain values of sensitive attributes in the component itself."},
    ),
    (("--strip",), {"is_flag": True, "help": "Drop the newlines that files of values end in."}),
]


def given_attributes(
    flavor: Flavor,
    pairs: Sequence[tuple[str, str]],
    *,
    also: Sequence[str],
    ask: Sequence[str],
    strip: bool,
) -> dict[str, str]:
    """Attribute → text, of all that the words give. What `flavor` lacks is refused before anybody types."""
    words = dict(pairs)
    for word in also:
        name, equals, text = word.partition("=")
        if not equals:
            raise WrongUsage("--attribute takes NAME=VALUE")
        if (name := attribute_name(name)) in words:
            raise WrongUsage(f"{name!r} is given twice")
        words[name] = text
    asked = [attribute_name(word) for word in ask]
    for name in (*words, *asked):
        known(flavor, name)
    if asked:
        terminal.must_be_interactive(f"the value of {asked[0]!r}", "give it as --ATTR=@FILE or --ATTR=@-")
    source = Source(sys.stdin.buffer if sys.stdin else None, strip=strip)
    found = {name: read_value(name, text, source) for name, text in words.items()}
    terminal.notes(source.notes)
    for name in dict.fromkeys(asked):
        if name in found:
            raise WrongUsage(f"{name!r} is given, and --ask asks for it too")
        found[name] = _typed(name)
    return found


def _typed(name: str) -> str:
    def check(text: str) -> str:
        if not text:
            raise InvalidInput(f"nothing was typed for {name!r}", hint=f"--{name}= sets the empty text")
        return checked_value(name, text)

    return terminal.ask_hidden(f"value of {name} (not shown): ", check)


def whole_secrets(
    secret: Sequence[str], whole_secret: Sequence[str] = (), flavor: Flavor | None = None
) -> dict[str, str]:
    """Name → prefix of the secrets that are declared as a whole."""
    if secret and flavor is not None and flavor.attribute("secret"):
        raise WrongUsage(
            f"--secret may mean the attribute 'secret' of {flavor}, so it is not guessed",
            hint="the attribute: --attribute secret=VALUE; a secret for steps' use: --whole-secret NAME",
        )
    found: dict[str, str] = {}
    for word in (*secret, *whole_secret):
        name, _, prefix = word.partition("=")
        if not can_be_called(name):  # not quoted: it may be a value, meant for an attribute of another flavor
            raise InvalidInput(
                "what --secret was given is not a secret name",
                hint="NAME or NAME=PREFIX, of a secret all of whose keys steps get",
            )
        if name in found:
            raise WrongUsage(f"secret {name!r} is given twice")
        found[name] = prefix
    return found
