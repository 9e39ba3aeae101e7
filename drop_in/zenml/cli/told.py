"""Commands that do nothing but say so: accepted with a notice, or refused. Each is a row of the table."""

import click

from lockwork.cli.root import Row
from zenml import table
from zenml.cli.leaf import told


def rows(there: dict[str, table.Refusal] | dict[str, str], others: set[str]) -> dict[str, Row]:
    """The table's commands right below `zenml`, without those that are made otherwise."""
    found: dict[str, Row] = {}
    for what, row in there.items():
        program, _, name = what.partition(" ")
        if program == "zenml" and name not in others and " " not in name:
            said = row if isinstance(row, str) else row.why
            found[name] = Row("told", name.replace("-", "_"), f"{said[0].upper()}{said[1:]}.")
    return found


def __getattr__(name: str) -> click.Command:
    """Such a command by its name, such as `told.code_repository`."""
    for command in told("zenml"):
        if command.name == name.replace("_", "-"):
            return command
    raise AttributeError(name)
