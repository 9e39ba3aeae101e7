"""Flavor `note`: an alerter that appends each alert to a file, with a signature that is a secret."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lockwork.domain.errors import ProviderFailed
from lockwork.domain.stacks import Attribute, ComponentType, Flavor
from lockwork.flavors.contract import Provider


class NoteAlerter:
    """Attributes arrive with their references filled; nothing of them belongs into a failure."""

    def __init__(self, attributes: Mapping[str, Any], folder: Path) -> None:
        self._path = Path(attributes.get("path") or folder / "alerts.txt")
        self._signature = attributes.get("signature", "")

    def send(self, text: str) -> None:
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{text} {self._signature}\n")
        except OSError as error:
            raise ProviderFailed(f"{self._path} cannot be written: {error.strerror}") from None


PROVIDER = Provider(
    flavor=Flavor(
        name="note",
        type=ComponentType.ALERTER,
        help="appends alerts to a file",
        attributes=(
            Attribute(name="path", help="the file; without it, alerts.txt beside the artifacts"),
            Attribute(name="signature", help="what each line ends with", sensitive=True),
        ),
    ),
    act=NoteAlerter,
)
