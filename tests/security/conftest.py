"""Recognisable values, every form in which one might get out, and all the places where one might lie."""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from ahocorasick_rs import BytesAhoCorasick
from tests.carried import everything_carried

VALUES = {
    "username": "planted-user-Zq81",
    "password": "pl4nted \"pass'word\\ %41 100%s {x} & <ü✓>",
    "wrong": "wr0ng-planted/pass+word=%d~",
    "key": "---BEGIN PLANTED KEY---\nMIIplantedAAAA0001\nMIIplantedBBBB0002\r\n---END PLANTED KEY---\n",
    "unicode": "gepflänzt-秘密-🔑-ключ",
    "escapes": "planted\x1b]52;c;cGxhbnRlZA==\x07\x1b[2Jred\u202egreen",
    "plain": "planted-attribute-in-the-clear-55",
    "passphrase": "planted passphrase of five words",
}
"""What is planted, by what it is for. No two share a part that would be searched for."""


def forms_of(value: str) -> set[bytes]:
    """A value as it may be found: written out here on its own, not by what masks them."""
    lines = [line for line in re.split("[\r\n]+", value) if len(line) >= 8]
    unix = value.replace("\r\n", "\n")
    texts = {value, unix, unix.replace("\n", "\r\n"), value.rstrip("\r\n"), *lines}
    return {form for text in texts for form in _written(text)}


def _written(text: str) -> Iterator[bytes]:
    raw = text.encode()
    yield from (raw, text.encode("utf-16-le"), raw.hex().encode())
    for told in (
        json.dumps(text),
        json.dumps(text, ensure_ascii=False),
        repr(text),
        repr(raw)[1:],
        ascii(text),
    ):
        yield told[1:-1].encode()
    for quoted in (quote(text), quote(text, safe=""), quote_plus(text)):
        yield quoted.encode()
        yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quoted).encode()
    for before in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            # Without the characters at both ends that its neighbours share.
            yield encode(bytes(before) + raw)[(0, 2, 3)[before] :].rstrip(b"=")[:-1]


class Search:
    """Looks for values in whatever form."""

    def __init__(self, values: Iterable[str]) -> None:
        self._forms = sorted({form for value in values for form in forms_of(value)})
        self._automaton = BytesAhoCorasick(self._forms)

    def found_in(self, content: bytes) -> list[bytes]:
        """The forms that are in there."""
        return sorted(
            {self._forms[which] for which, _, _ in self._automaton.find_matches_as_indexes(content)}
        )

    def check(self, content: bytes | str, where: object) -> None:
        """None of them is in there."""
        content = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        found = self.found_in(content)
        assert not found, f"{found[0]!r} is in {where}: …{_around(content, found[0])!r}…"

    def check_files(self, folder: Path, but: Iterable[Path] = ()) -> None:
        """None is in any file below, nor in what files are called, but in those that are to hold them."""
        left_out = tuple(but)
        for path, content in everything_written(folder).items():
            if not any(path.is_relative_to(one) for one in left_out):
                self.check(str(path), "a file's name")
                self.check(content, path)

    def check_failure(self, failure: BaseException) -> None:
        """None is in it, nor in anything that hangs on it: chain, notes, attributes, a parser's document."""
        for text in everything_carried(failure):
            self.check(text, f"what {type(failure).__name__} carries")


def _around(content: bytes, form: bytes) -> bytes:
    at = content.index(form)
    return content[max(at - 120, 0) : at + len(form) + 40]


def everything_written(folder: Path) -> dict[Path, bytes]:
    """Every file below: database, write-ahead log, keyring, logs, artifacts, and what was left over."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_symlink():
            found[path] = str(path.readlink()).encode()
        elif path.is_file():
            found[path] = path.read_bytes()
    return found


@pytest.fixture(scope="session")
def planted() -> dict[str, str]:
    """Values of every kind, by what they are for."""
    return VALUES


@pytest.fixture(scope="session")
def search() -> Search:
    """Looks for the planted values."""
    return Search(VALUES.values())
