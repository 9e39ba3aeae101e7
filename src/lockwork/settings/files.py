"""Files of settings: replaced in one step, held against other writers, and their TOML. Knows no setting."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from lockwork.domain import ways_out
from lockwork.domain.errors import InvalidInput

_LARGEST = 64 * 1024
_BARE = re.compile("[A-Za-z0-9_-]+")


class alone:  # noqa: N801 - reads as the phrase it is: `with alone(folder)`
    """Hold the folder against other writers of its files: two commands at once lose neither's change."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        import fcntl  # lazy: reading needs none

        self._descriptor = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def replaced(path: Path, text: str) -> None:
    """In one step, readable by its owner only, and on the disk before this returns."""
    fresh = path.with_name(f".{path.name}.{os.urandom(8).hex()}.new")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()


# --- TOML: what we write is this simple, what people write is read in full ---------------------------------


def as_toml(table: Mapping[str, Any], above: str = "") -> str:
    """What `read_table` reads again; `above` is what a table within it is within."""
    texts = {key: value for key, value in table.items() if isinstance(value, str)}
    tables = {key: value for key, value in table.items() if isinstance(value, dict) and value}
    lines = [f"{_key(key)} = {_quoted(value)}\n" for key, value in texts.items()]
    named = {f"{above}{_key(key)}": value for key, value in tables.items()}
    return "".join(lines) + "".join(f"\n[{key}]\n{as_toml(value, f'{key}.')}" for key, value in named.items())


def _key(text: str) -> str:
    """Bare where it can be: our names are, and theirs may be anything."""
    return text if _BARE.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    """A basic string."""
    import json  # lazy: only writing needs it

    # TOML takes JSON's escapes, but for surrogates, and wants one more.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def read_table(path: Path) -> dict[str, Any]:
    """The table in a file; empty where there is none. A failure quotes none of it."""
    content = _content(path)
    if content is None:
        return {}
    import tomllib  # lazy: most commands meet no such file

    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        place = str(error).rpartition("(")[2].rstrip(")")
        problem = InvalidInput(f"{path} is not TOML ({place})")
    except RecursionError:
        problem = InvalidInput(f"{path} is nested too deeply")
    raise problem  # outside the handler: the parser's own failure quotes the file


def _content(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {ways_out.reason(error)}") from None
    if len(content) > _LARGEST:
        raise InvalidInput(f"{path} is larger than {_LARGEST:,} bytes")
    with suppress(UnicodeDecodeError):
        return content.decode().replace("\r\n", "\n")
    raise InvalidInput(f"{path} is not UTF-8")
