"""`lockwork exec` on a terminal: what runs there cannot tell the difference, and the mask holds."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.waiting import until

Python = Callable[[str], list[str]]
Processes = Callable[[], dict[int, tuple[int, str, str]]]
# The programs that people have; what they need of a terminal is tested without them too.
INSTALLED = {
    names: [name for name in names if shutil.which(name)] for names in (("more", "less"), ("vi", "vim"))
}
SHELL = ["bash", "--norc", "--noediting", "-i"]
LOCKWORK = [sys.executable, "-m", "lockwork"]
SECRET = ("exec", "--secret", "db", "--")


# ---- a terminal like the user's


def test_everything_is_a_terminal_of_the_same_size(on_terminal: Any, python: Python):
    """Standard input, output and error are a terminal, the command's own, as large as the user's."""
    source = """
        import os, sys
        print([os.isatty(fd) for fd in (0, 1, 2)], os.get_terminal_size(), os.ttyname(0) == os.ctermid() or 1)
        print(os.tcgetpgrp(0) == os.getpgrp(), open("/dev/tty").isatty())
    """
    screen = on_terminal(*SECRET, *python(source))
    screen.expect_exact("[True, True, True] os.terminal_size(columns=100, lines=30)")
    screen.expect_exact("True True")
    assert screen.ended() == 0


def test_a_new_size_is_heard_of(on_terminal: Any, python: Python):
    """When the window changes, the command gets SIGWINCH and the new size."""
    source = """
        import os, signal
        signal.signal(signal.SIGWINCH, lambda *_: print("now", tuple(os.get_terminal_size()), flush=True))
        print("up", flush=True)
        input()
    """
    screen = on_terminal(*SECRET, *python(source))
    screen.expect_exact("up")
    screen.setwinsize(44, 133)
    screen.expect_exact("now (133, 44)")
    screen.send("\n")
    assert screen.ended() == 0


def test_colours_pass(on_terminal: Any):
    """Escape sequences come through as they are, around a mask too."""
    screen = on_terminal(*SECRET, "sh", "-c", r"printf '\033[31m%s\033[0m|\033]0;title\007\n' $pw")
    assert screen.rest() == "\x1b[31m***\x1b[0m|\x1b]0;title\x07\r\n"


def test_values_of_several_lines_are_masked(on_terminal: Any):
    """The terminal puts a carriage return before each newline: all of the value is masked all the same."""
    screen = on_terminal(*SECRET, "sh", "-c", r'printf "<%s>\n" "$key" "$crlf"')
    assert screen.rest() == "<***>\r\n<***>\r\n"


@pytest.mark.parametrize("name", ["pw", "key"])
def test_a_value_in_pieces_is_masked(on_terminal: Any, python: Python, name: str):
    """However a value is split over writes."""
    source = f"""
        import os
        for byte in os.environ[{name!r}].encode():
            os.write(1, bytes([byte]))
        os.write(1, b"|")
    """
    assert on_terminal(*SECRET, *python(source)).rest() == "***|"


def test_a_prompt_that_begins_like_a_value_is_shown(on_terminal: Any, python: Python):
    """What may begin a value is shown once nothing follows it: nobody waits for ever. Its rest is masked."""
    source = """
        import sys
        for prompt in ("hu", "hunter"):
            sys.stdout.write(prompt)
            sys.stdout.flush()
            sys.stdin.readline()
        print("hunter2-pw"[:6], end="", flush=True)
        sys.stdin.readline()
    """
    screen = on_terminal(*SECRET, *python(source))
    screen.expect_exact("hu")
    screen.send("\n")
    screen.expect_exact("hunter")
    screen.sendline("2-pw")
    screen.expect_exact("***\r\n")
    screen.expect_exact("hunter")
    screen.sendline("gry")
    assert screen.rest() == "gry\r\n"


def test_what_is_typed_is_masked_in_its_echo(on_terminal: Any):
    """A value that is pasted into the terminal is not shown by it."""
    screen = on_terminal(*SECRET, "cat")
    screen.send("say hunter2-pw\n")
    screen.expect_exact("say ***\r\nsay ***\r\n")
    screen.sendeof()
    assert screen.ended() == 0


def test_what_is_printed_last(on_terminal: Any, python: Python, processes: Processes):
    """A command that fills every buffer before anybody reads, and ends, loses nothing of it."""
    source = """
        import os, time
        os.set_blocking(1, False)
        printed, last = 0, time.monotonic()
        while printed <= 20_000 or time.monotonic() - last < 0.3:
            try:
                printed += os.write(1, b"x" * 1000)
                last = time.monotonic()
            except BlockingIOError:
                time.sleep(0.01)
        print(printed, os.getpid(), file=open("done", "w"))
    """
    screen = on_terminal(*SECRET, *python(source))
    until(lambda: Path("done").exists() and Path("done").read_text().endswith("\n"))
    printed, pid = map(int, Path("done").read_text().split())
    until(lambda: processes().get(pid, (0, "Z", ""))[1] == "Z")  # who waits for it may still be printing
    assert screen.rest() == "x" * printed


# ---- keys and jobs


def test_ctrl_c_in_the_middle_of_a_flood(on_terminal: Any):
    """Ctrl-C ends a command that prints without end, as ever: 130, and the terminal is as it was."""
    screen = on_terminal(*SECRET, "sh", "-c", "echo up; yes $pw-is-the-password")
    before = screen.modes()
    screen.expect_exact("up")
    screen.expect_exact("***-is-the-password")
    screen.sendintr()
    assert screen.ended() == 130
    assert screen.modes() == before


def test_ctrl_c_and_ctrl_backslash_are_the_commands(on_terminal: Any, python: Python):
    """The command hears them as on its own terminal, once each, and may go on."""
    source = """
        import signal, sys
        for number in (signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, lambda n, _: print("heard", signal.Signals(n).name, flush=True))
        print("up", flush=True)
        sys.stdin.readline()
    """
    screen = on_terminal(*SECRET, *python(source))
    screen.expect_exact("up")
    screen.sendintr()
    screen.expect_exact("heard SIGINT")
    screen.send("\x1c")
    screen.expect_exact("heard SIGQUIT")
    screen.send("\n")
    assert "heard" not in screen.rest()
    assert screen.ended() == 0


def reading_in_a_shell(on_terminal: Any, *, behind: bool = False) -> Any:
    """A shell in which a command that reads a line has begun, before it or behind it."""
    screen = on_terminal(command=SHELL)
    screen.expect_exact("$ ")
    command = f"{sys.executable} -m lockwork exec --secret db -- sh -c 'echo up $pw; read x; echo got $x'"
    screen.send(f"{command} &\n" if behind else f"{command}\n")
    screen.expect_exact("up ***")
    return screen


def test_ctrl_z_stops_the_job_and_fg_goes_on(on_terminal: Any):
    """Under a shell: Ctrl-Z stops it and gives the terminal back; `fg` takes it again; keys arrive."""
    screen = reading_in_a_shell(on_terminal)
    screen.send("\x1a")
    screen.expect("Stopped.*\\$ ")
    screen.send("echo still $((40 + 2))\n")
    screen.expect_exact("still 42")
    screen.expect_exact("$ ")
    screen.send("fg\n")
    screen.expect_exact("-c ")
    until(screen.is_raw)
    screen.send("this\n")
    screen.expect_exact("got this")
    screen.expect_exact("$ ")
    screen.send("echo code $?\n")
    screen.expect_exact("code 0")
    screen.send("exit\n")
    assert screen.ended() == 0


def test_in_the_background(on_terminal: Any):
    """Begun with `&` it prints, leaves the terminal alone, and can be brought to the front."""
    screen = reading_in_a_shell(on_terminal, behind=True)
    screen.send("echo still $((40 + 2))\n")
    screen.expect_exact("still 42")
    screen.send("fg\n")
    screen.expect_exact("-c ")
    until(screen.is_raw)
    screen.send("this\n")
    screen.expect_exact("got this")
    screen.expect_exact("$ ")  # what is typed before the shell has the terminal back is not the shell's
    screen.send("exit\n")
    assert screen.ended() == 0


def test_stopped_from_elsewhere_it_goes_on_behind(on_terminal: Any, processes: Processes):
    """After SIGSTOP and `bg` it leaves the terminal and what is typed alone, and its end stops nobody."""
    screen = on_terminal(command=SHELL)
    screen.expect_exact("$ ")
    script = "echo up; until test -e go; do sleep 0.05; done; echo ended"
    screen.send(f"{sys.executable} -m lockwork exec --secret db -- sh -c '{script}'\n")
    screen.expect_exact("\nup")
    front = next(
        pid for pid, (parent, _, line) in processes().items() if parent == screen.pid and "exec" in line
    )
    os.kill(front, signal.SIGSTOP)
    screen.expect_exact("Stopped")
    screen.expect_exact("$ ")
    screen.send("bg\n")
    screen.expect_exact("$ ")
    for n in range(5):
        screen.send(f"echo still $(({n} + 40))\n")
        screen.expect_exact(f"still {n + 40}\r\n")
    Path("go").touch()
    screen.expect_exact("ended")
    until(lambda: front not in processes())
    screen.send("\njobs\necho code $?\n")
    screen.expect("Done.*code 0")
    screen.send("exit\n")
    assert screen.ended() == 0


def test_signals_from_elsewhere(on_terminal: Any):
    """Who ends us by a signal ends the command by it; the terminal is as it was."""
    screen = on_terminal(
        *SECRET, "sh", "-c", "trap 'echo told; exit 9' TERM; echo up; while :; do sleep 0.01; done"
    )
    before = screen.modes()
    screen.expect_exact("up")
    os.kill(screen.pid, signal.SIGTERM)
    screen.expect_exact("told")
    assert screen.ended() == 9
    assert screen.modes() == before


# ---- programs that do much with a terminal


def test_a_password_prompt(on_terminal: Any, python: Python):
    """A program that turns the echo off gets what is typed, and nothing of it is shown."""
    source = """
        import getpass
        print("got", len(getpass.getpass("Password: ")))
    """
    screen = on_terminal(*SECRET, *python(source))
    screen.expect_exact("Password: ")
    screen.send("swordfish\n")
    rest = screen.rest()
    assert "got 9" in rest
    assert "swordfish" not in rest


def test_single_keys(on_terminal: Any, python: Python):
    """A program in raw mode gets each key at once, Ctrl-C and Ctrl-Z as bytes."""
    source = """
        import os, tty
        tty.setraw(0)
        os.write(1, b"up")
        for _ in range(4):
            os.write(1, repr(os.read(0, 1)).encode())
    """
    screen = on_terminal(*SECRET, *python(source))
    screen.expect_exact("up")
    for key in "a\x03\x1a\r":
        screen.send(key)
        screen.expect_exact(repr(key.encode()))
    assert screen.ended() == 0


def test_a_full_screen(on_terminal: Any, python: Python):
    """A program that draws the whole screen draws it at once, and gets arrow keys."""
    source = """
        import curses

        def draw(screen):
            screen.addstr(5, 10, "pick hun")
            screen.refresh()
            screen.addstr(7, 10, {curses.KEY_DOWN: "down"}.get(screen.getch(), "another"))
            screen.refresh()
            screen.getch()

        curses.wrapper(draw)
    """
    screen = on_terminal(*SECRET, *python(source))
    screen.expect_exact("pick hun")
    screen.send("\x1bOB")
    screen.expect_exact("down")
    screen.send("q")
    assert screen.ended() == 0


@pytest.mark.parametrize("pager", INSTALLED["more", "less"])
def test_pagers(on_terminal: Any, own_home: Path, pager: str):
    """A pager turns its pages, masks included, and leaves."""
    Path("long").write_text("".join(f"line {n} hunter2-pw\n" for n in range(200)))
    screen = on_terminal(*SECRET, pager, "long")
    screen.expect_exact("line 28 ***")
    screen.send(" ")
    screen.expect_exact("line 50 ***")
    screen.send("q")
    assert screen.ended() == 0


@pytest.mark.parametrize("editor", INSTALLED["vi", "vim"])
def test_editors(on_terminal: Any, own_home: Path, editor: str):
    """An editor edits, and saves."""
    screen = on_terminal(*SECRET, editor, "-u", "NONE", "-n", "file")
    screen.expect_exact("file")
    screen.send("ihello from vim\x1b:wq\r")
    assert screen.ended() == 0
    assert Path("file").read_text() == "hello from vim\n"


# ---- the terminal is given back


@pytest.mark.parametrize("end", ["exit 3", "kill -KILL $$", "stty raw -echo; exit 3"])
def test_the_terminal_is_given_back(on_terminal: Any, end: str):
    """However the command ends, and whatever it did to its own terminal."""
    screen = on_terminal(command=SHELL)
    screen.expect_exact("$ ")
    line = f"{sys.executable} -m lockwork exec -- sh -c '{end}'"
    screen.send(f"stty -a > before; {line}; stty -a > after; echo {{}}end\n")
    screen.expect_exact("\n{}end")
    assert Path("before").read_text() == Path("after").read_text()
    screen.send("exit\n")
    screen.ended()


@pytest.mark.parametrize("whom", ["front", "keeper"])
def test_who_is_killed_leaves_no_raw_terminal_and_nobody(on_terminal: Any, processes: Processes, whom: str):
    """Where one of our processes is killed, the other gives the terminal back, and the command is ended."""
    screen = on_terminal(*SECRET, "sh", "-c", "trap : INT; echo up; sleep 63.5; sleep 63.5")
    before = screen.modes()
    screen.expect_exact("up")
    assert screen.is_raw()
    keeper = next(pid for pid, (parent, _, _) in processes().items() if parent == screen.pid)
    os.kill(screen.pid if whom == "front" else keeper, signal.SIGKILL)
    until(lambda: not any("63.5" in line for _, _, line in processes().values()))
    assert screen.modes() == before
    if whom == "keeper":
        assert screen.ended() == 3
        assert "has gone" in screen.before


def test_a_closed_window(on_terminal: Any, processes: Processes):
    """When the window closes, the command is told by SIGHUP, and nobody stays."""
    script = "trap 'echo told > told; exit' HUP; echo up; while :; do sleep 0.0645; done"
    screen = on_terminal(*SECRET, "sh", "-c", script)
    screen.expect_exact("up")
    screen.ptyproc.fileobj.close()
    until(lambda: not any("0.0645" in line for _, _, line in processes().values()))
    assert Path("told").exists()
    screen.ptyproc.closed = screen.closed = True


# ---- only some of the three are a terminal


def test_an_error_stream_elsewhere(on_terminal: Any):
    """Standard error that goes to a file is no terminal there, and is masked on its own."""
    script = "test -t 2; echo $? $pw >&2; echo $pw"
    line = f"{sys.executable} -m lockwork exec --secret db -- sh -c '{script}' 2> errors"
    screen = on_terminal("-c", line, command=["sh"])
    assert screen.rest() == "***\r\n"
    assert Path("errors").read_text() == "1 ***\n"


def test_input_from_a_pipe(on_terminal: Any):
    """With input from a pipe, output is a terminal still, Ctrl-C arrives, and a password can be asked for."""
    # Nothing is started after "got": dash loses an interrupt that comes while it forks.
    script = "cat; test -t 1 && echo terminal; echo $pw; read x < /dev/tty; echo got $x; read y < /dev/tty"
    line = f"echo piped | {sys.executable} -m lockwork exec --secret db -- sh -c '{script}'"
    screen = on_terminal("-c", line, command=["bash"])
    screen.expect_exact("piped\r\nterminal\r\n***\r\n")
    screen.send("keys\n")
    screen.expect_exact("got keys")
    screen.sendintr()
    assert screen.ended() in (130, -signal.SIGINT)


def test_output_into_a_pipe(on_terminal: Any, python: Python):
    """With output into a pipe, keys and Ctrl-C reach the command as ever; errors are on the terminal."""
    source = """
        import os, signal, sys
        heard = []
        signal.signal(signal.SIGINT, lambda *_: heard.append(1) or print("heard", file=sys.stderr))
        print(os.environ["pw"], "up", sys.stderr.isatty(), file=sys.stderr)
        print(sys.stdin.readline().strip(), os.environ["pw"], sys.stdout.isatty(), len(heard))
    """
    program = shlex.join([*LOCKWORK, *SECRET, *python(source)])
    screen = on_terminal("-c", f"{program} | (trap '' INT; cat)", command=["bash"])
    screen.expect_exact("*** up True\r\n")
    screen.sendintr()
    screen.expect_exact("heard")
    time.sleep(0.2)  # what must not come has no sign to wait for
    screen.send("keys\n")
    screen.expect_exact("keys *** False 1\r\n")
    assert "heard" not in screen.rest()


def test_a_job_in_a_pipe_stops_and_goes_on(on_terminal: Any):
    """Ctrl-Z and `fg` for a job whose output is a pipe."""
    screen = on_terminal(command=SHELL)
    screen.expect_exact("$ ")
    line = f"{sys.executable} -m lockwork exec --secret db -- sh -c 'echo up; read x; echo $x $pw' | cat"
    screen.send(line + "\n")
    screen.expect_exact("\nup")
    screen.send("\x1a")
    screen.expect("Stopped.*\\$ ")
    screen.send("fg\n")
    screen.expect_exact("| cat")
    screen.send("keys\n")
    screen.expect_exact("keys ***")
    screen.send("exit\n")
    assert screen.ended() == 0
