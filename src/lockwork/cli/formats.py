"""Answers as table, JSON, YAML and CSV. A table is for people; the others have stable field names.

Nothing is cut, and nothing is markup. On a terminal control characters are shown escaped; elsewhere every
form holds the data as it is, but for the lines of a table's cell, which are indented.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from itertools import zip_longest
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
    """One `name  value` line a field."""
    pairs([(name, cell(value)) for name, value in record.items()])


def pairs(lines: Sequence[tuple[str, str]]) -> None:
    """Names and values; further lines of a value stand below its first, so that none looks like a name."""
    width = max((len(name) for name, _ in lines), default=0)
    for name, text in lines:
        shown = terminal.for_stream(text, sys.stdout).replace("\n", "\n" + " " * (width + 2))
        name = terminal.for_stream(name, sys.stdout)
        print(f"{name:<{width}}  {shown}" if text else name)


def rows(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """A table with headings. A name is never broken: only lists and prose are folded, between words.

    On a terminal that is narrower all the same, each row is a block of `FIELD  value` lines: a terminal would
    wrap the rows, and nobody could tell their columns.
    """
    table = [
        [_lines(terminal.for_stream(text, sys.stdout), n) for n, text in enumerate(row)] for row in cells
    ]
    table = [[[name.upper()] for name in columns], *table]
    if sys.stdout.isatty() and not _fits(columns, table):
        _blocks(columns, cells)
        return
    widths = _widths(table)
    for number, row in enumerate(table):
        bold = number == 0 and terminal.is_coloured(sys.stdout)
        for line in zip_longest(*row, fillvalue=""):
            padded = [text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True)]
            text = "  ".join(padded).rstrip(" ")
            print(f"\x1b[1m{text}\x1b[0m" if bold else text)


_PROSE = frozenset({"keys", "components", "outputs", "detail", "help"})
_LEAST = 20
"""How narrow a folded column gets: below, lines of single words tell less than a long line does."""

_Cell = list[str]
"""Its lines."""


def _lines(text: str, column: int) -> _Cell:
    """Further lines of a first column are indented: they would look like rows."""
    first, *others = text.split("\n")
    return [first, *(" " * 2 + line if column == 0 else line for line in others)]


def _blocks(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate(cells):
        if number:
            terminal.say("")
        pairs([(name.upper(), text) for name, text in zip(columns, row, strict=True)])


def _fits(columns: Sequence[str], table: list[list[_Cell]]) -> bool:
    """Whether the terminal is as wide as the table, which is folded where that helps."""
    from shutil import get_terminal_size  # lazy: only a terminal has an edge

    edge = get_terminal_size().columns
    _fold(columns, table, _whole_width(table) - edge)
    return _whole_width(table) <= edge


def _whole_width(table: Sequence[Sequence[_Cell]]) -> int:
    widths = _widths(table)
    return sum(widths) + 2 * (len(widths) - 1)


def _fold(columns: Sequence[str], table: list[list[_Cell]], excess: int) -> None:
    """Take what is too wide off the widest columns of lists and prose."""
    from textwrap import wrap  # lazy: few tables are too wide

    widths = _widths(table)
    for n in sorted((n for n, name in enumerate(columns) if name in _PROSE), key=lambda n: -widths[n]):
        if excess <= 0:
            return
        width = max(widths[n] - excess, _LEAST)
        for row in table:
            lines = (wrap(line, width, break_long_words=False, break_on_hyphens=False) for line in row[n])
            row[n] = [line for folded in lines for line in folded or [""]]
        excess -= widths[n] - _widths(table)[n]


def _widths(table: Sequence[Sequence[_Cell]]) -> list[int]:
    return [max(_width(line) for lines in column for line in lines) for column in zip(*table, strict=True)]


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
    text = msgspec.json.format(encoded, indent=2).decode() + "\n"
    # What acts on a terminal stands in quoted text alone, and there it may be written as an escape.
    sys.stdout.write(terminal.for_stream(text, sys.stdout, _in_json))


def _in_json(character: str) -> str:
    import json  # lazy: few texts hold one

    return json.dumps(character)[1:-1]


def _yaml(data: Any, _names: Sequence[str]) -> None:
    import yaml  # lazy: 40 ms, and only this form needs it

    class Dumper(yaml.SafeDumper):
        """Quotes and escapes what the usual one folds: YAML takes U+0085 for the end of a line."""

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = None if value.isascii() and value.isprintable() else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    style: dict[str, Any] = {"sort_keys": False, "default_flow_style": False}
    written = yaml.dump(_plain(data), None, Dumper, allow_unicode=True, width=2**31, **style)
    sys.stdout.write(terminal.for_stream(written, sys.stdout, lambda one: f"\\U{ord(one):08x}"))


def _csv(data: Any, names: Sequence[str]) -> None:
    records = _plain([data] if isinstance(data, Mapping) else data)
    for cells in (names, *([_csv_cell(record[name]) for name in names] for record in records)):
        # Not by the csv module: it leaves a carriage return unquoted, and its own reader then drops it.
        terminal.say(",".join(map(_csv_quoted, cells)) or '""')


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
        return {_text(str(key)): _plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_plain(value) for value in data]
    if isinstance(data, str):
        return _text(str(data.value) if isinstance(data, Enum) else str(data))
    if data is None or isinstance(data, (bool, int, float)):
        return data
    import msgspec  # lazy: loaded by whatever made the data

    return msgspec.to_builtins(data)


def _text(text: str) -> str:
    """As the streams would write it: bytes of a file's name that are no UTF-8 cannot be written otherwise."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


_WRITERS: dict[str, Callable[[Any, Sequence[str]], None]] = {"json": _json, "yaml": _yaml, "csv": _csv}
