"""One command line, run in this process as if in its own, or really in its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from lockwork.cli.main import run
from lockwork.client import memory

STARTS_PROGRAMS = (("exec",), ("pipeline", "run"))
"""They start processes and replace this one: tried as real processes only."""


class Case(NamedTuple):
    """All that one command is given."""

    program: str
    meant: tuple[str, ...]
    words: list[str]
    stdin: bytes
    environment: dict[str, str]
    settings: dict[str, str]
    """Hostile settings: name of a file → its text."""


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


def as_process(case: Case, environment: dict[str, str], work: Path) -> Outcome:
    """`python -m lockwork WORDS`."""
    ran = subprocess.run(
        [sys.executable, "-m", "lockwork", *case.words],
        input=case.stdin,
        capture_output=True,
        check=False,
        timeout=100,
        cwd=work,
        env=environment,
    )
    return Outcome(
        ran.returncode, ran.stdout.decode("utf-8", "replace"), ran.stderr.decode("utf-8", "replace")
    )


def in_process(program: click.Group, case: Case, environment: dict[str, str], work: Path) -> Outcome:
    """The same by the function that the command calls, as if in a process of its own."""
    stdin = io.TextIOWrapper(io.BytesIO(case.stdin), encoding="utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with _elsewhere(environment, work), pytest.MonkeyPatch.context() as patch:
        for name, stream in (("stdin", stdin), ("stdout", out), ("stderr", err)):
            patch.setattr(sys, name, stream)
        try:
            code = run(case.words, program)
        except BaseException as escaped:  # the last door let something out: that is what is looked for
            code = -1
            err.write(f"Traceback: {type(escaped).__name__} escaped")
    return Outcome(code, _written(out), _written(err))


def _written(stream: io.TextIOWrapper) -> str:
    try:
        stream.flush()
        written = stream.buffer
        assert isinstance(written, io.BytesIO)
        return written.getvalue().decode("utf-8", "replace")
    except ValueError:  # a hostile file closed it
        return ""


@contextmanager
def _elsewhere(environment: dict[str, str], work: Path) -> Iterator[None]:
    """In this folder, with this environment; what an imported file changes is put back."""
    before, folder, kept, path, modules = dict(os.environ), Path.cwd(), sys.path, [*sys.path], {*sys.modules}
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(work)
    memory._kept = set()  # as in a process that has imported what makes pipelines
    try:
        yield
    finally:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(before)
        sys.path = kept
        sys.path[:] = path
        for name in [name for name in sys.modules if name not in modules]:
            if str(work) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]
