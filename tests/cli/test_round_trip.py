"""Values of any Unicode, through every way in and every way out, byte for byte."""

import io
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lockwork import Client
from lockwork.cli import main
from lockwork.mappings import write_env, write_json, write_yaml

names = (f"s{number}" for number in itertools.count())
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)
nasty = st.text(st.sampled_from("'\"\\$`#\t\n\r\x85\u2028\ufeff\x1b\x7f@-= :{}[]!&*%\U0001f511"), max_size=30)
values = st.dictionaries(st.sampled_from(["password", "a.b", "_x-y", "NAME"]), text | nasty, min_size=1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One store for all examples of a property."""
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCKWORK_HOME", str(folder / "home"))
        yield folder


def run(store: Path, *words: str, stdin: bytes = b"") -> str:
    """What a command prints; it must succeed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCKWORK_HOME", str(store / "home"))
        patch.chdir(store)
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in "oe")
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        code = main.run(words)
        out.flush()
        err.flush()
        assert code == 0, err.buffer.getvalue().decode()  # type: ignore[attr-defined]  # it is a BytesIO
        answer: str = out.buffer.getvalue().decode()  # type: ignore[attr-defined]  # as above
        return answer


def kept(store: Path, name: str) -> dict[str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCKWORK_HOME", str(store / "home"))
        client = Client()
        try:
            return client.get_secret(name).secret_values
        finally:
            client.close()


@given(given=values)
@example(given={"password": "@@"})
@example(given={"password": "--"})
def test_words_of_the_command(store: Path, given: dict[str, str]) -> None:
    """`--KEY=VALUE` keeps the value; one that begins with @ is written with a second."""
    name = next(names)
    words = [f"--{key}={'@' if value.startswith('@') else ''}{value}" for key, value in given.items()]
    run(store, "secret", "create", name, *words)
    assert kept(store, name) == given


@given(given=values)
def test_files_and_standard_input(store: Path, given: dict[str, str]) -> None:
    """`@file` and `@-` keep every byte."""
    name = next(names)
    for number, value in enumerate(given.values()):
        (store / f"value{number}").write_bytes(value.encode())
    words = [f"--{key}=@value{number}" for number, key in enumerate(given)]
    words[0] = f"--{next(iter(given))}=@-"
    run(store, "secret", "create", name, *words, stdin=next(iter(given.values())).encode())
    assert kept(store, name) == given


@given(given=values)
def test_mappings_and_env_files(store: Path, given: dict[str, str]) -> None:
    """JSON, YAML and `.env` that hold a value give it back, from a file or as text."""
    for option, form in (("-v", write_json), ("-v", write_yaml), ("--env-file", write_env)):
        name = next(names)
        (store / "input").write_bytes(form(given).encode())
        run(store, "secret", "create", name, option, "@input" if option == "-v" else "input")
        assert kept(store, name) == given
    name = next(names)
    run(store, "secret", "create", name, "--values", json.dumps(given))
    assert kept(store, name) == given


@settings(max_examples=max(1, settings().max_examples // 4))  # each runs a dozen commands
@given(given=values)
def test_every_way_out(store: Path, given: dict[str, str]) -> None:
    """`--key`, `--reveal` as JSON and YAML, and every export hold the value as it was given."""
    name = next(names)
    run(store, "secret", "create", name, "-v", json.dumps(given))
    for key, value in given.items():
        assert run(store, "secret", "get", name, "--key", key) == value
    assert json.loads(run(store, "secret", "get", name, "--reveal", "-o", "json"))["values"] == given
    assert yaml.safe_load(run(store, "secret", "get", name, "--reveal", "-o", "yaml"))["values"] == given
    for form, option in (("yaml", "-v"), ("json", "-v"), ("env", "--env-file")):
        path, copy = store / f"{name}.{form}", next(names)
        run(store, "secret", "export", name, "--format", form)
        run(store, "secret", "create", copy, option, f"@{path}" if option == "-v" else str(path))
        assert kept(store, copy) == given
        assert run(store, "secret", "export", name, "-f", "-", "--format", form).encode() == path.read_bytes()


@given(given=values)
def test_a_table_that_is_no_terminal_shows_values_as_they_are(store: Path, given: dict[str, str]) -> None:
    """Elsewhere than on a terminal nothing is escaped, cut or wrapped; only further lines are indented."""
    name = next(names)
    run(store, "secret", "create", name, "-v", json.dumps(given))
    table = run(store, "secret", "get", name, "--reveal")
    indented = "\n" + " " * (max(map(len, given)) + 2)
    assert all(value.replace("\n", indented) in table for value in given.values())
