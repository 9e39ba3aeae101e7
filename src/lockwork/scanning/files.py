"""Which files are looked at, and their text. Follows no link, opens no device, and reads nothing huge."""

import codecs
import os
import stat
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import NamedTuple

from lockwork.domain.errors import WrongUsage

LARGEST = 4 * 1024 * 1024
_HEAD = 8192
# What a version control system or an installer keeps, where no .gitignore says so.
_KEPT_BY_TOOLS = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules"})
# A repository may be somebody else's: its configuration must start no program of theirs.
_GIT = ("git", "-c", "core.fsmonitor=false", "ls-files", "-z")
_WIDE = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class Candidate(NamedTuple):
    """A file to be looked at."""

    path: Path
    is_named: bool
    """The caller named it: then a link is followed."""

    def __str__(self) -> str:
        """Its path as text, whatever bytes it is made of."""
        return os.fsencode(self.path).decode("utf-8", "backslashreplace")


class Listing:
    """The files of some paths. `skipped` counts, by reason, what `read` could not look at."""

    def __init__(
        self,
        paths: Sequence[str],
        *,
        exclude: Sequence[str] = (),
        ignored: bool = False,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        if "" in (*paths, *exclude):
            raise WrongUsage("an empty text names no file", hint="for the current folder write . or no path")
        self._paths = [Path(path) for path in paths]
        self._exclude = exclude
        self._ignored = ignored
        self._environ = environ
        self.skipped: Counter[str] = Counter()
        for path in self._paths:
            if not path.exists():
                raise WrongUsage(f"{path}: there is no such file or folder")

    def __iter__(self) -> Iterator[Candidate]:
        """Each file once, in order; `exclude` and, in a checkout, .gitignore leave some out."""
        seen: set[Path] = set()
        for path in self._paths:
            for candidate in self._below(path):
                if candidate.path not in seen and not self._is_excluded(candidate.path):
                    seen.add(candidate.path)
                    yield candidate

    def _below(self, path: Path) -> Iterator[Candidate]:
        if not path.is_dir():
            yield Candidate(path, is_named=True)
            return
        tracked = [] if self._ignored else _known_to_git(path, self._environ)
        for found in tracked or _walk(path):
            if found.is_dir() and not found.is_symlink():  # a checkout within a checkout
                yield from self._below(found)
            else:
                yield Candidate(found, is_named=False)

    def _is_excluded(self, path: PurePath) -> bool:
        """A glob may match the path, a folder above, or the name of either."""
        places = [place for place in (path, *path.parents) if place.name]
        return any(
            fnmatchcase(str(place), glob.rstrip("/")) or fnmatchcase(place.name, glob.rstrip("/"))
            for glob in self._exclude
            for place in places
        )

    def read(self, candidate: Candidate) -> str | None:
        """The text of a file; None where it has none or cannot be read, which `skipped` then counts."""
        try:
            raw = _bytes(candidate)
        except FileNotFoundError:  # git still knows it
            return None
        except OSError:
            self.skipped["unreadable"] += 1
            return None
        if raw is None:
            return None
        if len(raw) > LARGEST:
            self.skipped["too large"] += 1
            return None
        if encoding := _WIDE.get(raw[:2]):
            return raw.decode(encoding, "replace")
        if b"\0" in raw[:_HEAD]:
            self.skipped["binary"] += 1
            return None
        return raw.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")


def _bytes(candidate: Candidate) -> bytes | None:
    """What is in a regular file, one byte more than `LARGEST` at most; None for a link, a pipe, a device."""
    if not candidate.is_named and candidate.path.is_symlink():
        return None
    # Another one may take its place meanwhile: no link is followed, no pipe waited for.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if candidate.is_named else os.O_NOFOLLOW)
    with open(os.open(candidate.path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return None
        return file.read(LARGEST + 1)


def _known_to_git(folder: Path, environ: Mapping[str, str] | None) -> list[Path]:
    """What git tracks or would; nothing where `folder` is in no checkout, or itself ignored."""
    asked = (*_GIT, "--cached", "--others", "--exclude-standard")
    try:
        told = subprocess.run(asked, cwd=folder, env=environ, capture_output=True, check=False)
    except OSError:  # no git here
        return []
    names = dict.fromkeys(os.fsdecode(name) for name in told.stdout.split(b"\0") if name)
    return sorted(folder / name for name in names) if told.returncode == 0 else []


def _walk(folder: Path) -> Iterator[Path]:
    """Every file below, but for what tools keep and virtual environments."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False):
            yield Path(entry)
        elif entry.name not in _KEPT_BY_TOOLS and not Path(entry, "pyvenv.cfg").exists():
            yield from _walk(Path(entry))


def texts(listing: Listing) -> Iterable[tuple[Candidate, str]]:
    """Every file that has a text, with it."""
    for candidate in listing:
        text = listing.read(candidate)
        if text is not None:
            yield candidate, text
