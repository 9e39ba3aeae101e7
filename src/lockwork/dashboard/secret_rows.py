"""Keys and values as forms bring them: typed in rows, dropped in from files, pasted as a whole.

Browsers send the line ends of what is typed as CRLF, so typed values get LF. What must be kept byte for byte
(a file with CRLF) is sent by our script, which packs all rows into one field of JSON; see `static/rows.js`.
"""

import re
from collections.abc import Iterable

import msgspec

from lockwork.dashboard.forms import Form
from lockwork.dashboard.pages import Answer, Ask, Data
from lockwork.domain.errors import InvalidInput
from lockwork.mappings import HOW_GIVEN, parse_env, parse_mapping

Row = tuple[str, str]

PASTED = "What was pasted"
_WRITTEN = 'write KEY=value lines, {"KEY": "value"}, or KEY: value'
_ENV = re.compile(r"(?:[ \t]*(?:#.*)?\r?\n)*[ \t]*(?:export[ \t]+)?[A-Za-z_][A-Za-z0-9_.-]*[ \t]*=")


def read(form: Form) -> dict[str, str]:
    """Key → value of all rows and of what was pasted; rows left wholly empty are none."""
    found: dict[str, str] = {}
    for key, value in (*typed(form), *pasted(form).items()):
        if key in found:
            raise InvalidInput(f"Key {key!r} is given twice", hint="each key once: change or remove one row")
        found[key] = value
    return found


def typed(form: Form) -> list[Row]:
    """The rows in their order, their keys without blanks around them."""
    return list(_named(given(form)))


def given(form: Form) -> list[Row]:
    """The rows as they came, also values without a key: what can be shown again for who has to mend them."""
    return _packed(form.text("rows")) if form.has("rows") else _plain(form)


def keys(form: Form) -> list[str]:
    """Of all rows and of what was pasted, in their order, also those that are given twice."""
    return [*(key for key, _ in typed(form)), *pasted(form)]


def pasted(form: Form) -> dict[str, str]:
    """What stands in the field for whole mappings; our script splits it before anything is sent."""
    text = form.text("pasted")
    return split(text.replace("\r\n", "\n")) if text.strip() else {}


def split(text: str) -> dict[str, str]:
    """Key → value of a `.env`, JSON or YAML text: by its first line, `KEY=` is `.env`."""
    read_as = parse_env if _ENV.match(text.removeprefix("\ufeff")) else parse_mapping
    try:
        return read_as(text, PASTED)
    except InvalidInput as failure:
        if failure.hint == HOW_GIVEN:
            failure.hint = _WRITTEN  # there is no file to name in a browser
        raise


def as_rows(ask: Ask) -> Answer:
    """What was pasted, as rows: values go back to who sent them, and are kept nowhere."""
    rows = list(split(ask.form.text("text")).items())
    if not rows:
        raise InvalidInput(f"{PASTED} has no keys", hint=_WRITTEN)
    return Data(msgspec.json.encode({"rows": rows}))


def _plain(form: Form) -> list[Row]:
    keys, values = form.all("key"), form.all("value")
    return [(key, value.replace("\r\n", "\n")) for key, value in zip(keys, values, strict=False)]


def _packed(text: str) -> list[Row]:
    try:
        return msgspec.json.decode(text, type=list[Row])
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass  # raised outside: the decoder's own failure may hold what it read
    raise InvalidInput("the rows are not as this page sends them", hint="open the page again")


def _named(rows: Iterable[Row]) -> Iterable[Row]:
    for key, value in rows:
        if key.strip():
            yield key.strip(), value
        elif value:
            raise InvalidInput("A value has no key", hint="name each value, or remove its row")
