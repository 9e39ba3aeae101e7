"""What a form sent: text fields, in their order, each as often as it was given. Files come as text too."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import parse_qsl

from lockwork.domain.errors import InvalidInput

OVER = "over"
"""The field of a button that puts a change on top of a newer version than its form was made from."""
URL_ENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MOST_FIELDS = 3000
"""A secret of 1,000 keys has 2,000 fields."""


@dataclass(frozen=True, repr=False)
class Form:
    """Fields by name; values may be secret, so it shows none."""

    fields: Mapping[str, Sequence[str]]

    def text(self, name: str, default: str = "") -> str:
        """The field, which a browser sends once."""
        given = self.fields.get(name, ())
        return given[0] if given else default

    def all(self, name: str) -> Sequence[str]:
        """All fields of that name, in their order."""
        return self.fields.get(name, ())

    def has(self, name: str) -> bool:
        """Whether it was given and is not empty: an unticked box is not sent, an empty field is."""
        return bool(self.text(name))

    def by_prefix(self, prefix: str) -> dict[str, str]:
        """The rest of the name → text, of all fields that begin so."""
        return {
            name[len(prefix) :]: texts[0]
            for name, texts in self.fields.items()
            if name.startswith(prefix) and texts
        }

    def version(self) -> int:
        """Which version it was made from, or is put on top of: whoever writes second is told."""
        number = whole(self.text(OVER) or self.text("version"))
        if number is None:
            raise InvalidInput("The form does not say which version it shows", hint="open the page again")
        return number


NOTHING = Form({})
_WHOLE = re.compile(r"[0-9]{1,9}")


def whole(text: str) -> int | None:
    """A whole number of at most nine digits; None for what is none."""
    return int(text) if _WHOLE.fullmatch(text) else None


def parsed(body: bytes, content_type: str) -> Form:
    """The form in a body; InvalidInput where it is none."""
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return NOTHING
    if kind == URL_ENCODED:
        return _collected(_urlencoded(body))
    if kind == MULTIPART:
        return _collected(_multipart(body, content_type))
    raise InvalidInput("this page takes what a form sends")


def _collected(fields: list[tuple[str, str]]) -> Form:
    found: dict[str, list[str]] = {}
    for name, text in fields:
        found.setdefault(name, []).append(text)
    return Form(found)


def _urlencoded(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        pass
    raise InvalidInput("what was sent is not a form", hint=f"at most {MOST_FIELDS:,} fields of UTF-8 text")


def _multipart(body: bytes, content_type: str) -> list[tuple[str, str]]:
    from python_multipart import parse_form  # lazy: only a form with files needs the parser
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import Field, File

    parts: list[tuple[bytes | None, bytes | None]] = []

    def on_field(field: Field) -> None:
        parts.append((field.field_name, field.value))

    def on_file(file: File) -> None:
        file.file_object.seek(0)
        parts.append((file.field_name, file.file_object.read()))

    headers = {"Content-Type": content_type.encode(), "Content-Length": str(len(body)).encode()}
    try:
        parse_form(headers, BytesIO(body), on_field, on_file)
    except FormParserError:
        parts = []
    if not parts or len(parts) > MOST_FIELDS:
        raise InvalidInput("what was sent is not a form", hint=f"at most {MOST_FIELDS:,} fields")
    return [(_text(name), _text(text)) for name, text in parts]


def _text(said: bytes | None) -> str:
    try:
        return (said or b"").decode()
    except UnicodeDecodeError:
        pass
    raise InvalidInput("what was sent is not UTF-8 text")
