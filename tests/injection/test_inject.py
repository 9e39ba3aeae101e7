"""`lockwork inject`: templates filled byte for byte, and what is refused before anything is written."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lockwork import Client

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


def test_everything_else_stays_byte_for_byte(run: Run, values: dict[str, str]):
    """Line ends, a byte order mark, NUL and tabs, and the lack of a last newline, are as they were."""
    parts = {
        "\ufeffa\r\n\tb ": "\ufeffa\r\n\tb ",
        "{{db.pw}}": values["pw"],
        "\n\x00": "\n\x00",
        "{{ db.user }}": values["user"],
        "{{db.key}}": values["key"],
        "é\r": "é\r",
        "{{{db.pw}}}": "{" + values["pw"] + "}",
        "${{db.pw}}": "${{db.pw}}",
        "\\{{db.pw}}": "{{db.pw}}",
        " {{}} end": " {{}} end",
    }
    Path("template").write_bytes("".join(parts).encode())
    ran = run("inject", "template")
    assert ran.stdout == "".join(parts.values()).encode()
    assert ran.returncode == 0


def test_one_pass(run: Run, client: Client):
    """A value that looks like a reference is not looked at again."""
    client.create_secret("tricky", {"a": "{{db.pw}}", "b": "\\{{x}}"})
    assert run("inject", "-", input=b"{{tricky.a}} {{tricky.b}}").stdout == b"{{db.pw}} \\{{x}}"


def test_everything_missing_is_told_together(run: Run, client: Client):
    """Each missing reference with its line and what mends it, in the order of lines; nothing is read."""
    lines = ["first {{db.pw}}", "{{gone.x}} {{gone.x}}", *["-"] * 8, "{{db.pww}}", "{{db}} {{gone.y}}"]
    Path("app.conf").write_text("\n".join(lines))
    ran = run("inject", "app.conf", "-f", "out")
    told = ran.stderr.decode()
    assert (ran.returncode, ran.stdout) == (1, b"")
    assert "error: template 'app.conf' cannot be filled: 3 things to mend; nothing was written" in told
    places = [told.index(f"(template 'app.conf', line {line})") for line in (2, 11, 12)]
    assert places == sorted(places)
    assert "fix: lockwork secret create gone --ask x --ask y" in told
    assert "warning: template 'app.conf', line 12: {{db}}: it names no key" in told
    assert not Path("out").exists()
    assert not [r for r in client.list_audit().items if r.action == "secret.reveal"]


def test_an_attempt_over_two_lines_is_warned_about(run: Run):
    """What looks like a reference and is none stays as it is, with a warning that says where and why."""
    ran = run("inject", "-", input=b"one\ntwo {{db.\npw}}\n{{db.pw}}")
    assert ran.stdout == b"one\ntwo {{db.\npw}}\nhunter2-pw"
    assert b"warning: template 'standard input', line 2: {{db." in ran.stderr


def test_a_file_is_its_owners_alone(run: Run):
    """Whatever the umask, the file is 0600; over one that is there only when forced, and never half."""
    Path("template").write_text("pw={{db.pw}}\n")
    out = Path("out")
    ran = run("inject", "template", "-f", "out", umask=0)
    assert ran.stdout == b"out\n"
    assert (out.read_text(), stat.S_IMODE(out.stat().st_mode)) == ("pw=hunter2-pw\n", 0o600)
    out.write_text("mine")
    out.chmod(0o644)
    refused = run("inject", "template", "-f", "out")
    assert (refused.returncode, out.read_text()) == (1, "mine")
    assert b"out exists already" in refused.stderr
    assert run("inject", "template", "-f", "out", "--force").returncode == 0
    assert (out.read_text(), stat.S_IMODE(out.stat().st_mode)) == ("pw=hunter2-pw\n", 0o600)
    assert {path.name for path in Path().iterdir()} <= {"out", "template", ".local"}  # nothing half


def test_a_template_can_become_its_own_result(run: Run):
    """The file that is read may be the one that is written."""
    Path("app.conf").write_text("{{db.pw}}")
    assert run("inject", "app.conf", "-f", "app.conf", "--force").returncode == 0
    assert Path("app.conf").read_text() == "hunter2-pw"


@pytest.mark.parametrize("form", [["-f", "-"], []])
def test_it_prints(run: Run, form: list[str]):
    """Without -f, or with -, the result goes to standard output, with nothing added."""
    assert run("inject", "-", *form, input=b"{{db.pw}}").stdout == b"hunter2-pw"


def test_check(run: Run, client: Client):
    """--check says whether all is there, reads no value and writes nothing."""
    Path("template").write_text("{{db.pw}} {{db.user}}")
    ran = run("inject", "--check", "template", "-f", "out")
    assert ran.stdout == b"template 'template': 2 references checked, all is there\n"
    assert run("inject", "--check", "-", input=b"{{db.x}}").returncode == 1
    assert not Path("out").exists()
    assert not [r for r in client.list_audit().items if r.action == "secret.reveal"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"\xff\xfe{{db.pw}}", b"is not UTF-8 (at byte 0)", id="binary"),
        pytest.param(bytes(17_000_000), b"holds more than 16,777,216 bytes", id="large"),
    ],
)
def test_what_is_no_template(run: Run, content: bytes, told: bytes):
    """What is not text, or far too large for it, is an error that quotes nothing."""
    ran = run("inject", "-", input=content)
    assert (ran.returncode, ran.stdout) == (1, b"")
    assert b"error: the template: standard input " + told in ran.stderr


def test_without_references_nothing_is_asked(run: Run, tmp_path: Path):
    """A text without references passes where there is no store, and makes none."""
    home = tmp_path / "none"
    ran = run("inject", "-", input=b"plain {{ text }}", env={**os.environ, "LOCKWORK_HOME": str(home)})
    assert ran.stdout == b"plain {{ text }}"
    assert not home.exists()


def test_scope(run: Run, client: Client):
    """--scope says which of two secrets of one name is meant."""
    client.create_secret("db", {"pw": "my-own-pw"}, scope="user")
    assert run("inject", "-", input=b"{{db.pw}}").stdout == b"my-own-pw"
    assert run("inject", "-", "--scope", "workspace", input=b"{{db.pw}}").stdout == b"hunter2-pw"


def test_on_a_terminal_nothing_acts(on_terminal: Any, client: Client):
    """A value with escape sequences is shown escaped on a terminal."""
    client.create_secret("esc", {"x": "\x1b]52;c;aGk=\x07"})
    Path("template").write_text("a {{esc.x}}\n")
    assert on_terminal("inject", "template").rest().startswith("a \\x1b]52;c;aGk=\\x07\r\n")
