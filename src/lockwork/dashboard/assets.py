"""Style sheet and scripts: read once, named by what is in them, so that browsers may keep them for ever."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from lockwork.crypto.digests import sha256
from lockwork.domain.errors import NotFound

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Asset(NamedTuple):
    """A file that is no secret: the same for everyone."""

    body: bytes
    media_type: str


@cache
def _all() -> dict[str, Asset]:
    return {
        path.name: Asset(path.read_bytes(), _TYPES[path.suffix])
        for path in sorted(_FOLDER.iterdir())
        if path.suffix in _TYPES
    }


@cache
def edition() -> str:
    """What changes whenever one of them does: scripts import each other, so they are named together."""
    return sha256(b"".join(asset.body for asset in _all().values())).hex()[:16]


def address_of(name: str) -> str:
    """Where a file is found."""
    return f"/static/{edition()}/{name}"


def asset(name: str) -> Asset:
    """The file of that name."""
    found = _all().get(name)
    if found is None:
        raise NotFound("file", name)
    return found
