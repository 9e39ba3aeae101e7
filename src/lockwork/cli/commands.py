"""Kinds of commands: what click's own lack. No message of theirs quotes a word that may be a value."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import click

from lockwork.domain.errors import LockworkError, WrongUsage

GLOBAL_OPTIONS = frozenset({"--workspace", "--as", "--output", "--version"})
"""They stand before the group."""
_OF_NAMES = frozenset(
    {"NAME", "NEW", "FLAVOR", "TYPE", "ATTR", "KEY", "USER", "W", "S", "LEVEL", "asc|desc:FIELD"}
)
"""What the values of options are called that are names; a NAME=VALUE is none."""
_OF_ANY_TEXT = frozenset({"reference", "place"})
"""Arguments that may hold anything; all others that are text are names."""
_NO_NAME = re.compile(r"=|[{\n]|: ")
"""In no name, but in words and mappings that have lost their option."""


def key_alone(_context: click.Context, parameter: click.Parameter, given: Any) -> Any:
    """Refuse `--ask password=…` before anything quotes it; for options that take one key, or several."""
    for word in given if isinstance(given, tuple) else (given,):
        if word is not None and "=" in word:
            option = max(parameter.opts, key=len)
            raise WrongUsage(
                f"{option} takes a key without a value",
                hint=f"give the key alone: {option} {word.partition('=')[0]}",
            )
    return given


def check_name(ctx: click.Context, what: str, word: str) -> None:
    """Refuse `password=…` where a name belongs, so that nothing quotes it, nor the audit trail."""
    if _NO_NAME.search(word):
        why = "holds an equals sign, which no name does" if "=" in word else "reads like a value"
        raise WrongUsage(f"{what} {why}", hint=f"{ctx.command_path} --help")


class OnceCommand(click.Command):
    """A command of whose options each that is no list takes one value: click would drop all but the last.

    What is given as a name is one.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, args)
        if not ctx.resilient_parsing:
            for parameter in self.params:
                if _takes_names(parameter):
                    _check_names(ctx, parameter)
        return rest

    def make_parser(self, ctx: click.Context) -> Any:  # click's parser has no public name
        parser = super().make_parser(ctx)
        parse = parser.parse_args

        def parse_once(args: list[str]) -> Any:
            try:
                options, rest, order = parse(args)
            except click.UsageError as failure:  # click does not say of which command it complains
                failure.ctx = failure.ctx or ctx
                raise
            if not ctx.resilient_parsing:
                _check_each_is_once(order)
            return options, rest, order

        parser.parse_args = parse_once  # type: ignore[method-assign]  # only here is the order of words known
        return parser


def _check_each_is_once(order: Sequence[click.Parameter]) -> None:
    """Flags may be repeated: they say the same again. What would lose a value may not."""
    seen: set[str] = set()
    for parameter in order:
        if not isinstance(parameter, click.Option) or parameter.is_flag or parameter.multiple:
            continue
        option = max(parameter.opts, key=len)
        if option in seen:
            raise WrongUsage(f"{option} is given twice", hint="it takes one value: leave one of them out")
        seen.add(option)


def _takes_names(parameter: click.Parameter) -> bool:
    if isinstance(parameter, click.Argument):
        return parameter.type is click.STRING and parameter.name not in _OF_ANY_TEXT
    return parameter.metavar in _OF_NAMES


def _check_names(ctx: click.Context, parameter: click.Parameter) -> None:
    given = ctx.params.get(str(parameter.name))
    what = (
        parameter.make_metavar(ctx) if isinstance(parameter, click.Argument) else max(parameter.opts, key=len)
    )
    for word in given if isinstance(given, tuple) else (given,):
        if isinstance(word, str):  # else it was left out
            check_name(ctx, what, word)


class Command(OnceCommand):
    """A command; `lockwork GROUP COMMAND WORDS…`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True  # refused here: click would quote them, and one may be a password
        rest = super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:
            many = "a word too many" if len(ctx.args) == 1 else f"{len(ctx.args)} words too many"
            raise WrongUsage(f"{ctx.command_path}: {many}", hint=f"{ctx.command_path} --help")
        return rest


class FreeCommand(Command):
    """A command that takes `--KEY=VALUE` beside its own options; its callback gets them as `pairs`."""

    reserved: frozenset[str] = GLOBAL_OPTIONS
    """Options that stand elsewhere, and are not guessed to be keys."""

    def __init__(
        self,
        *args: Any,
        read_key: Callable[[str], str] | None = None,
        other_way: str = "through --values",
        free: str = "[--KEY=VALUE]...",
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self._read_key = read_key
        self._other_way = other_way
        self._free = free

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), self._free]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--help" in args[: args.index("--") if "--" in args else None]:
            args = ["--help"]
        pairs, rest = self._split(ctx, args)
        words = super().parse_args(ctx, rest)
        ctx.params["pairs"] = pairs
        return words

    def _split(self, ctx: click.Context, args: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
        # lazy: help, and commands that only read, need none of it
        from lockwork.cli.arguments import free_options
        from lockwork.domain.secrets import SecretKey

        known, read_key = known_options(self, ctx), self._read_key or SecretKey.parse
        if ctx.resilient_parsing:  # completing: whatever cannot be read yet is left out
            with suppress(LockworkError):
                return free_options(args, known=known, read_key=read_key)
            return [], [word for word in args if not word.startswith("--") or word in known]
        sisters = self.sister_options(ctx)
        for before, word in zip(("", *args), args, strict=False):
            option = spelled_with_dashes(word.partition("=")[0])
            if option in sisters and not known.get(before):  # else it is the value of an option
                raise WrongUsage(
                    f"{option} is an option of `{sisters[option]}` and not of this command, so it is not "
                    "guessed here",
                    hint=f"as an option: {sisters[option]} … {option} …; as a key: {self._other_way}",
                )
        reserved = self.reserved - known.keys()
        return free_options(
            args, known=known, reserved=reserved, read_key=read_key, other_way=self._other_way
        )

    def sister_options(self, ctx: click.Context) -> dict[str, str]:  # noqa: ARG002 - a subclass looks there
        """Options of other commands that are not guessed to be keys here: command paths by option."""
        return {}


class Group(OnceCommand, click.Group):
    """A group of commands about one noun."""

    command_class = Command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not ctx.resilient_parsing:
            check_name(ctx, "COMMAND", args[0])
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)  # as they stand in the file, which is the order of a day's work

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first sentence of each, in full: click would end it where the line ends."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, command.get_short_help_str(1_000)) for name, command in found if command]
            )


Group.group_class = Group


def known_options(command: click.Command, ctx: click.Context) -> dict[str, bool]:
    """Each option word of a command, and whether a value follows it."""
    return {
        word: not (parameter.is_flag or parameter.count)
        for parameter in command.get_params(ctx)
        if isinstance(parameter, click.Option)
        for word in (*parameter.opts, *parameter.secondary_opts)
    }


def spelled_with_dashes(word: str) -> str:
    """Dashes and underscores are the same in the names of options and commands."""
    return word.replace("_", "-")
