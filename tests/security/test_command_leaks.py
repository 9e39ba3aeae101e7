"""Command lines that are refused for what a value is or where it stands: nothing of it is told or kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from lockwork import Client
from lockwork.cli import main
from lockwork.domain.errors import LockworkError

MAPPINGS: dict[str, Callable[[str], str]] = {
    "cut JSON": lambda value: json.dumps({"a": value})[:-2],
    "JSON with a control character": lambda value: '{"a": "x\x01' + value.replace('"', "") + '"}',
    "JSON given twice": lambda value: f'{{"a": {json.dumps(value)}, "a": {json.dumps(value)}}}',
    "JSON of lists": lambda value: json.dumps({"a": [value]}),
    "JSON of mappings": lambda value: json.dumps({"a": {"b": {"c": value}}}),
    "JSON text alone": json.dumps,
    "JSON with a key that is none": lambda value: json.dumps({f" {value}": "x"}),
    "JSON with a surrogate": lambda value: json.dumps({"a": value + "\udc80"}),
    "deep JSON": lambda value: '{"a": ' * 100 + json.dumps(value) + "}" * 100,
    "deep YAML": lambda value: "a: " + "[" * 100 + json.dumps(value) + "]" * 100,
    "an alias": lambda value: f"a: *{value}",
    "an anchor": lambda value: f"a: &x {json.dumps(value)}",
    "a tag": lambda value: f"a: !!python/object:{json.dumps(value)}",
    "a cut quote": lambda value: f'a: "{value}',
    "tabs": lambda value: f"a:\n\t- {value}\n",
    "two documents": lambda value: f"a: x\n---\na: {json.dumps(value)}",
    "a merge": lambda value: f"<<: {{a: {json.dumps(value)}}}",
    "NUL": lambda value: f"a: {value}\0",
    "too much": lambda value: json.dumps({"a": value * 100_000}),
    "nothing but the value": lambda value: value,
}
"""Texts that are no mapping of keys to values."""
BYTES: dict[str, Callable[[str], bytes]] = {
    "not UTF-8": lambda value: value.encode() + b"\xff" + value.encode(),
    "UTF-16": lambda value: ("a: " + value).encode("utf-16"),
    "cut UTF-8": lambda value: value.encode() + "é".encode()[:1],
    "NUL": lambda value: value.encode() + b"\0",
    "too much": lambda value: value.encode() * 100_000,
}
"""What is no value."""
LINES: dict[str, Callable[[str], str]] = {
    "no sign": lambda value: value.replace("=", "") + "\n",
    "a cut quote": lambda value: f"A='{value.replace(chr(39), '')}\n",
    "no key": lambda value: f"={value}\n",
    "a key that is none": lambda value: f"{value}\n1x='x'\n",
    "given twice": lambda value: f"A='{value}'\nA='{value}'\n".replace("\\", ""),
}
"""What is no `.env` file."""
WORDS: dict[str, list[str]] = {
    "a key that is none": ["secret", "create", "s", "--1x=VALUE"],
    "given twice": ["secret", "create", "s", "--a=VALUE", "--a=VALUE"],
    "a word too many": ["secret", "create", "s", "--a=x", "VALUE"],
    "for a name": ["secret", "create", "a=VALUE"],
    "for a key": ["secret", "create", "s", "--ask", "a=VALUE"],
    "for a scope": ["secret", "create", "s", "--scope=VALUE", "--a=x"],
    "for a choice": ["secret", "create", "s", "--if-exists", "VALUE"],
    "for an output": ["secret", "list", "-o", "VALUE"],
    "for a number": ["secret", "get", "there", "--version", "VALUE"],
    "for a page": ["secret", "list", "--page=VALUE"],
    "for a flag": ["secret", "get", "there", "--reveal=VALUE"],
    "of another option": ["secret", "update", "there", "--if-exists=VALUE"],
    "of a global option": ["secret", "update", "there", "--workspace=VALUE"],
    "a version that is not read": ["secret", "update", "there", "--a=VALUE", "--if-version=7"],
    "a secret that is not there": ["secret", "update", "missing", "--a=VALUE"],
    "a secret that is there": ["secret", "create", "there", "--a=VALUE"],
    "set and removed": ["secret", "update", "there", "--a=VALUE", "-r", "a"],
    "removed and missing": ["secret", "update", "there", "--a=VALUE", "-r", "b"],
    "twice by two ways": ["secret", "create", "s", "--values", "@values", "--env-file", "lines"],
    "a number's attribute": ["annotator", "register", "c", "-f", "label_studio", "--port=VALUE"],
    "an unknown attribute": ["annotator", "register", "c", "-f", "label_studio", "--other=VALUE"],
    "an unknown flavor": ["annotator", "register", "c", "-f", "unknown", "--api-key=VALUE"],
    "an attribute given twice": ["annotator", "register", "c", "-f", "label_studio", "--port=VALUE",
                                 "--port=VALUE"],
    "a secret that it did not make": ["annotator", "register", "made", "--flavor=label_studio",
                                      "--api-key=VALUE"],
    "a component that is there": ["orchestrator", "register", "default", "-f", "local", "--parallel=VALUE"],
    "a variable without a name": ["orchestrator", "register", "o", "-f", "local", "--env", "VALUE"],
    "a variable with a bad name": ["orchestrator", "register", "o", "-f", "local", "--env", "1=VALUE"],
    "exec: a variable without a name": ["exec", "--env", "VALUE", "--", "true"],
    "exec: a variable twice": ["exec", "--env", "A=VALUE", "--env", "A=VALUE", "--", "true"],
    "exec: a missing secret beside": ["exec", "--env", "A=VALUE {{missing.k}}", "--", "true"],
    "exec: no such program": ["exec", "--env", "A=VALUE", "--", "/no/such/program", "VALUE"],
    "a passphrase itself": ["backup", "b", "--passphrase", "VALUE"],
    "a head": ["audit", "verify", "--expect", "VALUE"],
    "as an option": ["secret", "get", "---VALUE="],
    "as a key": ["secret", "update", "there", "--a=x", "---VALUE="],
    "as an attribute": ["annotator", "register", "c", "-f", "label_studio", "---VALUE="],
}  # fmt: skip
"""Words with a value where it should not be, or beside something that is wrong."""


@pytest.fixture
def client(own_home: Path) -> Iterator[Client]:
    client = Client()
    client.create_secret("there", {"a": "x"})
    client.create_secret("made-annotator", {"api_key": "x"})
    yield client
    client.close()


Refused = Callable[..., None]


@pytest.fixture
def refused(
    client: Client,
    own_home: Path,
    search: Any,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Refused:
    """Checks that words are refused, and that no value is in what is told, carried, written or changed."""
    told: list[BaseException] = []
    was_told = main._told

    def tell(failure: Exception) -> int:
        told.append(failure)
        return was_told(failure)

    monkeypatch.setattr(main, "_told", tell)

    def refused(*words: str, stdin: bytes = b"", but: tuple[Path, ...] = ()) -> None:
        before = [info.version for info in client.list_secrets()]
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin)))
        told.clear()
        assert main.run(words) in (1, 2, 3, 127)
        shown = "".join(capfd.readouterr())
        assert "error: " in shown
        assert "internal" not in shown, shown
        search.check(shown, "what was printed")
        for failure in told:
            if isinstance(failure, LockworkError):  # click's own quote what was typed, and end in `main`
                search.check_failure(failure)
        assert [info.version for info in client.list_secrets()] == before
        search.check_files(own_home, but)

    return refused


@pytest.mark.parametrize("what", MAPPINGS)
def test_mappings(refused: Refused, own_home: Path, planted: dict[str, str], what: str):
    """As a word, from a file and from standard input; for one secret and for all that a stack needs."""
    file = own_home / "given"
    for name in ("password", "key", "plain"):
        text = MAPPINGS[what](planted[name])
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        if len(text) < 100_000 and "\0" not in text:
            refused("secret", "create", "s", "--values", text, but=(file,))
        for word in ("@given", "@-"):
            refused("secret", "create", "s", "--values", word, stdin=file.read_bytes(), but=(file,))
        refused("secret", "update", "there", "--values", "@given", but=(file,))
        refused("stack", "register-secrets", "--from-file", "given", but=(file,))


@pytest.mark.parametrize("what", BYTES)
def test_files(refused: Refused, own_home: Path, planted: dict[str, str], what: str):
    """Files and standard input that hold what cannot be kept, wherever a file may be given."""
    file = own_home / "given"
    for name in ("password", "key", "unicode"):
        file.write_bytes(BYTES[what](planted[name]))
        for word in ("@given", "@-"):
            refused("secret", "create", "s", f"--a={word}", stdin=file.read_bytes(), but=(file,))
        refused("annotator", "register", "c", "-f", "label_studio", "--api-key=@given", but=(file,))
        refused("secret", "create", "s", "--env-file", "given", but=(file,))
        if "UTF" in what:
            refused("backup", "b", "--passphrase", "@given", but=(file,))
            refused("inject", "given", but=(file,))


@pytest.mark.parametrize("what", LINES)
def test_lines(refused: Refused, own_home: Path, planted: dict[str, str], what: str):
    """Files of KEY=VALUE lines that are none."""
    file = own_home / "given"
    for name in ("wrong", "plain", "unicode"):
        file.write_text(LINES[what](planted[name]))
        refused("secret", "create", "s", "--env-file", "given", but=(file,))


@pytest.mark.parametrize("what", WORDS)
def test_words(refused: Refused, own_home: Path, planted: dict[str, str], what: str):
    """A value in the wrong place of a command line is not quoted by what refuses it."""
    values, lines = own_home / "values", own_home / "lines"
    for value in planted.values():
        values.write_text(json.dumps({"a": value}))
        lines.write_text("a=x\n")
        refused(*(word.replace("VALUE", value) for word in WORDS[what]), but=(values,))
