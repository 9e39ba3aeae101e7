"""No value that a run reads is in the clear in anything that Lockwork keeps, says or raises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import quote

import pytest

from lockwork import Client, pipeline, step
from lockwork.domain.errors import RunFailed, ValidationFailed
from lockwork.messages import Listing
from lockwork.messages.runs import GetLog

VALUES = {
    "plain": "correct-horse-7781",
    "quoted": 'it\'s "hard" & <to> hide / ünïcode',
    "lines": "first line of the key\nsecond line of the key\r\nthird line of the key",
}
LOUD = """
import base64, json, os, sys, urllib.parse
for name in ("PLAIN", "QUOTED", "LINES"):
    value = os.environ[name]
    print(value, repr(value), json.dumps(value), urllib.parse.quote(value))
    print(base64.b64encode(b"x" + value.encode()).decode(), file=sys.stderr)
    for character in value:
        print(character, end="", flush=True)
    print()
"""


@pytest.fixture
def client(own_home: Path) -> Any:
    client = Client()
    client.create_secret("s", VALUES)
    yield client
    client.close()


def parts_of_values() -> set[str]:
    """What must not be found: the values, their lines, and the commonest ways to write them."""
    whole = set(VALUES.values()) | set(VALUES["lines"].splitlines())
    written = {f(v) for v in whole for f in (json.dumps, quote, repr)}
    return whole | {w.strip("'\"") for w in written} | {b64encode(v.encode()).decode() for v in whole}


def check(text: str, where: str) -> None:
    for part in parts_of_values():
        assert part not in text, f"{part!r} is in {where}"


@step(environment={"PLAIN": "{{s.plain}}", "QUOTED": "{{s.quoted}}", "LINES": "{{s.lines}}"})
def loud() -> None:
    exec(LOUD, {})
    subprocess.run([sys.executable, "-c", LOUD], check=True)
    try:
        raise KeyError(os.environ["QUOTED"])
    except KeyError as first:
        failure = RuntimeError(*(os.environ[name] for name in ("PLAIN", "QUOTED", "LINES")))
        failure.add_note(f"while using {os.environ['PLAIN']}")
        raise failure from first


@pipeline
def leaking() -> None:
    loud()


def kept_by(home: Path) -> dict[str, bytes]:
    """Every file of the store: database, write-ahead log, keyring, artifacts."""
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_nothing_that_is_kept_or_said_holds_a_value(client: Client, capfd: pytest.CaptureFixture[str]):
    """Terminal, log, run record, failure with its chain, audit trail, and every file of the store."""
    with pytest.raises(RunFailed) as caught:
        leaking()
    shown = capfd.readouterr()
    check(shown.out, "what was printed")
    check(shown.err, "what was printed as an error")
    assert shown.out.count("***") > 20
    run = client.list_runs()[0]
    check(repr(run), "the run's record")
    log = client.send(GetLog(workspace="default", run=run.id)).decode()
    check(log, "the log")
    assert "RuntimeError" in log
    check(repr(caught.value) + str(caught.value) + repr(vars(caught.value)), "the failure")
    check(repr(client.list_audit(Listing(sort_by="desc:number", size=1000))), "the audit trail")
    for path, content in kept_by(client.profile.settings.home.value).items():
        check(content.decode("utf-8", "replace"), path)
        check(content.decode("utf-16-le", "replace"), path)


def test_what_python_itself_would_print_of_the_failure_holds_no_value(client: Client):
    """A script that does not catch RunFailed shows Python's traceback: it holds no value either."""
    script = Path("leaking.py")
    script.write_text(
        "from lockwork import pipeline, step\n"
        "import os\n"
        "@step(environment={'PLAIN': '{{s.plain}}'})\n"
        "def loud():\n"
        "    raise ValueError(os.environ['PLAIN'])\n"
        "@pipeline\n"
        "def leaking():\n"
        "    loud()\n"
        "leaking()\n"
    )
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "RunFailed" in ran.stderr
    check(ran.stdout + ran.stderr, "what was printed")


def test_a_refused_run_has_read_nothing(client: Client):
    """No value is revealed for a run that may not begin: the audit trail has no such record."""

    @step(environment={"A": "{{s.plain}}", "B": "{{s.missing}}"})
    def use() -> None:
        pass

    @pipeline
    def lacking() -> None:
        use()

    with pytest.raises(ValidationFailed) as caught:
        lacking()
    check(str(caught.value) + repr(caught.value.report), "the report")
    actions = [r.action for r in client.list_audit(Listing(sort_by="desc:number", size=1000))]
    assert "run.start" in actions
    assert not [action for action in actions if "reveal" in action]


def test_reads_are_recorded_with_run_and_step(client: Client):
    """Each secret that a step reads is in the audit trail with the run and the step."""
    with pytest.raises(RunFailed):
        leaking()
    run = client.list_runs()[0]
    reveals = [r for r in client.list_audit() if r.action == "secret.reveal"]
    assert [(r.name, r.version, r.run, r.step) for r in reveals] == [("s", 1, run.id, "loud")]


def test_no_value_is_in_the_arguments_or_the_first_environment_of_a_process(client: Client):
    """While steps run in workers, neither command lines nor what processes began with hold a value."""
    client.create_secret("watched", {"plain": token_hex(16)})  # which no other test's processes hold
    script = Path("watching.py")
    script.write_text(
        "import os, pathlib\n"
        "from lockwork import Client, pipeline, step\n"
        "def everything():\n"
        "    for one in pathlib.Path('/proc').glob('[0-9]*'):\n"
        "        for name in ('cmdline', 'environ'):\n"
        "            try:\n"
        "                yield (one / name).read_bytes()\n"
        "            except OSError:\n"
        "                pass\n"
        "@step(environment={'PLAIN': '{{watched.plain}}'})\n"
        "def watch() -> bool:\n"
        "    return any(os.environ['PLAIN'].encode() in content for content in everything())\n"
        "@pipeline\n"
        "def watching():\n"
        "    watch()\n"
        "    watch()\n"
        "if __name__ == '__main__':\n"
        "    from lockwork import load_output\n"
        "    Client().update_component('orchestrator', 'default', {'parallel': 2})\n"
        "    run = watching()\n"
        "    print('found:', load_output(run, 'watch'), load_output(run, 'watch_2'))\n"
    )
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert "found: False False" in ran.stdout
