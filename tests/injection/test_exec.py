"""`lockwork exec` without a terminal: what the command gets, what comes out of it, and how it ends."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.waiting import until

from lockwork import Client

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
Processes = Callable[[], dict[int, tuple[int, str, str]]]

LOCKWORK = [sys.executable, "-m", "lockwork"]
ENVIRONMENT = """
    import json, os
    print(json.dumps({name: len(text) for name, text in os.environ.items()}))
"""


# ---- what it gets


def fixes(ran: subprocess.CompletedProcess[bytes]) -> list[str]:
    """What it says would mend it."""
    assert ran.returncode == 1
    return re.findall("^ *fix: (.*)$", ran.stderr.decode(), re.MULTILINE)


def test_a_fix_for_a_whole_secret_can_be_pasted(run: Run, client: Client):
    """Where a key cannot be a variable, or must not be one, the fix stands for all of it and mends it."""
    client.create_secret(
        "whole", {"A": "value-1", "b.c": "value-2", "b-c": "value-3", "PATH": "/usr/bin:/bin"}
    )
    for word in ("whole", "whole=P_"):
        given = ("exec", "--secret", word, "--env", "WHOLE_B_C=mine")
        (fix,) = fixes(run(*given, "--", "true"))
        place, _, instead = fix.removeprefix("in place of ").partition(": ")
        assert place == f"--secret {word}"
        script = "env | grep -c value-"
        ran = run("exec", *shlex.split(instead), "--no-masking", "--", "sh", "-c", script)
        assert ran.stdout == b"3\n", ran.stderr


def test_a_path_of_references_is_looked_through_once_it_is_filled(run: Run, client: Client):
    """A program is found by the PATH that it gets, values of secrets in it too."""
    client.create_secret("places", {"bin": "/usr/bin:/bin", "none": "/nowhere"})
    ran = run("exec", "--env", "PATH={{places.bin}}", "--", "sh", "-c", "echo up")
    assert ran.stdout == b"up\n"
    assert run("exec", "--env", "PATH={{places.none}}", "--", "sh", "-c", "echo up").returncode == 127


@pytest.mark.parametrize("scope", [(), ("--scope", "user"), ("--scope", "workspace")])
def test_fixes_for_what_is_missing_mend_it(
    on_terminal: Any, run: Run, client: Client, scope: tuple[str, ...]
):
    """Each fix, pasted into a terminal and its questions answered, is all that was missing."""
    client.create_secret("own", {"a": "value-0"}, "user")
    client.create_secret("shared", {"a": "value-0"})
    mine = "shared" if scope[-1:] == ("workspace",) else "own"
    given = ("exec", *scope, "--env", "A={{fresh.x.y}} {{fresh.z}}", "--env", f"B={{{{{mine}.b}}}}",
             "--secret", "other", "--", "true")  # fmt: skip
    told = fixes(run(*given))
    assert len(set(told)) == 3
    for fix in dict.fromkeys(told):
        screen = on_terminal("-c", fix.replace("lockwork", shlex.join(LOCKWORK), 1), command=["bash"])
        answers = ["new", "value-1", ""] if " -i" in fix else ["value-1"] * fix.count("--ask")
        for answer in answers:
            screen.expect(": $")
            screen.send(answer + "\n")
        assert screen.ended() == 0, screen.before
    ran = run(*given)
    assert ran.returncode == 0, ran.stderr


def test_whole_secrets_and_single_values(run: Run, values: dict[str, str]):
    """--secret sets every key, with a prefix where one is given; --env fills references in text."""
    words = ["--secret", "db=DB_", "--env", r"DSN=pg://{{db.user}}:{{ db.pw }}@h \{{db.pw}}", "--no-masking"]
    ran = run("exec", *words, "--", "sh", "-c", 'printf "%s\n" "$DB_user" "$DB_pw" "$DB_key" "$DSN"')
    dsn = r"pg://anna-db-user:hunter2-pw@h {{db.pw}}"
    assert ran.stdout.decode() == f"anna-db-user\nhunter2-pw\n{values['key']}\n{dsn}\n"
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_later_wins(run: Run, client: Client):
    """Of two secrets with one key the later wins, with a warning; a variable by name wins without one."""
    client.create_secret("other", {"pw": "from-other", "user": "from-other"})
    words = ["--secret", "db", "--secret", "other", "--env", "user=by-name", "--no-masking"]
    ran = run("exec", *words, "--", "sh", "-c", "echo $user $pw")
    assert ran.stdout == b"by-name from-other\n"
    assert ran.stderr == b"warning: the secrets 'db' and 'other' both set pw; 'other' wins\n"


def test_everything_wrong_is_told_together(run: Run, client: Client, own_home: Path):
    """Missing secrets and keys, and keys that cannot be variables, in one report; nothing ran or was read."""
    client.create_secret("bad", {"tls.ca": "x", "PATH": "y", "fine": "z"})
    words = ["--secret", "bad", "--secret", "nope", "--env", "A={{db.pww}}", "--env", "B={{gone.x}}"]
    ran = run("exec", *words, "--", "touch", "started")
    told = ran.stderr.decode()
    assert ran.returncode == 1
    assert "error: command 'touch' cannot run: 4 things to mend; nothing has run" in told
    assert "{{db.pww}}  (command 'touch', --env A)" in told
    assert "did you mean 'pw'?" in told
    assert "fix: lockwork secret create nope -i" in told
    assert "fix: lockwork secret create gone --ask x" in told
    assert "fix: in place of --secret bad: --env PATH='{{bad.PATH}}' --env fine='{{bad.fine}}'" in told
    assert "--env BAD_TLS_CA='{{bad.tls.ca}}'" in told
    assert not (own_home / "started").exists()
    assert not reads(client)


def reads(client: Client) -> list[str]:
    return [record.action for record in client.list_audit().items if record.action == "secret.reveal"]


def test_one_read(run: Run, client: Client):
    """All values are read in one batch, which the trail has as one reading of each secret."""
    client.create_secret("other", {"x": "from-other"})
    words = ["--secret", "db", "--env", "A={{other.x}}", "--env", "B={{other.x}}{{db.pw}}"]
    assert run("exec", *words, "--", "true").returncode == 0
    assert len(reads(client)) <= 2


def test_scope(run: Run, client: Client):
    """--scope says which of two secrets of one name is meant; without it one's own, with a note."""
    client.create_secret("db", {"pw": "my-own-pw"}, scope="user")
    for words, value in (([], b"my-own-pw"), (["--scope", "workspace"], b"hunter2-pw")):
        ran = run("exec", *words, "--no-masking", "--env", "P={{db.pw}}", "--", "sh", "-c", "printf $P")
        assert ran.stdout == value
        assert (b"hides" in ran.stderr) == (not words)


def test_too_large(run: Run, client: Client):
    """A value that no variable can hold is refused by the variable's name, with the way out."""
    client.create_secret("big", {"BLOB": "x" * 200_000})
    ran = run("exec", "--secret", "big", "--", "true")
    assert ran.returncode == 1
    assert b"BLOB would be over 131,072 bytes long" in ran.stderr
    assert b"lockwork inject" in ran.stderr


def test_root_keys_and_tokens_stay_here(run: Run, python: Callable[[str], list[str]], own_home: Path):
    """Of Lockwork's variables only those pass that say where things are; all others of the caller's do."""
    home = own_home / "elsewhere"
    key = subprocess.run(
        [sys.executable, "-m", "lockwork", "key", "generate"], capture_output=True, text=True, check=True
    ).stdout.strip()
    secret = {"LOCKWORK_ROOT_KEY": key, "LOCKWORK_SECRET_DB__PW": "x", "LOCKWORK_NEW": "x"}
    open_ = {"LOCKWORK_HOME": str(home), "LOCKWORK_WORKSPACE": "default", "MINE": "x"}
    ran = run("exec", "--", *python(ENVIRONMENT), env={**os.environ, **secret, **open_})
    names = json.loads(ran.stdout).keys()
    assert names >= open_.keys() | {"PATH", "HOME"}
    assert not names & secret.keys()


@pytest.mark.parametrize("how", [[], ["--no-masking"]])
def test_descriptors_stay_here(run: Run, own_home: Path, how: list[str]):
    """The command has its standard streams open and nothing else, not even what our caller left open."""
    with open(os.devnull) as leaked:
        os.set_inheritable(leaked.fileno(), True)
        ran = run("exec", "--secret", "db", *how, "--", "ls", "/proc/self/fd", close_fds=False)
    assert ran.stdout.split() == [b"0", b"1", b"2", b"3"]  # the last is the folder that `ls` reads


def test_nothing_asked_opens_no_store(run: Run, own_home: Path, tmp_path: Path):
    """A command without secrets runs where there is no store, and makes none."""
    ran = run("exec", "--", "echo", "hello", env={**os.environ, "LOCKWORK_HOME": str(tmp_path / "none")})
    assert ran.stdout == b"hello\n"
    assert not (tmp_path / "none").exists()


def test_no_value_is_in_any_command_line(begin: Any, processes: Processes, values: dict[str, str]):
    """While it runs, no process shows a value to who lists processes."""
    process = begin("exec", "--secret", "db", "--env", "X={{db.pw}}", "--", "sh", "-c", "echo up; sleep 60")
    assert process.stdout.readline() == b"up\n"
    lines = " ".join(line for _, _, line in processes().values())
    assert "echo up" in lines
    assert not any(value in lines for value in values.values())


# ---- what comes out


def test_outputs_are_masked_and_kept_apart(run: Run):
    """Standard output and error stay two streams, each with *** where a value was."""
    ran = run("exec", "--secret", "db", "--", "sh", "-c", 'echo "out <$pw>"; echo "err <$user>" >&2')
    assert (ran.stdout, ran.stderr) == (b"out <***>\n", b"err <***>\n")


@pytest.mark.parametrize(
    "form",
    ["value", "repr(value)", "json.dumps(value)", "quote(value)", "b64encode(b'x' + value.encode()).decode()",
     "value.replace('\\n', '\\r\\n')"],
)  # fmt: skip
def test_every_form_is_masked(run: Run, python: Callable[[str], list[str]], form: str):
    """Whatever form a value takes that a step's output is masked in, it is masked here."""
    source = f"""
        import json, os
        from base64 import b64encode
        from urllib.parse import quote
        for value in (os.environ["pw"], os.environ["key"]):
            print({form})
    """
    ran = run("exec", "--secret", "db", "--", *python(source))
    assert ran.returncode == 0
    assert b"***" in ran.stdout
    for part in ("hunter2", "ghijklmnop", "aHVudGVy", "%0A", "BEGIN"):
        assert part.encode() not in ran.stdout


SPLIT = """
    import os, sys, time
    value = os.environ["pw"].encode()
    for piece in (value[:7], value[7:], b" and ", *(bytes([byte]) for byte in value), b"\\n"):
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        time.sleep({pause})
"""


@pytest.mark.parametrize("pause", [0.0, 0.4])
def test_a_value_in_pieces_is_masked(run: Run, python: Callable[[str], list[str]], pause: float):
    """However a value is split over writes; where long pauses let its first bytes out, its rest is masked."""
    ran = run("exec", "--secret", "db", "--", *python(SPLIT.format(pause=pause)))
    assert ran.stdout == (b"*** and ***\n" if not pause else b"*** and hun***\n")


def test_a_reader_gets_what_no_value_is_hidden_in(begin: Any, python: Callable[[str], list[str]]):
    """A program that prints a few bytes and waits for an answer is heard, though a value begins like that."""
    source = """
        import sys
        sys.stdout.write("hun")
        sys.stdout.flush()
        print(sys.stdin.readline())
    """
    process = begin("exec", "--secret", "db", "--", *python(source), stdin=subprocess.PIPE)
    assert process.stdout.read(3) == b"hun"
    assert process.communicate(b"gry\n")[0] == b"gry\n\n"


def test_binary_data_passes(run: Run, python: Callable[[str], list[str]]):
    """Megabytes in, megabytes out: standard input as it is, output byte for byte where no value is in it."""
    data = os.urandom(8_000_000)
    copy = "import shutil, sys; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)"
    ran = run("exec", "--secret", "db", "--", sys.executable, "-c", copy, input=data)
    assert hashlib.sha256(ran.stdout).digest() == hashlib.sha256(data).digest()


def test_what_is_printed_last(begin: Any, python: Callable[[str], list[str]], processes: Processes):
    """A command that has ended before its reader reads loses nothing of what it printed."""
    source = """
        import fcntl, os
        fcntl.fcntl(1, fcntl.F_SETPIPE_SZ, 1 << 20)
        os.write(1, b"x" * 1_000_000 + os.environb[b"pw"])
        print(os.getpid(), file=open("done", "w"))
    """
    process = begin("exec", "--secret", "db", "--", *python(source))
    pid = until(lambda: Path("done").exists() and Path("done").read_text().strip())
    until(lambda: int(pid) not in processes())
    assert process.communicate()[0] == b"x" * 1_000_000 + b"***"


def test_short_values_are_told_of(run: Run, client: Client):
    """Each value that is too short to be masked is said to be, by its name; the command runs."""
    client.create_secret("short", {"A": "abc", "B": "xy", "C": "", "D": "four"})
    ran = run("exec", "--secret", "short", "--", "sh", "-c", "echo $A")
    assert ran.stdout == b"abc\n"
    told = "note: the value of {{{{short.{}}}}} has fewer than 4 characters: it is in use and not masked\n"
    assert ran.stderr.decode() == told.format("A") + told.format("B")


def test_a_reader_that_goes_away(begin: Any):
    """A command whose reader has gone is told as ever, and ends by SIGPIPE."""
    process = begin("exec", "--secret", "db", "--", "yes")
    assert process.stdout.read(2) == b"y\n"
    process.stdout.close()
    assert process.wait(30) == 128 + signal.SIGPIPE


def test_a_full_disk(run: Run, begin: Any):
    """What cannot be written is a failure that says so."""
    with open("/dev/full", "wb") as full:
        process = begin("exec", "--secret", "db", "--", "echo", "hello", stdout=full)
        assert process.wait(30) == 1
    assert b"error: what echo printed could not be written: no space left on device" in process.stderr.read()


def test_who_is_left_behind_is_masked(begin: Any):
    """The command's end is the end; a process that it leaves behind is masked as long as it prints."""
    gate = Path("gate")
    os.mkfifo(gate)
    late = f"(read x < {gate}; echo late $pw) & echo $pw"
    process = begin("exec", "--secret", "db", "--", "sh", "-c", late)
    assert process.stdout.readline() == b"***\n"
    assert process.wait(30) == 0
    gate.write_text("go\n")
    assert process.stdout.read() == b"late ***\n"


# ---- how it ends


@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)]
)
def test_exit_codes(run: Run, script: str, code: int):
    """The command's own exit code, or 128 and the number of the signal that ended it."""
    assert run("exec", "--secret", "db", "--", "sh", "-c", script).returncode == code


@pytest.mark.parametrize("how", [[], ["--no-masking"]])
def test_what_cannot_be_started(run: Run, own_home: Path, how: list[str]):
    """127 where there is no such command, 126 where it cannot be started; with a reason, without a value."""
    script = own_home / "script"
    script.write_text("#!/no/such/interpreter\n")
    for name, mode, code, told in (
        ("no-such-command", 0o644, 127, b"error: no command 'no-such-command'"),
        ("./none", 0o644, 127, b"error: no command './none'"),
        ("./script", 0o644, 126, b"error: './script' cannot be started: permission denied"),
        ("./script", 0o755, 126, b"the interpreter that its first line names is not there"),
    ):
        script.chmod(mode)
        ran = run("exec", "--secret", "db", *how, "--", name)
        assert ran.returncode == code, ran
        assert told in ran.stderr


def test_too_much_for_one_process(run: Run, client: Client):
    """Variables that are too large together are told as that."""
    client.create_secret("big", {f"K{n}": "x" * 100_000 for n in range(40)})
    ran = run("exec", "--secret", "big", "--", "true")
    assert ran.returncode == 126
    assert b"error: 'true' cannot be started: argument list too long" in ran.stderr
    assert b"hint: give large values in a file" in ran.stderr


HEARS = """
    import signal, sys
    heard = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1):
        signal.signal(number, lambda n, _: heard.append(n) or print(signal.Signals(n).name, flush=True))
    print("up", flush=True)
    sys.stdin.readline()
    print(len(heard), flush=True)
"""


def test_signals_reach_the_command_once(begin: Any, python: Callable[[str], list[str]]):
    """Who sends a signal to us sends it to the command, which decides what comes of it."""
    process = begin("exec", "--secret", "db", "--", *python(HEARS), stdin=subprocess.PIPE)
    assert process.stdout.readline() == b"up\n"
    sent = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1)
    for number in sent:
        process.send_signal(number)
        assert process.stdout.readline().decode().strip() == number.name
    os.killpg(process.pid, signal.SIGTERM)
    assert process.stdout.readline() == b"SIGTERM\n"
    assert process.communicate(b"\n")[0] == b"6\n"
    assert process.returncode == 0


def test_what_is_killed_leaves_nobody(begin: Any, processes: Processes):
    """Where we are killed, the command and what it started are ended, and so is who masks them."""
    process = begin("exec", "--secret", "db", "--", "sh", "-c", "echo up; sleep 61.5; true")
    assert process.stdout.readline() == b"up\n"
    process.kill()
    process.wait()
    until(lambda: not any("61.5" in line for _, _, line in processes().values()))


def test_who_masks_is_killed(begin: Any, processes: Processes):
    """Where the process that masks is killed, the command ends and we say what happened."""
    process = begin("exec", "--secret", "db", "--", "sh", "-c", "echo up; exec sleep 62.5")
    assert process.stdout.readline() == b"up\n"
    keeper = next(pid for pid, (parent, _, _) in processes().items() if parent == process.pid)
    os.kill(keeper, signal.SIGKILL)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 3
    assert b"error: the process that masks secrets in the output has gone" in told
    until(lambda: not any("62.5" in line for _, _, line in processes().values()))


def test_without_masking_we_are_the_command(begin: Any):
    """--no-masking leaves nothing of ours in between: the command takes our process."""
    process = begin("exec", "--secret", "db", "--no-masking", "--", "sh", "-c", "echo $$ $pw")
    assert process.communicate()[0].split() == [str(process.pid).encode(), b"hunter2-pw"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "there is no command to run"),
        (["--secret", "db", "--secret", "db", "--", "ls"], "secret 'db' is given twice"),
        (["--secret", "db=1X", "--", "ls"], "--secret db has a prefix that no variable can begin with"),
        (["--env", "hunter2", "--", "ls"], "--env takes NAME=VALUE"),
    ],
)
def test_wrong_words(run: Run, words: list[str], told: str):
    """What is wrong with the command line is told before anything is asked, and no value is quoted."""
    ran = run("exec", *words)
    assert ran.returncode in (1, 2)
    assert told in ran.stderr.decode()
    assert b"hunter2" not in ran.stderr
