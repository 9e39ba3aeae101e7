"""A case: one command line with its files, environment and standard input; run, and then judged.

Cases of a batch run one after another on one store, a copy of a prepared one, and change it as they go.
All is made from the batch's seed: the same seed makes the same cases.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

import click
from tests.fuzz.judging import changed, judged
from tests.fuzz.programs import program
from tests.fuzz.running import STARTS_PROGRAMS, Case, Outcome, as_process, in_process
from tests.fuzz.store import content, files, ids
from tests.fuzz.texts import OPEN, SECRET, Texts, argument
from tests.fuzz.words import KEYS, NAMES, Words, commands_of

from lockwork.cli.main import lockwork
from lockwork.client.api import Client
from lockwork.client.embedded import Embedded

CASES_PER_BATCH = 50
PROGRAMS = ("true", "false", "printf")
"""All that a case can start."""


class Batch:
    """A folder with a store, and cases that are tried on it one after another."""

    def __init__(
        self,
        seed: str,
        folder: Path,
        prepared: Path,
        program: click.Group = lockwork,
        *,
        processes: bool = False,
    ) -> None:
        self.seed, self.folder, self.home, self.work = seed, folder, folder / "home", folder / "work"
        shutil.copytree(prepared, self.home)
        self.texts = Texts(Random(seed))
        self._program = program
        self._has_processes = processes
        self._keeps_plain_text = False
        commands = commands_of(program)
        of_processes = [row for row in commands if row[0] in STARTS_PROGRAMS]
        others = [row for row in commands if row[0] not in STARTS_PROGRAMS]
        self._words = Words(self.texts, [*of_processes * 10, *others] if processes else others)
        (folder / "bin").mkdir()
        for name in PROGRAMS:
            (folder / "bin" / name).symlink_to(str(shutil.which(name)))

    def cases(self, count: int) -> Iterator[Case]:
        for _ in range(count):
            self.texts.hostility = self.texts.one(0.1, 0.3, 0.6, 1.0, 1.5)
            meant, words = self._words.line(ids(self.home))
            self._fill_folder()
            stdin = self.texts.content(self._text())
            yield Case(str(self._program.name), meant, words, stdin, self._environment(), self._settings())

    def _text(self) -> str:
        texts = self.texts
        make = (
            lambda: texts.mapping(KEYS),
            lambda: texts.groups(NAMES["secret"], KEYS),
            self._stack,
            texts.planted,
            lambda: "",
            lambda: f"{{{{db.password}}}} {texts.nasty()} {{{{nope",
        )
        return str(texts.one(*make)())

    def _fill_folder(self) -> None:
        """The files that words may name, each time anew."""
        texts = self.texts
        shutil.rmtree(self.work, ignore_errors=True)
        (self.work / "folder").mkdir(parents=True)
        made = {
            "values.txt": texts.planted(),
            "open.txt": texts.planted(OPEN),
            "secret.txt": f"{SECRET}passphrase" + texts.one("", "\n", "\r\n", "\nx"),
            "values.yaml": texts.mapping(KEYS),
            "values.env": texts.env_lines(KEYS),
            "groups.yaml": texts.groups(NAMES["secret"], KEYS),
            "stack.yaml": self._stack(),
            "settings.yaml": texts.mapping(("experiment_tracker.mlflow", "orchestrator.local", "x"), OPEN),
            "pipeline.py": program(texts),
            "template.txt": "a={{db.password}} " + texts.nasty() + texts.one("{{db.username}}", "{{x.y}}"),
            "sealed": texts.one("lockwork", "", f"{SECRET}sealed"),
        }
        for name, text in made.items():
            (self.work / name).write_bytes(texts.content(text))
        (self.work / "binary").write_bytes(b"\x00\xff" + SECRET.encode() + b"\xfe\x80")
        if texts.maybe(0.05):
            (self.work / "large").write_text(SECRET * 80_000)
        (self.work / "link").symlink_to("missing")

    def _stack(self) -> str:
        """A stack as `stack export` writes it, with one or another thing that it would not write."""
        texts = self.texts
        part = "  {}:\n    name: {}\n    flavor: {}\n"
        made = (
            f"format: {texts.rather((1,), (2, texts.number()))}\nstack: {texts.keys(('imported', 'other'))}\n"
        )
        made += "components:\n" + part.format("orchestrator", "default", "local")
        made += part.format("artifact_store", "default", "local")
        if texts.maybe(0.8):
            type_ = texts.rather(("experiment_tracker",), ("alerter", "nope"))
            flavor = texts.rather(("mlflow",), ("slack", "nope"))
            made += part.format(type_, texts.keys(("new", "tracker")), flavor)
            made += f"    attributes:\n      {self._attribute()}\n"
        made += f"secrets: {texts.rather(('{}', '{db: X_}'), ('[db]', '{db: {}}', texts.nasty(1)))}\n"
        return texts.spoilt(made) if texts.odd(0.4) else made

    def _attribute(self) -> str:
        texts = self.texts
        usual, odd = ("tracking_uri", "tracking_password"), ("tracking_token", "experiment_name", "nope")
        name = texts.rather(usual, odd)
        mark = SECRET if name in ("tracking_password", "tracking_token") else OPEN
        values = ("[VALUE]", "VALUE", "3", "2026-02-30", "[[[[", "{a: VALUE}", "null")
        written = texts.rather(("'{{db.password}}'", "'VALUE'"), values)
        return f"{name}: {written.replace('VALUE', mark + 'x')}"

    def _environment(self) -> dict[str, str]:
        texts = self.texts
        if not texts.odd(0.15):
            return {
                "LOCKWORK_BACKUP_PASSPHRASE": f"{SECRET}-passphrase",
                "LOCKWORK_SECRET_NOPE__KEY": f"{SECRET}env",
            }
        nasty = texts.nasty()
        name, text = texts.one(
            *(("LOCKWORK_WORKSPACE", nasty), ("LOCKWORK_STACK", nasty), ("LOCKWORK_USER", nasty)),
            *(
                ("LOCKWORK_ROOT_KEY", texts.planted()),
                ("LOCKWORK_ROOT_KEY", ""),
                ("LOCKWORK_TOKEN", texts.planted()),
            ),
            *(("LOCKWORK_ROOT_KEY_FILE", "work/missing"), ("LOCKWORK_ROOT_KEY_FILE", "binary"), ("HOME", "")),
            *(
                ("LOCKWORK_SECRET_VALIDATION_LEVEL", "odd"),
                ("NO_COLOR", "1"),
                ("LOCKWORK_SECRET_NOPE__", nasty),
            ),
            *(
                ("LOCKWORK_BACKUP_PASSPHRASE", texts.planted()),
                ("_LOCKWORK_COMPLETE", texts.one("zsh_source", "bash_complete", "x")),
            ),
            *(("LOCKWORK_SECRET_DB__PASSWORD", texts.planted()), ("COLUMNS", "x"), ("TERM", nasty)),
        )
        return {name: argument(text)}

    def _settings(self) -> dict[str, str]:
        texts = self.texts
        if not texts.odd(0.07):
            return {}
        text = texts.one(
            *(
                "workspace = 'team'\n",
                "workspace = 3\n",
                "stack = 'prod'\n",
                "stacks = 3\n",
                "[stacks]\nteam = []\n",
            ),
            *(
                f"token = '{SECRET}'\n",
                f"workspace = '{SECRET}\n",
                f"{SECRET}\n",
                f"[stacks]\ndefault = '{SECRET}\n",
            ),
            *(
                "x = " + "[" * 3000,
                "workspace = ''\n",
                "\x00",
                "user = 'nobody'\n",
                'workspace = "\\ud800"\n',
            ),
            *(f"'{texts.nasty(1)}' = 1\n", "stacks = {}\n", "x = 1\nx = 2\n", f"d = 2026-13-45{SECRET}\n"),
        )
        return {texts.one("work/.lockwork.toml", "home/config.toml"): text}

    # --- trying them ---------------------------------------------------------------------------------------

    def try_(self, case: Case) -> Outcome:
        """Run it and judge it; a failure shows all that is needed to see it again."""
        with self._settings_of(case):
            before = content(self.home), files(self.folder)
            outcome = self._run(case)
            after = content(self.home), files(self.folder)
        self._keeps_plain_text |= "--plaintext" in case.words
        faults = list(judged(case, outcome))
        if not keeps_some(case, outcome):
            faults += changed(outcome.code, before, after)
        assert not faults, self._told(case, outcome, faults)
        return outcome

    @contextmanager
    def _settings_of(self, case: Case) -> Iterator[None]:
        """With hostile settings, and then as they were."""
        were = {name: path.read_bytes() for name in case.settings if (path := self.folder / name).exists()}
        for name, text in case.settings.items():
            (self.folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        yield
        for name in case.settings:
            (self.folder / name).unlink(missing_ok=True)
            if name in were:
                (self.folder / name).write_bytes(were[name])

    def _run(self, case: Case) -> Outcome:
        environment = {
            "HOME": str(self.folder),
            "LOCKWORK_HOME": str(self.home),
            "PATH": str(self.folder / "bin"),
            **case.environment,
        }
        if self._has_processes:
            return as_process(case, environment, self.work)
        return in_process(self._program, case, environment, self.work)

    def check_at_end(self) -> None:
        """The trail is whole, and no value of a secret lies in any file of the store in the clear."""
        client = Client(workspace="default", gateway=Embedded(self.home, user="default"))
        verdict = client.verify_audit()
        client.close()
        assert verdict.ok, f"batch {self.seed}: {verdict.problems}"
        for path in self.home.rglob("*"):
            if path.is_file() and not self._keeps_plain_text:
                assert SECRET.strip("+").encode() not in path.read_bytes(), (
                    f"batch {self.seed}: a value is in {path.name}"
                )

    def _told(self, case: Case, outcome: Outcome, faults: Sequence[str]) -> str:
        named = {word.rpartition("=")[2].lstrip("@").partition(":")[0] for word in case.words}
        shown = {
            path.name: path.read_bytes()[:3000]
            for path in self.work.iterdir()
            if path.is_file() and path.name in named
        }
        return "\n".join(
            (
                *faults,
                f"batch {self.seed!r}",
                f"{case.program} {case.words!r}",
                f"stdin {case.stdin[:2000]!r}",
                f"environment {case.environment!r}, settings {case.settings!r}",
                f"files {shown!r}",
                f"exit {outcome.code}",
                f"stdout {outcome.out[-2000:]!r}",
                f"stderr {outcome.err[-3000:]}",
            )
        )


def keeps_some(case: Case, outcome: Outcome) -> bool:
    """Whether it may fail and have changed something: a run records how it failed, and of several secrets
    each that was given whole is kept, while the failure says which are still missing."""
    if case.meant == ("pipeline", "run"):
        return True
    return case.meant == ("stack", "register-secrets") and "still missing" in outcome.err
