"""How the process begins: interrupted while it loads, and with streams that its caller has closed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

LOCKWORK = str(Path(sys.executable).with_name("lockwork"))


@pytest.mark.parametrize("step", range(10))
def test_an_interrupt_while_it_loads_shows_no_traceback(own_home: Path, step: int, tmp_path: Path) -> None:
    """From the first line of the console script on, Ctrl-C ends it by the signal, or as 130: never loudly."""
    # It tells when its first lines have run: what the interpreter does before is not ours.
    code = "import lockwork.cli.start as start; import os; os.write(3, b'.'); os.close(3); start.main()"
    here, there = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", f"import os; os.dup2({there}, 3) if {there} != 3 else None; {code}",
         "secret", "create", "db", "--k=@-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[there],
    )  # fmt: skip
    os.close(there)
    assert os.read(here, 1) == b"."
    os.close(here)
    time.sleep(step * 0.02)  # not for a condition: each moment is one to be interrupted in
    process.send_signal(signal.SIGINT)
    try:
        _, said = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode in (-signal.SIGINT, 130)
    assert said.strip() in (b"", b"interrupted")


def test_an_interrupt_that_the_caller_ignores_is_ignored(own_home: Path) -> None:
    """`trap '' INT; lockwork …` goes on, as any program does."""
    code = "import lockwork.cli.start, signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    assert ran.stdout == "True\n"


def shell(line: str) -> tuple[int, str]:
    """Run a line of a shell; its exit code, and all that came out of what was left open."""
    line = line.replace("lockwork", LOCKWORK)
    ran = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "words", ["secret list", "secret get db --reveal", "secret list -o json", "--help", "--version", "status"]
)
def test_results_that_nobody_takes_are_a_failure(own_home: Path, words: str) -> None:
    """With stdout closed what is to be printed fails, told in one line; no other file gets its number."""
    assert shell("lockwork secret create db --k=v")[0] == 0
    code, said = shell(f"lockwork {words} >&-")
    assert (code, said) == (1, "error: reading or writing failed: bad file descriptor\n")


@pytest.mark.parametrize("closed", ["2>&-", "2>/dev/full", "<&- 2>&-"])
def test_messages_that_nobody_takes_end_nothing(own_home: Path, closed: str) -> None:
    """With stderr closed or full a change is made and answered on stdout, which gets no line of stderr."""
    code, said = shell(f"lockwork secret create db --k=v {closed}")
    assert (code, said) == (0, "created workspace secret 'db', version 1\n")
    assert shell(f"lockwork secret get nope {closed}") == (1, "")


def test_everything_closed_is_no_reason_for_a_traceback(own_home: Path) -> None:
    """The change is made all the same, and the store is whole."""
    assert shell("lockwork secret create db --k=v <&- >&- 2>&-") == (1, "")
    assert shell("lockwork secret get db --key k") == (0, "v")
