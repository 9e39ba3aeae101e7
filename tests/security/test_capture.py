"""Capture under pressure: whatever a step does, its output is masked, nothing hangs and its log is right.

Each case runs in an interpreter of its own, so that what it does to descriptors and signals is its own.
"""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

SECRET = "s3cr3t-Va1ue/42+x"
SOURCES = Path(__file__).parents[2] / "src"
LINE = "0123456789" * 9 + " {}\n"
PREAMBLE = f"""
import ctypes, io, logging, os, signal, subprocess, sys, threading
from pathlib import Path
from lockwork.capture.streams import Capture
from lockwork.domain.errors import Unavailable
SECRET = {SECRET!r}
SHELL = {{"PATH": os.environ["PATH"], "PW": SECRET}}
def save(log, name="log"):
    Path(name).write_bytes(b"".join(log.parts()))
def print_10_mb_in_c():
    block = {LINE!r}.format(SECRET).encode() * 1000
    write = ctypes.PyDLL(None).write  # unlike CDLL, it keeps the interpreter's lock
    for _ in range(10_000_000 // len(block)):
        left = len(block)
        while left:
            left -= write(1, block[-left:], left)
"""
pytestmark = pytest.mark.timeout(60)


@dataclass
class Outcome:
    """What a case left: what its terminal showed, what the step's log holds, how it ended."""

    stdout: str
    stderr: str
    log: str
    code: int


class Case:
    """Runs Python code with a capture in it. No value may be seen in whatever comes out of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[str]] = []

    def start(self, code: str, **options: Any) -> "subprocess.Popen[str]":
        # PYTHONUNBUFFERED would hide what is lost in buffers, C's included.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PREAMBLE + dedent(code)],
            cwd=self._folder,
            env={**environment, "PYTHONPATH": str(SOURCES)},
            text=True,
            **(pipes | options),
        )
        self._started.append(process)
        return process

    def end(self) -> None:
        """Leave nothing behind of a case that hung."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.communicate()

    def finish(self, process: "subprocess.Popen[str]", typed: str | None = None) -> Outcome:
        stdout, stderr = process.communicate(typed, timeout=50)
        assert SECRET not in stdout + stderr
        return Outcome(stdout, stderr, self.log(), process.returncode)

    def log(self, name: str = "log") -> str:
        path = self._folder / name
        text = path.read_text() if path.exists() else ""
        assert SECRET not in text
        return text

    def __call__(self, code: str) -> Outcome:
        return self.finish(self.start(code))


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Case]:
    case = Case(tmp_path)
    yield case
    case.end()


# -- who prints


def test_everyday_printing(run: Case) -> None:
    """Python, its children and C code are masked on the descriptor of each, and the log has it all."""
    seen = run("""
        with Capture.start() as capture:
            print("before")
            capture.learn([SECRET])
            with capture.step("train") as log:
                print("python", SECRET)
                subprocess.run("echo shell $PW; echo error $PW >&2", shell=True, env=SHELL)
                ctypes.CDLL(None).puts(b"stdio " + SECRET.encode())
                print("warning", SECRET, file=sys.stderr)
            print("after", SECRET)
        save(log)
        print("restored")
    """)
    assert (seen.code, seen.stderr) == (0, "error ***\nwarning ***\n")
    assert seen.stdout == "before\npython ***\nshell ***\nstdio ***\nafter ***\nrestored\n"
    assert sorted(seen.log.splitlines()) == [
        "error ***",
        "python ***",
        "shell ***",
        "stdio ***",
        "warning ***",
    ]


def test_c_code_that_holds_the_interpreters_lock(run: Case) -> None:
    """10 MB from C code under the lock, while no thread of this process could listen."""
    seen = run("""
        with Capture.start() as capture:
            capture.learn([SECRET])
            with capture.step("c") as log:
                print_10_mb_in_c()
        save(log)
    """)
    lines = 10_000_000 // (1000 * len(LINE.format(SECRET))) * 1000
    assert seen.stdout == seen.log == LINE.format("***") * lines


def test_c_code_in_a_host_that_shows_its_own_output(run: Case) -> None:
    """The same where a thread of this very process reads what the masker writes, as notebooks do."""
    seen = run("""
        read, write = os.pipe()
        terminal = os.dup(1)
        os.dup2(write, 1)
        os.close(write)
        def show():
            while data := os.read(read, 65536):
                os.write(terminal, data)
        host = threading.Thread(target=show)
        host.start()
        with Capture.start() as capture:
            capture.learn([SECRET])
            with capture.step("c") as log:
                print_10_mb_in_c()
        os.dup2(terminal, 1)
        host.join()
        save(log)
    """)
    assert seen.stdout == seen.log
    assert seen.log.count("***") == seen.log.count("\n") > 80_000


def test_one_byte_at_a_time(run: Case) -> None:
    """A value that arrives in as many writes as it has bytes is masked as one."""
    seen = run("""
        with Capture.start() as capture:
            capture.learn([SECRET])
            with capture.step("slow") as log:
                for byte in f"<{SECRET}>{SECRET[:-1]}!".encode():
                    os.write(1, bytes([byte]))
                    capture.say("") if byte % 5 == 0 else None  # the masker has seen what came so far
        save(log)
    """)
    assert seen.log == seen.stdout == f"<***>{SECRET[:-1]}!"


def test_a_thousand_values(run: Case) -> None:
    """However many are known, each is masked, and what is not one of them is left alone."""
    seen = run("""
        values = [f"token-{n:04d}-{n * 7919 % 10007:05d}" for n in range(1000)]
        with Capture.start() as capture:
            capture.learn(values)
            with capture.step("many") as log:
                for value in values:
                    print(value, value[:-1] + "x")
        save(log)
    """)
    kept = [f"*** token-{n:04d}-{n * 7919 % 10007:05d}"[:-1] + "x" for n in range(1000)]
    assert seen.log.splitlines() == seen.stdout.splitlines() == kept


def test_a_value_learned_in_the_middle(run: Case) -> None:
    """Once `learn` has returned, a value is masked wherever it is printed next, by whomever."""
    seen = run("""
        with Capture.start() as capture, capture.step("a") as log:
            for n in range(50):
                value = f"{SECRET}{n}"
                capture.learn([value])
                os.write(1 + n % 2, value.encode() + b"\\n")
        save(log)
    """)
    assert seen.log == "***\n" * 50
    assert seen.stdout == seen.stderr == "***\n" * 25


def test_short_values_are_told_once(run: Case) -> None:
    """A value too short to be masked is said to be so by its name: once on the terminal and in each log."""
    seen = run("""
        with Capture.start() as capture:
            capture.tell_unmasked([("{{db.pin}}", "abc"), ("{{db.long}}", "abcd"), ("{{db.empty}}", "")])
            capture.tell_unmasked([("{{db.pin}}", "abc")])
            for name in "ab":
                with capture.step(name) as log:
                    for value in ("abc", "abd"):
                        capture.tell_unmasked([("{{db.pin}}", value)])
                    print("abc")
        save(log)
    """)
    told = "[lockwork: the value of {{db.pin}} has fewer than 4 characters: it is in use and not masked]\n"
    assert seen.stdout == "abc\nabc\n"
    assert seen.stderr == told
    assert seen.log == told + "abc\n"


def test_a_log_that_grows_too_long(run: Case) -> None:
    """A log ends at 10 MiB with a line that says so; the terminal shows everything."""
    seen = run("""
        with Capture.start() as capture:
            with capture.step("chatty") as log:
                for _ in range(12):
                    os.write(1, b"x" * (1 << 20))
            with capture.step("next") as other:
                print("fine")
        save(log)
        save(other, "other")
    """)
    assert len(seen.stdout) == 12 * (1 << 20) + len("fine\n")
    assert seen.log.rstrip("\n").rpartition("\n")[2].startswith("[lockwork: the log ends here")
    assert seen.log.count("x") == 10 * (1 << 20)
    assert run.log("other") == "fine\n"


def test_a_progress_bar(run: Case) -> None:
    """The terminal gets every drawing, the log the last one of each line, masked."""
    seen = run("""
        with Capture.start() as capture:
            capture.learn([SECRET])
            with capture.step("a") as log:
                for percent in range(101):
                    os.write(2, b"\\r%d%% of %s" % (percent, SECRET.encode()))
                os.write(2, b"\\ndone\\n")
        save(log)
    """)
    assert seen.stderr.count("% of ***") == 101
    assert seen.log == "100% of ***\ndone\n"


# -- children and forks


def test_a_child_that_outlives_its_step(run: Case) -> None:
    """A step ends although its child holds the stream; what the child prints later is masked all the same."""
    seen = run("""
        with Capture.start() as capture:
            capture.learn([SECRET])
            with capture.step("one") as log:
                read, write = os.pipe()
                child = subprocess.Popen(
                    "echo early $PW; read go; echo late $PW", shell=True, env=SHELL, stdin=read,
                    stdout=sys.stdout)
                print("one")
            save(log)
            os.write(write, b"go\\n")
            child.wait()
            with capture.step("two") as two:
                print("two")
        save(two, "two")
    """)
    assert "late" not in seen.log
    assert set(seen.log.splitlines()) <= {"early ***", "one"}
    assert sorted(seen.stdout.splitlines()) == ["early ***", "late ***", "one", "two"]
    assert run.log("two") == "two\n"


def test_a_child_that_outlives_the_run(run: Case) -> None:
    """It goes on printing to the terminal, masked, after the process that started it has ended."""
    process = run.start("""
        with Capture.start() as capture:
            capture.learn([SECRET])
            with capture.step("one") as log:
                subprocess.run("exec 3<&0; (read go <&3; echo late $PW; echo $PW >&2) &",
                               shell=True, env=SHELL)
                print("one")
        save(log)
        print("the end")
        sys.stdout.flush()
        os._exit(7)
    """)
    assert process.wait(timeout=30) == 7
    seen = run.finish(process, "go\n")
    assert (seen.stdout, seen.stderr, seen.log) == ("one\nthe end\nlate ***\n", "***\n", "one\n")


@pytest.mark.parametrize("leave", ["os._exit(0)", "sys.exit(0)", "raise RuntimeError(SECRET)", "os.abort()"])
def test_a_step_that_forks(run: Case, leave: str) -> None:
    """A fork prints into the same log and, however it leaves, ends neither the step nor the capture."""
    seen = run(f"""
        try:
            with Capture.start() as capture:
                capture.learn([SECRET])
                with capture.step("fork") as log:
                    print("parent", SECRET)
                    pid = os.fork()
                    if pid == 0:
                        print("fork", SECRET, flush=True)
                        {leave}
                    os.waitpid(pid, 0)
                    print("parent again", SECRET)
                with capture.step("next") as other:
                    print("next", SECRET)
            save(other, "other")
        finally:
            if pid != 0:
                save(log)
            else:
                os._exit(1)
    """)
    assert seen.log == "parent ***\nfork ***\nparent again ***\n"
    assert run.log("other") == "next ***\n"
    assert seen.stdout == seen.log + run.log("other")


def test_a_fork_that_fetches_a_value(run: Case) -> None:
    """A fork makes values known over a line of its own, even while its parent does the same."""
    seen = run("""
        with Capture.start() as capture:
            capture.learn(["parent-value"])
            with capture.step("fork") as log:
                pids = []
                for n in range(4):
                    pids.append(os.fork())
                    if not pids[-1]:
                        for k in range(20):
                            value = f"child-{n}-value-{k}"
                            capture.learn([value])
                            os.write(1, f"{value}\\n".encode())
                        os._exit(0)
                for k in range(100):
                    capture.learn([f"parent-{k}-value"])
                    os.write(1, f"parent-{k}-value\\n".encode())
                for pid in pids:
                    os.waitpid(pid, 0)
        save(log)
    """)
    assert seen.log == seen.stdout == "***\n" * 180


# -- workers


@pytest.mark.parametrize(
    ("end", "code"),
    [("ctypes.string_at(0)", -signal.SIGSEGV), ("os._exit(3)", 3), ("sys.exit(4)", 4)],
)
def test_a_worker_that_dies(run: Case, end: str, code: int) -> None:
    """What a fresh process printed before it died is masked by what it made known, and in the log outside."""
    worker = f"""
import ctypes, os, sys
from lockwork.capture.streams import Capture
capture = Capture.joined(int(sys.argv[1]))
capture.learn(["{SECRET}"])
print("working with {SECRET}")
print("failing", "{SECRET}", file=sys.stderr)
{end}
"""
    seen = run(f"""
        with Capture.start() as capture:
            with capture.worker("train") as place:
                command = [sys.executable, "-c", {worker!r}, str(place.door)]
                code = subprocess.run(
                    command, stdout=place.stdout, stderr=place.stderr, pass_fds=[place.door]).returncode
        save(place.log)
        sys.exit(code == {code})
    """)
    assert seen.code == 1
    assert sorted(seen.log.splitlines()) == ["failing ***", "working with ***"]
    assert (seen.stdout, seen.stderr) == ("working with ***\n", "failing ***\n")


def test_workers_at_once(run: Case) -> None:
    """Each has a log of its own, and this process has its own beside them."""
    seen = run("""
        def work(name):
            with capture.worker(name) as place:
                subprocess.run(f"for i in 1 2 3 4 5; do echo {name} $PW; done", shell=True, env=SHELL,
                               stdout=place.stdout, stderr=place.stderr)
            save(place.log, name)
        with Capture.start(terminal=False) as capture:
            capture.learn([SECRET])
            with capture.step("main") as log:
                threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
                for thread in threads: thread.start()
                print("main", SECRET)
                for thread in threads: thread.join()
        save(log)
    """)
    assert (seen.stdout, seen.stderr, seen.log) == ("", "", "main ***\n")
    assert [run.log(f"w{n}") for n in range(4)] == [f"w{n} ***\n" * 5 for n in range(4)]


def test_a_capture_inside_a_capture(run: Case) -> None:
    """A run within a step is masked by both, and both logs have its output."""
    seen = run(
        """
        with Capture.start() as outer:
            outer.learn([SECRET])
            with outer.step("outer") as log:
                with Capture.start() as inner:
                    inner.learn(["inner-value"])
                    with inner.step("inner") as other:
                        print(SECRET, "inner-value", SECRET[:5], flush=True)
                print("inner-value")
        save(log)
        save(other, "other")
    """.replace("print(SECRET,", "print(")
    )
    assert run.log("other") == f"*** {SECRET[:5]}\n"
    assert seen.log == seen.stdout == f"*** {SECRET[:5]}\ninner-value\n"


# -- what is done to the streams


@pytest.mark.parametrize(
    "deed",
    [
        "sys.stdout = io.StringIO()",
        "sys.stdout = None",
        "sys.stdout.close()",
        "sys.stdout = io.TextIOWrapper(sys.stdout.buffer)",
        "sys.stdout = open(os.devnull, 'w')",
        "os.close(1)",
        "os.close(1); os.close(2); os.open('/dev/null', os.O_RDWR)",
        "os.dup2(os.open('/dev/null', os.O_RDWR), 1)",
        "sys.stdout, sys.stderr = sys.stderr, sys.stdout",
        "del sys.stdout",
    ],
)
def test_a_step_that_ruins_its_streams(run: Case, deed: str) -> None:
    """What it printed before is kept, the next step finds all in order, and so does what comes after."""
    seen = run(f"""
        import warnings
        warnings.simplefilter("ignore")  # of files that the deed leaves open
        before = sys.stdout, [os.fstat(fd).st_ino for fd in (1, 2)]
        with Capture.start() as capture:
            capture.learn([SECRET])
            with capture.step("ruin") as log:
                print("good", SECRET)
                {deed}
            with capture.step("next") as other:
                print("next", SECRET)
                os.write(1, b"raw " + SECRET.encode())
        assert before == (sys.stdout, [os.fstat(fd).st_ino for fd in (1, 2)])
        print("the end")
        save(log)
        save(other, "other")
    """)
    assert (seen.code, seen.stderr) == (0, "")
    assert seen.stdout == "good ***\nnext ***\nraw ***the end\n"
    assert (seen.log, run.log("other")) == ("good ***\n", "next ***\nraw ***")


def test_a_step_that_fails(run: Case) -> None:
    """Its failure goes on, its output is complete, everything is put back, and its text can be masked."""
    seen = run("""
        before = sys.stdout, sys.stderr, [os.fstat(fd).st_ino for fd in (1, 2)]
        try:
            with Capture.start() as capture:
                capture.learn([SECRET])
                with capture.step("fail") as log:
                    print("no newline", end="")
                    raise RuntimeError(f"cannot log in with {SECRET}")
        except RuntimeError as failure:
            print(":", capture.scrub(str(failure)))
        assert before == (sys.stdout, sys.stderr, [os.fstat(fd).st_ino for fd in (1, 2)])
        save(log)
    """)
    assert (seen.code, seen.stdout) == (0, "no newline: cannot log in with ***\n")
    assert seen.log == "no newline"


@pytest.mark.parametrize("closed", ["1", "2", "1, 2", "0, 1, 2"])
def test_streams_that_were_closed_before(run: Case, closed: str) -> None:
    """A process without a terminal has logs all the same, and its descriptors are closed again afterwards."""
    run(f"""
        for fd in ({closed},):
            os.close(fd)
        with Capture.start() as capture:
            capture.learn([SECRET])
            with capture.step("daemon") as log:
                os.write(1, b"out " + SECRET.encode())
                os.write(2, b" err " + SECRET.encode())
        for fd in ({closed},):
            try:
                os.fstat(fd)
                save(log, "still-open")
            except OSError:
                pass
        save(log)
        os._exit(0)
    """)
    assert run.log() in ("out *** err ***", " err ***out ***")
    assert run.log("still-open") == ""


NOTEBOOK = """
class Cell:
    encoding = "utf-8"
    def __init__(self): self.parts = []
    def write(self, text): self.parts.append(text); return len(text)
    def flush(self): pass
cell, errors = Cell(), Cell()
terminal, terminal_errors = sys.stdout, sys.stderr
sys.stdout, sys.stderr = cell, errors
"""


def test_a_notebook(run: Case) -> None:
    """Where `sys.stdout` is no descriptor, that object shows masked text as it comes."""
    seen = run(
        NOTEBOOK
        + """
handler = logging.StreamHandler()  # holds the host's object from before
logging.getLogger("lib").addHandler(handler)
with Capture.start() as capture:
    capture.learn([SECRET])
    with capture.step("cell") as log:
        print("python", SECRET)
        assert cell.parts, "shown as it comes"
        print(SECRET[:9], end="", flush=True)
        print(SECRET[9:], "split")
        sys.stdout.buffer.write(SECRET.encode() + b" bytes\\n")
        logging.getLogger("lib").error("logged %s", SECRET)
        os.write(1, b"descriptor " + SECRET.encode() + b"\\n")
        print("held", SECRET[:5], end="")
    capture.say(f"done {SECRET}")
assert (sys.stdout, sys.stderr, handler.stream) == (cell, errors, errors)
save(log)
Path("cell").write_text("".join(cell.parts))
Path("errors").write_text("".join(errors.parts))
"""
    )
    assert (seen.code, seen.stdout) == (0, "descriptor ***\n")
    assert run.log("cell") == f"python ***\n*** split\n*** bytes\nheld {SECRET[:5]}"
    assert run.log("errors") == "logged ***\ndone ***\n"
    assert sorted(seen.log.splitlines()) == sorted(
        ["python ***", "*** split", "*** bytes", "logged ***", "descriptor ***", f"held {SECRET[:5]}"]
    )


def test_captures_within_a_notebook(run: Case) -> None:
    """A run inside of a step of a notebook's run still shows in the cell."""
    seen = run(
        NOTEBOOK
        + """
with Capture.start() as outer, outer.step("outer") as log:
    with Capture.start() as inner:
        inner.learn([SECRET])
        with inner.step("inner"):
            print("inner", SECRET)
save(log)
Path("cell").write_text("".join(cell.parts))
"""
    )
    assert (seen.code, seen.stdout) == (0, "")
    assert seen.log == run.log("cell") == "inner ***\n"


# -- signals, and ends of all kinds


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_everyone(run: Case, number: signal.Signals) -> None:
    """Ctrl-C, or a terminal that closes, ends the run; what it printed until its end is shown, masked."""
    process = run.start(
        """
        def stop(number, frame):
            raise SystemExit(9)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)
        with Capture.start() as capture:
            capture.learn([SECRET])
            with capture.step("long") as log:
                try:
                    print("ready", SECRET)
                    signal.pause()
                finally:
                    print("cleaning up", SECRET)
                    save(log, "early")
        """,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready ***\n"
    os.killpg(process.pid, number)
    seen = run.finish(process)
    assert (seen.code, seen.stdout) == (9, "cleaning up ***\n")
    with pytest.raises(ProcessLookupError):  # nobody of the group is left
        os.killpg(process.pid, 0)


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("os._exit(3)", 3),
        ("ctypes.string_at(0)", -signal.SIGSEGV),
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
    ],
)
def test_a_sudden_end(run: Case, end: str, code: int) -> None:
    """The masker shows what was printed before its parent died, and ends too: the terminal is let go."""
    seen = run(f"""
        capture = Capture.start().__enter__()
        capture.learn([SECRET])
        step = capture.step("sudden")
        step.__enter__()
        os.write(1, (SECRET + " ").encode() * 3000)
        print("last words", SECRET, "and", SECRET[:6])
        {end}
    """)
    assert (seen.code, seen.stdout) == (code, "*** " * 3000 + f"last words *** and {SECRET[:6]}\n")


def test_a_masker_that_is_killed(run: Case) -> None:
    """Nothing hangs: what needs it fails by name, nothing is shown unmasked, and the streams come back."""
    seen = run("""
        with Capture.start() as capture:
            capture.learn(["something"])
            children = Path("/proc/self/task", str(os.getpid()), "children").read_text().split()
            masker = int(children[0])
            command = Path("/proc", str(masker), "cmdline").read_text()
            assert "something" not in command
            os.kill(masker, signal.SIGKILL)
            try:
                capture.learn([SECRET])
            except Unavailable as failure:
                told = failure
            try:
                print(SECRET)
            except BrokenPipeError:
                pass
        print("told:", told)
    """)
    assert seen.code == 0
    assert seen.stdout == "told: the process that masks secrets in the output has gone\n"


def test_an_interruption_while_a_value_is_made_known(run: Case) -> None:
    """However often `learn` is interrupted, and wherever, it can be called again and then holds."""
    seen = run("""
        class Interrupted(Exception): pass
        def interrupt(number, frame):
            raise Interrupted
        signal.signal(signal.SIGALRM, interrupt)
        with Capture.start() as capture:
            with capture.step("a") as log:
                for n in range(200):
                    value = f"{SECRET}{n}"
                    try:
                        signal.setitimer(signal.ITIMER_REAL, 0.00001 + 0.000003 * n)
                        capture.learn([value])
                        signal.setitimer(signal.ITIMER_REAL, 0)
                    except Interrupted:
                        pass
                    capture.learn([value])
                    os.write(1, f"{value}\\n".encode())
                    assert capture.scrub(value) == "***"
        save(log)
    """)
    assert (seen.code, seen.stderr) == (0, "")
    assert seen.log == seen.stdout == "***\n" * 200


def test_a_reader_that_leaves(run: Case) -> None:
    """When nobody reads the terminal's end any more (`| head`), the run goes on and so does its log."""
    process = run.start("""
        with Capture.start() as capture:
            with capture.step("long") as log:
                print("first", flush=True)
                sys.stdin.readline()
                for n in range(100_000):
                    print("line", n)
        save(log)
        os._exit(0)
    """)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "first\n"
    process.stdout.close()
    process.stdout = None
    process.stdin.write("go\n")
    process.stdin.close()
    assert process.wait(timeout=50) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert run.log().endswith("line 99999\n")


# -- the terminal


def on_a_terminal(run: Case, code: str) -> str:
    """What a terminal gets to see."""
    ours, theirs = pty.openpty()
    process = run.start(code, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # how a terminal says that nobody holds its other end any more
        while data := os.read(ours, 65536):
            shown += data
    os.close(ours)
    assert process.wait(timeout=50) == 0
    assert SECRET not in shown.decode()
    return shown.decode().replace("\r\n", "\n")


def test_the_progress_line(run: Case) -> None:
    """It stays below what programs print, waits for the end of a line, is masked, and goes away."""
    shown = on_a_terminal(
        run,
        """
        with Capture.start() as capture:
            capture.learn([SECRET])
            capture.progress(f"running {SECRET}")
            with capture.step("a"):
                print("one")
            with capture.step("b"):
                print("two ", end="")
            capture.progress("still")
            capture.say("said")
        """,
    )
    erase = "\r\x1b[2K"
    assert shown == f"running ***{erase}one\nrunning ***{erase}two \nsaid\nstill{erase}"


def test_no_progress_line_without_a_terminal(run: Case) -> None:
    """A file gets whole lines only."""
    seen = run("""
        with Capture.start() as capture:
            capture.learn([SECRET])
            capture.progress("running")
            with capture.step("a") as log:
                print("two ", end="", file=sys.stderr)
            capture.say(f"said {SECRET}")
        save(log)
    """)
    assert (seen.stdout, seen.stderr, seen.log) == ("", "two \nsaid ***\n", "two ")
