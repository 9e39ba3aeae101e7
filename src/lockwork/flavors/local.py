"""Flavor `local`: steps on this machine, outputs in a folder of it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from lockwork.domain import ways_out
from lockwork.domain.errors import InvalidInput, NotFound, ProviderFailed
from lockwork.domain.runs import Step, in_order, ready
from lockwork.domain.stacks import Attribute, ComponentType, Flavor
from lockwork.flavors.contract import Provider, StepRunner

MOST_PARALLEL = 256
_PARTIAL = ".partial-"


class LocalOrchestrator:
    """One step after another in this process, or up to `parallel` at once, each in a fresh one."""

    def __init__(self, attributes: Mapping[str, Any], folder: Path) -> None:  # noqa: ARG002 - it keeps no files
        self._parallel = int(attributes["parallel"])
        if not 1 <= self._parallel <= MOST_PARALLEL:
            raise InvalidInput(f"attribute 'parallel' is 1 to {MOST_PARALLEL}, not {self._parallel}")

    def run(self, steps: Sequence[Step], runner: StepRunner) -> bool:
        """Each after all that it needs; after a failure begin no more. Whether all completed."""
        ordered = in_order(steps)
        if self._parallel == 1:
            return all(runner.run(step) for step in ordered)
        return self._at_once(ordered, runner)

    def _at_once(self, steps: Sequence[Step], runner: StepRunner) -> bool:
        done: set[str] = set()
        begun: set[str] = set()
        running, failed = 0, False
        while True:
            waiting = [s for s in ready(steps, frozenset(done)) if s.name not in begun]
            for step in [] if failed else waiting[: self._parallel - running]:
                runner.start(step)
                begun.add(step.name)
                running += 1
            if not running:
                return not failed
            step, completed = runner.next_finished()
            running -= 1
            failed = failed or not completed
            if completed:
                done.add(step.name)


class LocalArtifactStore:
    """Files in a folder, for their owner alone. A file is there whole or not at all."""

    def __init__(self, attributes: Mapping[str, Any], folder: Path) -> None:
        given = attributes.get("path")
        path = Path(given) if given else folder
        if os.environ.get("HOME") != "":  # with which ~ would be the root folder
            path = path.expanduser()
        if not path.is_absolute():
            raise InvalidInput(
                "attribute 'path' of a local artifact store is not absolute",
                hint="from another folder it would mean another place",
            )
        self._root = path.resolve()

    @property
    def root(self) -> str:
        """The folder as a URI."""
        return self._root.as_uri()

    def put(self, name: str, data: bytes) -> str:
        """Keep `data` under a relative name; its URI."""
        path = self._place(name)
        try:
            self._make_folders(path.parent)
            partial = path.with_name(f"{_PARTIAL}{os.urandom(8).hex()}")
            _write(partial, path, data)
        except OSError as error:
            raise ProviderFailed(
                f"artifact {name!r} cannot be written: {ways_out.reason(error)}", hint=ways_out.after(error)
            ) from None
        return path.as_uri()

    def get(self, uri: str) -> bytes:
        """What lies there."""
        path = self._path(uri)
        try:
            return path.read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise NotFound("artifact", uri) from None
        except OSError as error:
            raise ProviderFailed(f"artifact {uri!r} cannot be read: {ways_out.reason(error)}") from None

    def list(self, prefix: str = "") -> Sequence[str]:
        """The URIs of all names that begin with `prefix`, in order."""
        names = {str(p.relative_to(self._root)): p for p in self._files()}
        return [names[name].as_uri() for name in sorted(names) if name.startswith(prefix)]

    def _files(self) -> Iterator[Path]:
        return (p for p in self._root.rglob("*") if p.is_file() and not p.name.startswith(_PARTIAL))

    def _place(self, name: str) -> Path:
        """Where a name lies: below the root, also once symbolic links are followed."""
        parts = PurePosixPath(name).parts
        wrong = not parts or name.startswith("/") or ".." in parts or "\x00" in name or "\\" in name
        path = self._root.joinpath(*parts)
        if wrong or not path.resolve().is_relative_to(self._root) or path.resolve() == self._root:
            raise InvalidInput(f"{name!r} is not the name of an artifact below {self._root}")
        return path

    def _path(self, uri: str) -> Path:
        parts = urlsplit(uri)
        path = Path(unquote(parts.path))
        if parts.scheme != "file" or parts.netloc or not path.is_relative_to(self._root):
            raise InvalidInput(f"{uri!r} does not lie in this artifact store, {self.root}")
        return self._place(path.relative_to(self._root).as_posix())

    def _make_folders(self, folder: Path) -> None:
        missing = [p for p in (folder, *folder.parents) if not p.exists()]
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)


def _write(partial: Path, path: Path, data: bytes) -> None:
    """Write beside the place, on disk, then put it there in one move."""
    descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


PROVIDERS = (
    Provider(
        flavor=Flavor(
            name="local",
            type=ComponentType.ORCHESTRATOR,
            help="runs steps on this machine",
            attributes=(
                Attribute(
                    name="parallel",
                    help="how many independent steps run at once, each in a fresh process",
                    kind="integer",
                    minimum=1,
                    maximum=MOST_PARALLEL,
                    default=1,
                ),
            ),
        ),
        act=LocalOrchestrator,
    ),
    Provider(
        flavor=Flavor(
            name="local",
            type=ComponentType.ARTIFACT_STORE,
            help="keeps outputs in a folder of this machine",
            attributes=(
                Attribute(
                    name="path",
                    help="an absolute path; without one, a folder beside the store",
                    pattern="([/~].*)?",
                    written="as an absolute path: from another folder it would mean another place",
                ),
            ),
        ),
        act=LocalArtifactStore,
    ),
)
