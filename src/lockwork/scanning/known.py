"""Values that the store holds, looked for as they are and in every form that masking knows.

They are read in few requests, recorded like every reading, and kept here alone.
"""

import re
from collections.abc import Iterable, Iterator

from lockwork.capture.forms import forms_of
from lockwork.capture.scrubber import Known as Patterns
from lockwork.client.api import Client
from lockwork.domain.plaintext import is_named_like_one
from lockwork.domain.references import Reference
from lockwork.domain.secrets import RevealedSecret
from lockwork.messages.secrets import Wanted

KIND = "a value of the store"
SHORTEST = 8
_PAGE = 1000
_ARMOUR = re.compile(rb"\s*-----(?:BEGIN|END)[A-Z0-9 %+]*-----\s*")
"""A line that every key and certificate has, also as a URL quotes it: it tells of none."""


class Known:
    """Values by the references that stand for them. `passed_by` counts those that are found everywhere."""

    def __init__(self, secrets: Iterable[RevealedSecret] = ()) -> None:
        self.passed_by = 0
        self._owners: dict[bytes, Reference] = {}
        self._patterns = Patterns()
        for secret in secrets:
            for key, value in secret.values.items():
                self._learn(Reference(secret.info.name, key), value.reveal())
        self._patterns.add(self._owners)

    def _learn(self, reference: Reference, value: str) -> None:
        if len(value) < SHORTEST or not _is_telling(reference.key, value):
            self.passed_by += bool(value)
            return
        for form in forms_of([value]):
            if len(form) >= SHORTEST and not _ARMOUR.fullmatch(form):
                self._owners.setdefault(form, reference)

    def reference_in(self, text: str) -> Reference | None:
        """What stands for the first value in this text; None where it holds none."""
        return next((reference for _, reference in self.lines_in(text)), None)

    def lines_in(self, text: str) -> Iterator[tuple[int, Reference]]:
        """Each line, from 1, where a value begins, with the reference that stands for it."""
        if not self._owners:
            return
        raw = text.encode("utf-8", "surrogatepass")
        for start, end in self._patterns.coverings(raw):
            yield raw.count(b"\n", 0, start) + 1, self._owner(raw[start:end])

    def _owner(self, covered: bytes) -> Reference:
        """Whose value it is. What is covered may be several that touch, or a piece of a long one."""
        exact = self._owners.get(covered)
        if exact is not None:
            return exact
        return next(owner for form, owner in self._owners.items() if form in covered or covered in form)


def known_to(client: Client) -> Known:
    """All values that the caller may read in this workspace: the user's own secrets and the workspace's.

    Of two secrets of one name the user's own stands first, as for every reference.
    """
    secrets: list[RevealedSecret] = []
    number = 1
    while True:
        page = client.list_secrets(page=number, size=_PAGE)
        wanted = [Wanted(id=info.id, version=info.version) for info in page]
        secrets += client.reveal_secrets(wanted) if wanted else ()
        if number >= page.pages:
            return Known(sorted(secrets, key=lambda secret: (secret.info.scope, secret.info.name)))
        number += 1


def _is_telling(key: str, value: str) -> bool:
    """Not a word such as `postgres` or `production`, nor a number, under a key that is no credential's."""
    return is_named_like_one(key) or not (value.isalpha() or value.isdigit())
