"""The command on top of all others: groups in sections, each loaded when it is first looked at."""

from collections import UserDict
from importlib import import_module
from typing import Any, NamedTuple

import click

from lockwork.cli.commands import Group, check_name, spelled_with_dashes
from lockwork.domain.errors import WrongUsage


class Row(NamedTuple):
    """Where a group or command is, and what it is for."""

    module: str
    attribute: str
    help: str


Sections = dict[str, dict[str, Row]]
"""Heading → name → where it is."""


class Commands(UserDict[str, Any]):
    """Name → command, a mapping like any other; of what comes from a row, the module is imported when it is
    looked at."""

    def __init__(self, package: str, rows: dict[str, Row]) -> None:
        super().__init__(rows)
        self._package = package

    def __getitem__(self, name: str) -> click.Command:
        found = self.data[name]
        if isinstance(found, Row):
            found = getattr(import_module(f"{self._package}.{found.module}"), found.attribute)
            self.data[name] = found
        assert isinstance(found, click.Command)  # noqa: S101 - a wrong row of the table
        return found


class Root(Group):
    """A program. Its help reads the table alone; `package` is where the table's modules are."""

    def __init__(self, name: str, *, sections: Sections, package: str, **more: Any) -> None:
        rows = {name: row for section in sections.values() for name, row in section.items()}
        super().__init__(name, commands=Commands(package, rows), **more)
        self.sections = sections

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not ctx.resilient_parsing and spelled_with_dashes(args[0]) not in self.commands:
            raise self._no_such(ctx, args[0], args[1] if len(args) > 1 else "")
        return super().resolve_command(ctx, args)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        widest = max(map(len, self.commands))
        for section, rows in self.sections.items():
            with formatter.section(section):
                formatter.write_dl([(name.ljust(widest), row.help) for name, row in rows.items()])

    def _no_such(self, ctx: click.Context, word: str, then: str) -> WrongUsage:
        from lockwork.domain.nearness import near  # lazy: loads difflib, for failures alone

        check_name(ctx, "COMMAND", word)
        if (turned := self._turned_round(word, then)) is not None:
            return WrongUsage(
                f"no such command {word!r}; did you mean '{turned} {word}'?",
                hint=f"{ctx.command_path} {turned} --help",
            )
        guesses = near(word, self.commands)
        guess = f"; did you mean {' or '.join(map(repr, guesses))}?" if guesses else ""
        return WrongUsage(f"no such command {word!r}{guess}", hint=f"{ctx.command_path} --help")

    def _turned_round(self, word: str, then: str) -> str | None:
        """The group that `lockwork create secret` means."""
        group = self.commands.get(spelled_with_dashes(then))
        return group.name if isinstance(group, click.Group) and word in group.commands else None
