"""Escape sequences in values, names, files and logs: shown escaped on a terminal, elsewhere as they are.

`EVERY` has a row for each command of the program: a command that is new fails a test until it has one.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, suppress
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
import yaml

from lockwork import Client
from lockwork.cli import main
from lockwork.domain.stacks import Attribute, ComponentType, Flavor
from lockwork.flavors import registry
from lockwork.flavors.contract import Provider

ACTING = "[\x1b]52;c;aGk=\x07\x1b[2J\x1b[31m\r\x08\x7f\x9b1m\u202e\u2066\u200b\u2028\ufeff\xad]"
"""What writes into the clipboard, clears the screen, rubs out, turns text around, or is not seen."""
STORE = f"store{ACTING}"
_OURS = re.compile(rb"\x1b\[(?:0|1|36|33|1;31)m|\r(?=[\d,]+ (?:of|files))|\r\x1b\[2?K")
"""Our own colours, and lines that count up."""
TYPES = [type_.dashed for type_ in ComponentType]


class Row(NamedTuple):
    """How a command is called so that it has something to show; several calls, `|` between them."""

    words: str
    shows: str = ""
    """Where the text is found: `table` as it is, `data` in -o json and the like, `yaml` in a file's form."""


SOME = {
    "register": Row("C -f hostile-TYPE --other=ACTING --env=A=ACTING"),
    "list": Row(""),
    "describe": Row("there-TYPE", shows="table data"),
    "update": Row("there-TYPE --other=ACTINGx"),
    "remove-attribute": Row("there-TYPE other"),
    "rename": Row("there-TYPE new"),
    "copy": Row("there-TYPE other"),
    "delete": Row("there-TYPE -y"),
}
"""The same for each type of component."""
EVERY: dict[str, Row] = {
    **{f"{type_} {command}": row for type_ in TYPES for command, row in SOME.items()},
    "secret create": Row("s --values @values.json | s --values ACTING | s --a=@ACTING"),
    "secret list": Row("--name ACTING"),
    "secret get": Row("there --reveal", shows="table data"),
    "secret update": Row("there --k2=ACTING | ACTING --a=b"),
    "secret rename": Row("there -n ACTING"),
    "secret delete": Row("there | ACTING -y"),
    "secret undelete": Row("ACTING"),
    "secret export": Row("there -f -", shows="yaml"),
    "secret versions": Row("there | ACTING"),
    "secret restore": Row("there --version 1 | ACTING --version 1"),
    "secret destroy": Row("there --version 1 | ACTING --version 1"),
    "secret usage": Row("there | ACTING"),
    "secret explain": Row("{{there.ACTING}} | {{ACTING.k}}"),
    "exec": Row("--secret there --env ACTING=x -- true | --secret ACTING -- true | -- /no/ACTING"),
    "inject": Row("template | ACTING", shows="table"),
    "scan": Row("--known ."),
    "stack register": Row("new -o default -a ACTING | ACTING -o default -a default"),
    "stack list": Row("--name ACTING"),
    "stack set": Row("ACTING"),
    "stack get": Row(""),
    "stack describe": Row("full"),
    "stack update": Row("full --secret ACTING | ACTING"),
    "stack rename": Row("full ACTING"),
    "stack copy": Row("full other | ACTING x"),
    "stack delete": Row("ACTING -y"),
    "stack export": Row("full -f - | full -f ACTING", shows="yaml"),
    "stack import": Row("ACTING | stack.yaml --name x"),
    "stack register-secrets": Row("full --print-env | full --from-file ACTING"),
    "stack validate": Row("full | ACTING"),
    "stack trust": Row("full -y | ACTING -y"),
    "flavor list": Row("", shows="table data"),
    "flavor describe": Row("hostile-annotator", shows="table data"),
    "pipeline run": Row("ACTING | broken.py | lacking.py | failing.py"),  # what a step prints is its own
    "pipeline validate": Row("ACTING | broken.py | lacking.py"),
    "run list": Row("", shows="data"),
    "run describe": Row("RUN", shows="table data"),
    "run logs": Row("RUN", shows="table data"),
    "status": Row("", shows="table data"),
    "init": Row("--stack ACTING | --force"),
    "workspace create": Row("ACTING"),
    "workspace list": Row("--name ACTING"),
    "workspace set": Row("ACTING"),
    "workspace describe": Row("ACTING"),
    "workspace delete": Row("ACTING -y"),
    "workspace members": Row("ACTING"),
    "workspace add-member": Row("ACTING ACTING --role viewer"),
    "workspace remove-member": Row("default ACTING | ACTING default"),
    "user create": Row("ACTING"),
    "user invite": Row("ACTING | new --member ACTING=viewer | new --member default=ACTING"),
    "user update": Row("ACTING --enable"),
    "user password": Row("--stdin"),
    "token create": Row("ACTING | new --for ACTING | new --pattern ACTING | new --workspace ACTING"),
    "token list": Row("--name ACTING"),
    "token revoke": Row("ACTING"),
    "login": Row("ACTING --token-stdin | http://ACTING --stdin"),
    "logout": Row(""),
    "dashboard": Row("--port ACTING"),
    "server start": Row("--host ACTING | --public-url ACTING | --behind-proxy ACTING"),
    "server upgrade": Row("| --database-url ACTING | --database-url @ACTING"),
    "server reset-password": Row("ACTING | ACTING --database-url @ACTING"),
    "user list": Row("--name ACTING"),
    "user describe": Row("ACTING"),
    "user delete": Row("ACTING -y"),
    "audit list": Row("--size 1000", shows="table data"),
    "audit head": Row(""),
    "audit verify": Row("--expect ACTING | --file ACTING"),
    "audit prune": Row("--before 2026-01-31 -f out.ACTING -y | --before ACTING -f ACTING -y"),
    "audit strangers": Row(""),
    "push": Row("--dry-run | --from ACTING --dry-run"),
    "key list": Row(""),
    "key generate": Row(""),
    "key add": Row(""),
    "key rotate": Row(""),
    "key destroy": Row("ACTING -y"),
    "backup": Row("ACTING --passphrase @passphrase --force"),
    "restore": Row("BACKUP --passphrase @passphrase --check | ACTING-none --passphrase @passphrase"),
    "import zenml": Row("BACKUP --dry-run | mysql://ACTING/x | @ACTING"),
    "completion": Row("bash"),
}


def every_command(group: click.Command = main.lockwork, path: str = "") -> Iterator[str]:
    """Every command of the program, as its words."""
    if not isinstance(group, click.Group):
        yield path.strip()
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield from every_command(command, f"{path} {name}")


def test_every_command_has_a_row():
    """A command that is new is tried with escape sequences, too: give it a row in `EVERY`."""
    assert set(every_command()) == set(EVERY)


# --- a store and a folder full of it -----------------------------------------------------------------------

SCRIPT = f"""
from lockwork import pipeline, step

ACTING = {ACTING!r}

@step
def loud() -> str:
    print("printed", ACTING)
    raise ValueError("failed " + ACTING)

@pipeline
def failing():
    loud()

if __name__ == "__main__":
    failing()
"""
FAILING = SCRIPT.replace('    print("printed", ACTING)\n', "")
BROKEN = f"raise ValueError({ACTING!r})\n"
LACKING = f"""
from lockwork import pipeline, step

@step(environment={{"A": "{{{{missing.k}}}} " + {ACTING!r}, "B": "{{{{" + {ACTING!r} + "}}}}"}})
def use() -> None: ...

@pipeline
def lacking():
    use()
"""


def hostile(type_: ComponentType) -> Provider:
    """A flavor of somebody else's, with escape sequences in all its texts."""
    attributes = (Attribute(name="other", help=f"help {ACTING}", default=f"default {ACTING}"),)
    flavor = Flavor(name=f"hostile-{type_.dashed}", type=type_, help=f"help {ACTING}", attributes=attributes)
    return Provider(flavor=flavor, act=None)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with files, and a store in a folder of such a name."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        flavors = {(one.flavor.type, one.flavor.name): one for one in map(hostile, ComponentType)}
        patch.setattr(registry, "_BUILT_IN", {**registry._BUILT_IN, **flavors})
        patch.setenv("LOCKWORK_HOME", str(folder / STORE))
        patch.setenv("TERM", "xterm")
        patch.chdir(folder)
        write_files(folder)
        fill_store()
        subprocess.run([sys.executable, "script.py"], capture_output=True, check=False)
        with closing(Client()) as client:
            (folder / "run").write_text(client.list_runs().items[0].id)
        yield folder


def write_files(folder: Path) -> None:
    files = {
        "values.json": json.dumps({"k": ACTING}),
        "template": f"{ACTING} {{{{there.k}}}} {{{{{ACTING}}}}}",
        "script.py": SCRIPT,
        "failing.py": FAILING,
        "broken.py": BROKEN,
        "lacking.py": LACKING,
        "passphrase": "a passphrase of five words",
        f"found{ACTING}.env": f"AWS_SECRET_ACCESS_KEY={'q9' * 20}\n",
        "stack.yaml": f"name: x\ncomponents: {{orchestrator: {json.dumps(ACTING)}}}\n",
    }
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())


def fill_store() -> None:
    with closing(Client()) as client:
        client.create_secret("there", {"k": ACTING})
        client.update_secret("there", add_or_update_values={"k2": ACTING})
        for type_ in TYPES:
            flavor, attributes = f"hostile-{type_}", {"other": ACTING}
            client.register_component(f"there-{type_}", flavor, type_, attributes, environment={"A": ACTING})
        client.create_stack("full", {type_: f"there-{type_}" for type_ in TYPES})
        with suppress(KeyError):
            client.get_secret(f"missing{ACTING}")  # for the audit trail


@pytest.fixture
def folder(made: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to work in."""
    copy = own_home / "copy"
    shutil.copytree(made, copy)
    monkeypatch.setenv("LOCKWORK_HOME", str(copy / STORE))
    monkeypatch.chdir(copy)
    return copy


# --- telling terminals from others -------------------------------------------------------------------------


class Shown(NamedTuple):
    """What came out of a command."""

    code: int
    out: bytes
    err: bytes


class Output:
    """One of the two, a terminal or a pipe, with somebody who reads it."""

    def __init__(self, *, is_terminal: bool) -> None:
        self._reads, self.writes = os.openpty() if is_terminal else os.pipe()
        self._read = b""

    def follow(self) -> threading.Thread:
        os.close(self.writes)
        reader = threading.Thread(target=self._follow)
        reader.start()
        return reader

    def _follow(self) -> None:
        with suppress(OSError):  # Linux's way to say that nobody holds the terminal any more
            while more := os.read(self._reads, 65536):
                self._read += more
        os.close(self._reads)

    def read(self) -> bytes:
        return self._read.replace(b"\r\n", b"\n")


def shown(words: Sequence[str], terminals: Collection[str]) -> Shown:
    """What a command line shows where these of its outputs are terminals; run in a fork of this process."""
    outputs = [Output(is_terminal=name in terminals) for name in ("out", "err")]
    if (pid := os.fork()) == 0:
        code = 70
        try:
            code = run_here(words, *(output.writes for output in outputs))
        finally:
            os._exit(code)
    for reader in [output.follow() for output in outputs]:
        reader.join()
    _, status = os.waitpid(pid, 0)
    return Shown(os.waitstatus_to_exitcode(status), *(output.read() for output in outputs))


def run_here(words: Sequence[str], out: int, err: int) -> int:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115 - open to the end
    code = main.run(words)
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def calls_of(command: str) -> Iterator[list[str]]:
    """The words of each call that a command's row has."""
    for call in EVERY[command].words.split("|"):
        texts = {
            "TYPE": command.split()[0],
            "ACTING": ACTING,
            "RUN": Path("run").read_text(),
            "BACKUP": f"backup{ACTING}",
        }
        yield [*command.split(), *(_filled(word, texts) for word in call.split())]


def _filled(word: str, texts: dict[str, str]) -> str:
    return re.sub("|".join(texts), lambda found: texts[found[0]], word)


def check_nothing_acts(content: bytes, where: object) -> None:
    """But for our own colours and line ends."""
    text = _OURS.sub(b"", content).decode()
    acting = {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")}
    assert not acting, f"{acting} in what {where} shows: {text!r}"


# --- the proofs --------------------------------------------------------------------------------------------


def takes_output(command: str) -> bool:
    found: click.Command | None = main.lockwork
    for word in command.split():
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), word)
    assert found is not None
    return any("--output" in parameter.opts for parameter in found.params)


def is_tried_alone(command: str) -> bool:
    """The types of components share their commands: one of them stands for all where forms are tried."""
    group = command.split()[0]
    return group not in TYPES or group == "annotator"


@pytest.mark.parametrize("command", EVERY)
def test_on_terminals_nothing_acts(folder: Path, command: str):
    """Whatever is shown, on either output or on both, in every form; so are help and complaints."""
    if command in ("restore", "import zenml"):
        shown(["backup", f"backup{ACTING}", "--passphrase", "@passphrase"], ())
    for words in calls_of(command):
        both = shown(words, ("out", "err"))
        check_nothing_acts(both.out + both.err, words)
        if is_tried_alone(command):
            check_nothing_acts(shown(words, ("out",)).out, words)
            check_nothing_acts(shown(words, ("err",)).err, words)
            for form in ("json", "yaml", "csv") if takes_output(command) else ():
                check_nothing_acts(shown([*words, "--output", form], ("out",)).out, words)
    if is_tried_alone(command):
        for more in (["--help"], [ACTING, ACTING], [f"--{ACTING}"], [f"--output={ACTING}"]):
            complaint = shown([*command.split(), *more], ("out", "err"))
            check_nothing_acts(complaint.out + complaint.err, more)


@pytest.mark.parametrize("command", [command for command, row in EVERY.items() if row.shows])
def test_elsewhere_all_is_as_it_is(folder: Path, command: str):
    """In a pipe byte for byte, beside a terminal for errors, too; read as data the same, from any output."""
    words, forms = next(calls_of(command)), EVERY[command].shows.split()
    if "table" in forms:
        for terminals in ((), ("err",)):
            assert ACTING.encode() in shown(words, terminals).out
    for terminals in ((), ("out",)):
        if "yaml" in forms:
            assert is_in(yaml.safe_load(shown(words, terminals).out))
        if "data" in forms:
            assert is_in(json.loads(shown([*words, "-o", "json"], terminals).out))
            assert is_in(yaml.safe_load(shown([*words, "-o", "yaml"], terminals).out))
    if "data" in forms:
        written = shown([*words, "-o", "csv"], ()).out.decode()
        cells = [cell for row in csv.reader(StringIO(written, newline="")) for cell in row]
        assert is_in(cells) or is_in([json.loads(cell) for cell in cells if cell.startswith(("{", "["))])


def is_in(data: Any) -> bool:
    """Whether the text is there at any depth, as it is."""
    return any(ACTING in text for text in texts_in(data))


def texts_in(data: Any) -> Iterator[str]:
    """Every text at any depth."""
    if isinstance(data, dict):
        yield from (text for pair in data.items() for one in pair for text in texts_in(one))
    elif isinstance(data, list):
        yield from (text for one in data for text in texts_in(one))
    elif isinstance(data, str):
        yield data


def test_files_get_it_as_it_is(folder: Path):
    """What is written into files has it byte for byte, from a terminal too."""
    shown(["inject", "template", "-f", "filled"], ("out", "err"))
    shown(["secret", "export", "there", "-f", "there.json"], ("out", "err"))
    assert ACTING.encode() in Path("filled").read_bytes()
    assert json.loads(Path("there.json").read_text())["k"] == ACTING
