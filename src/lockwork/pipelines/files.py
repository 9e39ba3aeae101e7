"""Pipelines that stand in a file: the file is imported under its own name, as `python FILE` would find it."""

import importlib.util
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from lockwork.capture.streams import Mask
from lockwork.client import memory
from lockwork.domain.errors import InvalidInput, LockworkError, NotFound
from lockwork.domain.nearness import near
from lockwork.pipelines.authoring import Pipeline
from lockwork.pipelines.graph import Graph


def load(place: str) -> "Pipeline[...]":
    """The pipeline at `FILE` or `FILE:PIPELINE`. Importing the file runs what stands at its top level."""
    path, name = _parted(place)
    module = _imported(path)
    pipelines = {one.name: one for one in vars(module).values() if isinstance(one, Pipeline)}
    by_variable = {word: one for word, one in vars(module).items() if isinstance(one, Pipeline)}
    if name is not None:
        if (found := by_variable.get(name) or pipelines.get(name)) is not None:
            return found
        raise NotFound(f"pipeline in {path}", name, near=near(name, pipelines), hint=_listed(pipelines))
    if len(pipelines) != 1:
        what = f"several pipelines: {', '.join(pipelines)}" if pipelines else "no pipeline"
        hint = (
            f"name one: {path}:{next(iter(pipelines))}" if pipelines else "decorate a function with @pipeline"
        )
        raise InvalidInput(f"{path} holds {what}", hint=hint)
    return next(iter(pipelines.values()))


def put_together(found: "Pipeline[...]") -> Graph:
    """Its steps; what its function fails with is told with the line, and without values fetched before."""
    try:
        return found.graph()
    except LockworkError:
        raise
    except Exception as failure:  # the function is code of the user's, and may fail in any way
        path = Path(found.entrypoint.__code__.co_filename)
        line = _line(path, failure)
        told = _told(failure)
    raise InvalidInput(f"{found}, {path.name}{f' line {line}' if line else ''}: {told}")


def _parted(place: str) -> tuple[Path, str | None]:
    """The file and the pipeline's name: what stands behind the last colon, unless a file is called so."""
    file, colon, name = place.rpartition(":")
    if not colon or Path(place).exists():
        return _existing(place), None
    return _existing(file), name


def _existing(text: str) -> Path:
    path = Path(text)
    with suppress(RuntimeError):  # a user who is not known: then there is no such file either
        path = path.expanduser()
    if not path.is_file():
        what = f"{text!r} is a folder" if path.is_dir() else f"there is no file {text!r}"
        raise InvalidInput(what, hint="write FILE or FILE:PIPELINE")
    return path.resolve()


def _imported(path: Path) -> ModuleType:
    sys.path.insert(0, str(path.parent))  # so that it finds its neighbours
    spec = importlib.util.spec_from_file_location(_name_for(path), path)
    if spec is None or spec.loader is None:
        raise InvalidInput(f"{path} is not a Python file", hint="its name ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except (LockworkError, KeyboardInterrupt):
        raise
    except BaseException as failure:  # the file is code of the user's, and may fail in any way
        line = _line(path, failure)
        told = _told(failure)
    else:
        return module
    raise InvalidInput(f"{path}{f', line {line},' if line else ''} cannot be imported: {told}")


def _name_for(path: Path) -> str:
    """The file's own name where it is free: classes that are pickled name the module."""
    return path.stem if path.stem.isidentifier() and path.stem not in sys.modules else f"lockwork_{path.stem}"


def _line(path: Path, failure: BaseException) -> int | None:
    """Where in this file it failed, or where this file cannot be read as Python."""
    if isinstance(failure, SyntaxError) and failure.filename == str(path):
        return failure.lineno
    frames = traceback.extract_tb(failure.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    return lines[-1] if lines else None


def _told(failure: BaseException) -> str:
    """What failed, on one line, without values that this process has fetched."""
    mask = Mask()
    mask.learn(value.reveal() for _, value in memory.revealed())
    told = traceback.TracebackException.from_exception(failure)
    told.__notes__ = None  # they would be the last line
    return mask.scrub("".join(told.format_exception_only()).strip()).splitlines()[-1]


def _listed(pipelines: dict[str, "Pipeline[...]"]) -> str:
    return f"it holds: {', '.join(pipelines) or 'no pipeline'}"
