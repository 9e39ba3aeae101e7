"""Answers as table, JSON, YAML and CSV: the data as it is, under the same names."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lockwork.cli import formats, terminal
from lockwork.domain.secrets import SecretName, SecretScope
from lockwork.messages import Page

text = st.text(st.characters(exclude_categories=["Cs"]))
THEN = datetime(2026, 1, 31, 18, 0, tzinfo=timezone(timedelta(hours=1)))


def shown(output: str, record: dict[str, Any]) -> str:
    with pytest.MonkeyPatch.context() as patch:
        stream = io.StringIO(newline="")
        patch.setattr("sys.stdout", stream)
        formats.show(output, record)
        return stream.getvalue()


@given(st.dictionaries(text, text))
def test_text_comes_back_from_json_and_yaml(values: dict[str, str]) -> None:
    """Whatever keys and values hold, the reader of the format gets it back."""
    assert json.loads(shown("json", {"values": values})) == {"values": values}
    assert yaml.safe_load(shown("yaml", {"values": values})) == {"values": values}


@given(st.lists(text, min_size=1))
def test_text_comes_back_from_csv(values: list[str]) -> None:
    """A cell holds its text, quoted where it must be."""
    record = {f"f{number}": value for number, value in enumerate(values)}
    names, cells = csv.reader(io.StringIO(shown("csv", record), newline=""))
    assert (names, cells) == (list(record), values)


def test_what_is_not_text_has_one_form_each() -> None:
    """Times are UTC and ISO 8601, checked names and scopes are text, and nothing is null."""
    record = {
        "name": SecretName.parse("db"), "scope": SecretScope.USER, "at": THEN, "keys": ("a", "b"), "on": True,
        "none": None, "deep": {"a": [1]},
    }  # fmt: skip
    plain = {**record, "keys": ["a", "b"], "at": "2026-01-31T18:00:00+01:00"}
    assert json.loads(shown("json", record)) == plain
    assert yaml.safe_load(shown("yaml", record)) == plain
    assert (
        shown("csv", record).splitlines()[1] == 'db,user,2026-01-31T18:00:00+01:00,a b,true,,"{""a"": [1]}"'
    )
    table = "name   db\nscope  user\nat     2026-01-31 17:00:00Z\nkeys   a, b\non     yes\nnone\ndeep   a=1\n"
    assert shown("table", record) == table


@pytest.mark.parametrize("output", ["json", "yaml", "csv"])
def test_bytes_that_are_no_text_are_written_as_escapes(output: str) -> None:
    """A file's name that is not UTF-8, in which Python holds lone surrogates, is shown in every form."""
    assert "udcff" in shown(output, {"file": "\udcff", "by": {"\udcff": 1}})


def test_no_file_name_passes_for_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    """The further lines of a message are indented; those that were are left as they are."""
    terminal.error("no file 'x\nerror: and more\n  indented'")
    assert capsys.readouterr().err == "error: no file 'x\n  error: and more\n  indented'\n"


def test_a_table_pads_by_what_is_seen(capsys: pytest.CaptureFixture[str]) -> None:
    """Wide and combining characters keep the columns below their headings."""
    formats.rows(("a", "b"), [["\u8868", "x"], ["e\u0301", "y"], ["long", "z"]])
    assert capsys.readouterr().out.splitlines() == ["A     B", "\u8868    x", "e\u0301     y", "long  z"]


def test_lines_of_a_value_look_like_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    """Further lines of a value or cell are indented: none can pass for another name or row."""
    formats.pairs([("password", "one\nuser  root"), ("user", "anna")])
    assert capsys.readouterr().out == "password  one\n          user  root\nuser      anna\n"
    formats.rows(("name", "note"), [["a\nroot", "x\ny"], ["b", "z"]])
    assert capsys.readouterr().out == "NAME    NOTE\na       x\n  root  y\nb       z\n"


def test_a_list_tells_its_page_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """The array is alone on stdout; page and total are a note, and say where counting stopped."""
    page: Page[Any] = Page(items=(1,), page=2, size=1, total=10_000, counted=False)
    formats.show_list("json", [{"a": 1, "b": 2}], ("a",), page=page)
    said = capsys.readouterr()
    assert json.loads(said.out) == [{"a": 1}]
    assert said.err == "note: page 2 of 10,000; more than 10,000 in all\n"


def test_an_empty_list_has_its_names_still(capsys: pytest.CaptureFixture[str]) -> None:
    """CSV of nothing is its heading, JSON an empty array, a table a note."""
    formats.show_list("csv", [], ("a", "b"))
    formats.show_list("json", [], ("a", "b"))
    formats.show_list("table", [], ("a", "b"), nothing="no secrets")
    said = capsys.readouterr()
    assert said.out == "a,b\n[]\n"
    assert said.err == "note: no secrets\n"


@given(text)
def test_escaped_text_cannot_act_on_a_terminal(raw: str) -> None:
    """No control character but the newline is left, nor any that turns text around."""
    safe = terminal.escaped(raw)
    assert not any((ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c in "\u202e\u2066" for c in safe)
    if raw.isprintable():
        assert safe == raw


def test_utc_is_what_tables_show() -> None:
    """A time is shown in UTC, to the second."""
    assert formats.cell(THEN.astimezone(UTC)) == formats.cell(THEN) == "2026-01-31 17:00:00Z"
