"""Answers as table, JSON, YAML and CSV. A table is for people; the others have stable field names.

Nothing is cut, and nothing is markup. On a terminal control characters are shown escaped; elsewhere every
form holds the data as it is.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from lockwork.cli import terminal

if TYPE_CHECKING:
    from lockwork.messages import Page

FORMATS = ("table", "json", "yaml", "csv")

Record = Mapping[str, Any]
"""Field name → what it holds: text, numbers, times, lists and mappings of them."""


def show(output: str, record: Record, table: Callable[[], None] | None = None) -> None:
    """One thing: an object. `table` prints it for people, where its fields alone would not do."""
    if output == "table":
        (table or (lambda: fields(record)))()
    else:
        _WRITERS[output](record, list(record))


def show_list(
    output: str,
    records: Iterable[Record],
    names: Sequence[str],
    *,
    columns: Sequence[str] | None = None,
    page: "Page[Any] | None" = None,
    nothing: str = "nothing found",
) -> None:
    """Several things: an array. `names` are the fields of each; `columns` those that a table shows."""
    found = [{name: record[name] for name in names} for record in records]
    if output != "table":
        _WRITERS[output](found, names)
    elif found:
        wanted = columns or names
        rows(wanted, [[cell(record[name]) for name in wanted] for record in found])
    elif page is None or page.total == 0:
        terminal.note(nothing)
    if page is not None and (output != "table" or page.pages > 1 or page.page > 1):
        total = f"{page.total:,}" if page.counted else f"more than {page.total:,}"
        terminal.note(f"page {page.page:,} of {page.pages:,}; {total} in all")


# --- tables ------------------------------------------------------------------------------------------------


def fields(record: Record) -> None:
    """One `name  value` line a field; a value that is longer than the terminal goes on below."""
    pairs([(name, cell(value)) for name, value in record.items()])


def pairs(lines: Sequence[tuple[str, str]]) -> None:
    width = max((len(name) for name, _ in lines), default=0)
    for name, text in lines:
        shown = terminal.for_stream(text, sys.stdout)
        if sys.stdout.isatty():
            shown = shown.replace("\n", "\n" + " " * (width + 2))
        print(f"{name:<{width}}  {shown}" if text else name)


def rows(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """A table with headings; on a terminal wide cells are folded."""
    if sys.stdout.isatty():
        _folded(columns, cells)
        return
    lines = [[name.upper() for name in columns], *cells]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = [text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True)]
        print("  ".join(padded).rstrip(" "))


def _folded(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    from rich.cells import cell_len  # lazy: 100 ms, and only tables on a terminal need it
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    safe = [[terminal.escaped(text) for text in line] for line in cells]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    least = 0
    for number, name in enumerate(columns):
        widest = max(cell_len(text) for text in (name, *(line[number] for line in safe)))
        # An id or a word that is folded cannot be copied; a long list of keys can be read in lines.
        narrow = widest if name == "id" else min(widest, 12)
        table.add_column(Text(name.upper()), overflow="fold", min_width=narrow)
        least += narrow + 2
    for line in safe:
        table.add_row(*(Text(text, overflow="fold") for text in line))
    console = Console(markup=False, highlight=False, emoji=False, soft_wrap=False)
    # Rich drops what does not fit: on a narrower terminal the lines go on beyond its edge instead.
    console.width = max(console.width, least)
    console.print(table, crop=False)


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # lazy: most names are ASCII

    wide = sum(east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(map(bool, map(combining, text)))


def cell(value: Any) -> str:
    """A field as a table's text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={cell(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(cell, value))
    return str(value)


# --- JSON, YAML, CSV ---------------------------------------------------------------------------------------


def _json(data: Any, _names: Sequence[str]) -> None:
    import msgspec  # lazy: loaded by whatever made the data

    encoded = msgspec.json.encode(_plain(data))
    sys.stdout.write(msgspec.json.format(encoded, indent=2).decode() + "\n")


def _yaml(data: Any, _names: Sequence[str]) -> None:
    import yaml  # lazy: 40 ms, and only this form needs it

    class Dumper(yaml.SafeDumper):
        """Quotes and escapes what the usual one folds: YAML takes U+0085 for the end of a line."""

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = None if value.isascii() and value.isprintable() else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    style: dict[str, Any] = {"sort_keys": False, "default_flow_style": False}
    yaml.dump(_plain(data), sys.stdout, Dumper, allow_unicode=True, width=2**31, **style)


def _csv(data: Any, names: Sequence[str]) -> None:
    records = _plain([data] if isinstance(data, Mapping) else data)
    for cells in (names, *([_csv_cell(record[name]) for name in names] for record in records)):
        # Not by the csv module: it leaves a carriage return unquoted, and its own reader then drops it.
        sys.stdout.write((",".join(map(_csv_quoted, cells)) or '""') + "\n")


def _csv_quoted(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if any(c in text for c in ',"\r\n') else text


def _csv_cell(value: Any) -> str:
    """Text as it is; a list of words in one cell, separated by spaces; what is deeper as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) and " " not in item for item in value):
        return " ".join(value)
    import json  # lazy: few cells are that deep

    return json.dumps(value, ensure_ascii=False)


def _plain(data: Any) -> Any:
    """Mappings, lists, text and numbers alone: checked names and hidden types become what they hold."""
    if isinstance(data, Mapping):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_plain(value) for value in data]
    if isinstance(data, str):
        return str(data.value) if isinstance(data, Enum) else str(data)
    if data is None or isinstance(data, (bool, int, float)):
        return data
    import msgspec  # lazy: loaded by whatever made the data

    return msgspec.to_builtins(data)


_WRITERS: dict[str, Callable[[Any, Sequence[str]], None]] = {"json": _json, "yaml": _yaml, "csv": _csv}
