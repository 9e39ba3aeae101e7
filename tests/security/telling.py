"""`telling.py FOLDER URL HOW`: the story of `make demo` and of all other commands, with failures forced.

Each command is tried again and again, each time with the same store and in a process of its own (a fork, so
that modules are loaded once): as it should be; failing at its first moment, then at its second, to its last;
and with a disk that takes no more. A moment is before or after a call of something in `POINTS`, a table that
is made from the code: a new message, a new method of the vault or of a flavor, a new request to the masker
are in it without a word here. What is printed goes to our own outputs, which whoever has the story told
reads; what happened is a line of JSON a try in FOLDER/tries.

HOW is a JSON object: `times`, how often the story fails at a moment of one kind (0: never), and `parallel`,
the orchestrator's attribute. The first line in FOLDER/tries names all points.
"""

from __future__ import annotations

import errno
import faulthandler
import json
import os
import resource
import shutil
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from functools import wraps
from importlib import import_module
from io import BytesIO, TextIOWrapper
from pathlib import Path
from pkgutil import walk_packages
from typing import Any
from unittest import mock

from story import ECHO, Command, story

import lockwork
from lockwork.capture.control import Control
from lockwork.capture.frames import Verb
from lockwork.cli import main
from lockwork.crypto.passphrase import Work
from lockwork.flavors import local, mlflow, slack
from lockwork.messages import Message
from lockwork.moving import backup
from lockwork.service import assembly
from lockwork.service.assembly import Handlers
from lockwork.service.trail import Trail
from lockwork.vaults.builtin import BuiltinVault

GIVEN, OUT = "given", "out"
"""Folders of files with values: the user's own, and those that commands write on purpose."""


# --- points ------------------------------------------------------------------------------------------------


def every_message() -> list[type[Message[Any]]]:
    """Every verb there is."""
    for noun in assembly.ROOMS:
        import_module(f"lockwork.messages.{noun}")
    found, waiting = [], [Message]
    while waiting:
        waiting += (below := waiting.pop()).__subclasses__()
        if "action" in vars(below):
            found.append(below)
    return found


METHODS: dict[type, str] = {
    BuiltinVault: "vault",
    local.LocalArtifactStore: "store",
    local.LocalOrchestrator: "orchestrator",
    mlflow.MLflowTracker: "tracker",
    slack.SlackAlerter: "alerter",
    Trail: "trail",
}
"""Classes of which every public method is a point."""


FOREIGN = ("store", "orchestrator", "tracker", "alerter")
"""What anybody can write a flavor for."""


def methods_of(kind: type) -> list[str]:
    return [name for name, found in vars(kind).items() if callable(found) and not name.startswith("_")]


POINTS = {
    *(f"message {message.__name__}" for message in every_message()),
    *(f"{what}.{name}" for kind, what in METHODS.items() for name in methods_of(kind)),
    *(f"masker {verb.name}" for verb in Verb),
}


class Moments:
    """Counts them, and fails at one."""

    def __init__(self) -> None:
        self.last = 0
        self.forced = ""
        self.passed: list[str] = []

    def pass_(self, point: str, when: str, given: object = None) -> None:
        self.passed.append(f"{when} {point}")
        if len(self.passed) == self.last:
            self.forced = self.passed[-1]
            if point.startswith("masker"):
                kill_the_masker()
            elif point.split(".")[0] in FOREIGN:  # it can tell what it was given, and ends in whatever way
                raise_one(
                    self.last, [value for value in VALUES.values() if value in str(given)], foreign=True
                )
            else:
                raise_one(self.last, VALUES.values())


MOMENTS = Moments()


def watch() -> None:
    """Put a moment before and after each call of every point."""
    look_up = Handlers.__getitem__

    def answer(self: Handlers, message: type[Message[Any]]) -> Any:
        found = look_up(self, message)
        return found._replace(handler=around(f"message {message.__name__}", found.handler))

    mock.patch.object(Handlers, "__getitem__", answer).start()
    for kind, what in METHODS.items():
        for name in methods_of(kind):
            setattr(kind, name, around(f"{what}.{name}", getattr(kind, name)))
    ask, stop = Control.ask, Control.stop

    def asked(self: Control, verb: Verb, *more: Any) -> None:
        MOMENTS.pass_(f"masker {verb.name}", "before")
        ask(self, verb, *more)

    def stopped(self: Control) -> None:
        MOMENTS.pass_("masker STOP", "before")
        stop(self)

    mock.patch.object(Control, "ask", asked).start()
    mock.patch.object(Control, "stop", stopped).start()


def around(point: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def within(*args: Any, **kwargs: Any) -> Any:
        given = [args, kwargs, *(vars(one) for one in args[:1] if hasattr(one, "__dict__"))]
        MOMENTS.pass_(point, "before", given)
        answer = function(*args, **kwargs)
        MOMENTS.pass_(point, "after", given)
        return answer

    return within


def kill_the_masker() -> None:
    """And wait until it is dead: what is printed next finds nobody."""
    for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
        if b"capture.masker" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)
            os.waitid(os.P_PID, int(child), os.WEXITED | os.WNOWAIT)


def raise_one(number: int, values: Iterable[str], *, foreign: bool = False) -> None:
    """A failure that carries these values in every way; each time another kind."""
    text = " ".join(("forced", *values))
    raw = text.encode()
    kinds: list[BaseException] = [
        RuntimeError(text),
        sqlite3.OperationalError(f"near {text}: syntax error"),
        OSError(errno.ENOSPC, "No space left on device", text),
        UnicodeDecodeError("utf-8", raw, 0, 1, text),
        json.JSONDecodeError(text, text, 0),
        ExceptionGroup(text, [ValueError(text)]),
        MemoryError(text),
        KeyboardInterrupt(text),
    ]
    if foreign:
        kinds += [SystemExit(text), type("Own", (BaseException,), {})(text)]
    failure = kinds[number % len(kinds)]
    failure.add_note(text)
    failure.__context__ = LookupError(text)
    raise failure from KeyError(text)


# --- telling -----------------------------------------------------------------------------------------------

FOLDER, URL, HOW = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
HOME = Path(os.environ["LOCKWORK_HOME"])
KEPT, AFTER = FOLDER / "kept", FOLDER / "after"
"""The store as it was before a command, and as it should be afterwards."""
VALUES: dict[str, str] = json.loads((FOLDER / GIVEN / "values.json").read_text())


def tell() -> None:
    load_everything()
    note_processes()
    backup.back_up.__kwdefaults__["work"] = Work(memory=8, passes=1, lanes=1)  # cheap: it is done often
    watch()
    forced: Counter[str] = Counter()
    for command in story(URL, HOW["parallel"]):
        keep(HOME, KEPT)
        happened = tried(command)
        keep(HOME, AFTER)
        moments = [number for number, kind in enumerate(happened["passed"], 1) if forced[kind] < HOW["times"]]
        for moment in moments:
            keep(KEPT, HOME)
            forced[tried(command, moment)["forced"]] += 1
        if moments:
            keep(KEPT, HOME)
            tried(command, room=0)
        keep(AFTER, HOME)


def load_everything() -> None:
    """Once, here, and not in each fork."""
    for module in walk_packages(lockwork.__path__, "lockwork."):
        if module.name != "lockwork.__main__":
            import_module(module.name)


def keep(folder: Path, copy: Path) -> None:
    shutil.rmtree(copy, ignore_errors=True)
    if folder.exists():
        shutil.copytree(folder, copy)


def tried(command: Command, moment: int = 0, room: int | None = None) -> dict[str, Any]:
    """One try, in a fork, that fails at this moment; what came of it."""
    words = words_of(command)
    ours, theirs = os.pipe()
    if (pid := os.fork()) == 0:
        os.close(ours)
        code = attempt(command, words, moment, room)
        with open(theirs, "w") as answer:
            json.dump({"code": code, "forced": MOMENTS.forced, "passed": MOMENTS.passed}, answer)
        os._exit(0)
    os.close(theirs)
    with open(ours) as told:
        happened: dict[str, Any] = json.load(told)
    os.waitpid(pid, 0)
    write_down({"words": command.words, "expected": command.code, "room": room, **happened})
    check_with_whoever_reads()
    return happened


TALK = int(os.environ["TELLING"])
SAID = b"\n--- said\n"


def write_down(what: object) -> None:
    with (FOLDER / "tries").open("a") as file:
        file.write(json.dumps(what) + "\n")


def check_with_whoever_reads() -> None:
    """They look at all that is printed and written by now, and then let us go on."""
    os.write(2, SAID)
    os.read(TALK, 1)


def note_processes() -> None:
    """What each process is started with goes into FOLDER/started: of the masker its environment, too."""

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen":
            _, words, _, environment = arguments
        elif event in ("os.exec", "os.posix_spawn"):
            _, words, environment = arguments
        else:
            return
        of_masker = "capture.masker" in str(words)
        with (FOLDER / "started").open("a") as file:
            file.write(
                f"{words} {dict(os.environ if environment is None else environment) if of_masker else {}}\n"
            )

    sys.addaudithook(hear)


def attempt(command: Command, words: list[str], moment: int, room: int | None) -> int:
    faulthandler.dump_traceback_later(30, exit=True)  # the test sees a try without an answer
    MOMENTS.last = moment
    os.environ.update({name: given(file).strip() for name, file in command.environment.items()})
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    if command.is_shown:
        os.dup2(nothing, 1)
    sys.stdin = TextIOWrapper(BytesIO(given(command.stdin).encode() if command.stdin else b""))
    if room is not None:  # no file may grow beyond this; pipes and terminals are none
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        code = main.run(words)
        sys.stdout.flush()
    except SystemExit as end:  # as the interpreter would: a text that somebody ended with is shown
        sys.stderr.write(f"{end.code}\n")
        code = -2
    except BaseException as failure:
        sys.excepthook(type(failure), failure, failure.__traceback__)
        code = -3
    with suppress(Exception):
        sys.stderr.flush()
    return code


def given(file: str) -> str:
    return (FOLDER / GIVEN / file).read_bytes().decode()


def words_of(command: Command) -> list[str]:
    """With what only the store knows."""
    texts = {
        "ECHO": lambda: ECHO,
        "RUN": lambda: asked("SELECT id FROM runs ORDER BY started DESC"),
        "OLD_KEY": lambda: asked("SELECT id FROM root_keys ORDER BY state = 'retired' DESC"),
    }
    return [texts[word]() if word in texts else word for word in command.words.split()]


def asked(statement: str) -> str:
    with closing(sqlite3.connect(HOME / "lockwork.db")) as database:
        row = database.execute(statement).fetchone()
        return str(row[0]) if row else "none"


if __name__ == "__main__":
    write_down(sorted(POINTS))
    tell()
