"""`deeds.py FOLDER PARALLEL DEED…`: a script of a user's whose steps let values out, each in another way.

Each deed is a run of its own. What hangs on the failure that a run ends with goes into FOLDER/carried.
"""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import faulthandler
import gc
import json
import logging
import os
import pprint
import signal
import subprocess
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lockwork import Client, pipeline, step

Deed = Callable[[list[str]], Any]
logging.basicConfig(stream=sys.stderr)  # as scripts do: before any run begins
EARLY = sys.stderr
PRINTING = """
import os, sys
for value in map(os.environ.get, "ABCDE"):
    for stream in (sys.stdout, sys.stderr):
        print(value, repr(value), file=stream)
"""


def raised(values: list[str]) -> None:
    raise ValueError(*values)


def raised_as_text(values: list[str]) -> None:
    raise RuntimeError("\n".join(values))


def cause(values: list[str]) -> None:
    try:
        raise KeyError(*values)
    except KeyError as first:
        raise RuntimeError("cannot go on") from first


def context(values: list[str]) -> None:
    try:
        raised(values)
    except ValueError:
        Path(*values).stat()


def notes(values: list[str]) -> None:
    failure = RuntimeError("see the notes")
    for value in values:
        failure.add_note(value)
    raise failure


def group(values: list[str]) -> None:
    raise ExceptionGroup("several", [ValueError(value) for value in values])


def class_named_so(values: list[str]) -> None:
    raise type(values[0], (Exception,), {"__module__": values[1]})(values[2])


def text_that_fails(values: list[str]) -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise ValueError(*values)

    raise Broken(*values)


def syntax(values: list[str]) -> None:
    compile("\n".join(values), values[0], "exec")


def parsed(values: list[str]) -> None:
    try:
        int(values[1])
    except ValueError:
        json.loads(values[2])


def encoded(values: list[str]) -> None:
    os.fsdecode("".join(values).encode("utf-16")).encode("ascii")


def missing_file(values: list[str]) -> None:
    Path(values[0]).read_text()


def asserted(values: list[str]) -> None:
    assert values == [], f"{values!r} is not empty"


def interrupted(values: list[str]) -> None:
    raise KeyboardInterrupt(*values)


def ended(values: list[str]) -> None:
    sys.exit("\n".join(values))


def ended_otherwise(values: list[str]) -> None:
    raise type("Own", (BaseException,), {})(*values)


def generator(values: list[str]) -> None:
    def giving() -> Iterator[str]:
        try:
            yield from values
        finally:
            raise RuntimeError(*values)

    next(giving())
    gc.collect()
    list(giving())


def returned_generator(values: list[str]) -> Any:
    return (value for value in values)


def returned_unfit(values: list[str]) -> Any:
    class Local:
        def __repr__(self) -> str:
            return " ".join(values)

        def __reduce__(self) -> Any:
            raise TypeError(*values)

    return Local()


def warned(values: list[str]) -> None:
    for value in values:
        warnings.warn(value, stacklevel=1)


def logged(values: list[str]) -> None:
    for value in values:
        logging.warning("careless: %s", value)
    try:
        raised(values)
    except ValueError:
        logging.exception("failed with %r", values, stack_info=True)


def with_locals(values: list[str]) -> None:
    password, rest = values[0], values[1:]
    print(locals(), vars(), repr(password), pprint.pformat(rest))
    try:
        raised(values)
    except ValueError as failure:
        for line in traceback.TracebackException.from_exception(failure, capture_locals=True).format():
            print(line, end="")
        sys.excepthook(type(failure), failure, failure.__traceback__)


def thread(values: list[str]) -> None:
    for target in (raised, cause):
        one = threading.Thread(target=target, args=[values], name=values[0])
        one.start()
        one.join()


def unraisable(values: list[str]) -> None:
    class Dying:
        def __del__(self) -> None:
            raise ValueError(*values)

    Dying()
    gc.collect()


def unawaited(values: list[str]) -> None:
    async def failing() -> None:
        raised(values)

    async def forgetting() -> None:
        task = asyncio.create_task(failing(), name=values[0])
        await asyncio.sleep(0)
        del task
        gc.collect()

    asyncio.run(forgetting(), debug=True)


def child(values: list[str]) -> None:
    variables = dict(zip("ABCDE", values, strict=False))
    subprocess.run([sys.executable, "-c", PRINTING], env=os.environ | variables, check=True)
    ascii_only = {"PYTHONIOENCODING": "ascii:backslashreplace", "PYTHONUTF8": "0"}
    subprocess.run([sys.executable, "-c", PRINTING], env=os.environ | variables | ascii_only, check=True)
    subprocess.run([sys.executable, "-c", f"raise ValueError({values!r})"], check=False)
    os.environ.update(variables)
    os.system('echo "$A" "$B"; printf "%s\n" "$C" >&2; printf %s "$D" | base64')


def child_that_fails(values: list[str]) -> None:
    subprocess.run([sys.executable, "-c", "import sys; sys.exit(3)", *values], check=True)


def from_c(values: list[str]) -> None:
    c = ctypes.CDLL(None)
    for value in values:
        c.puts(value.encode())
        c.perror(value.encode())
        c.dprintf(2, b"%s", value.encode())


def bytes_beneath(values: list[str]) -> None:
    stderr = sys.__stderr__
    assert stderr is not None
    for value in values:
        os.write(1, value.encode())
        os.write(2, value.encode())
        sys.stdout.buffer.write(value.encode())
        stderr.write(value)
        EARLY.write(value)
        for character in value:
            print(character, end="", flush=True)


def stacks_shown(values: list[str]) -> None:
    for value in values:
        exec(
            compile("import faulthandler; faulthandler.dump_traceback()", value.replace("\0", ""), "exec"), {}
        )
    traceback.print_stack()


def left_to_the_end(values: list[str]) -> None:
    atexit.register(print, *values)
    atexit.register(raised, values)


def left_by_a_crash(values: list[str]) -> None:
    faulthandler.enable()
    print(*values)
    exec(compile("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", values[0], "exec"), {})


def left_by_an_abort(values: list[str]) -> None:
    print(*values, end="")
    ctypes.CDLL(None).printf(b"%s", values[0].encode())
    os.kill(os.getpid(), signal.SIGABRT)


def left_at_once(values: list[str]) -> None:
    print(*values, flush=True)
    os._exit(3)


DEEDS: dict[str, Deed] = {
    name: deed
    for name, deed in list(globals().items())
    if callable(deed) and getattr(deed, "__annotations__", {}).get("values") == "list[str]"
}
ENDING = ("left_",)
"""How those are called that take their process along."""
KEYS = ("password", "wrong", "key", "unicode", "escapes")


@step(environment={f"PLANTED_{key.upper()}": f"{{{{s.{key}}}}}" for key in KEYS})
def act(deed: str) -> Any:
    return DEEDS[deed]([os.environ[f"PLANTED_{key.upper()}"] for key in KEYS])


@pipeline
def acting(deed: str) -> None:
    act(deed)


def main() -> None:
    from tests.carried import everything_carried  # here, for only this process has it on its path

    folder, parallel, *deeds = sys.argv[1:]
    Client().update_component("orchestrator", "default", {"parallel": int(parallel)})
    for deed in deeds:
        try:
            acting(deed)
        except BaseException as failure:
            with (Path(folder) / "carried").open("a") as file:
                traceback.print_exception(failure, file=file)
                file.write(f"\n{deed}: " + "\n".join(everything_carried(failure)))
        os.write(2, f"\n--- {deed} is done\n".encode())


if __name__ == "__main__":
    main()
