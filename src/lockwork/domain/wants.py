"""The values that a stack refers to: what wants each, which are there, and what is still missing.

A secret for which a value is still missing is kept back whole; each other one is stored in one write.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lockwork.domain.checks import Need, Report, Where
from lockwork.domain.references import Reference
from lockwork.domain.secrets import SecretKey, SecretName, checked_value

PREFIX = "LOCKWORK_SECRET_"

Values = Mapping[str, Mapping[str, str]]
"""Secret → key → text."""


class Want(NamedTuple):
    """A value that a stack refers to; without a key, a secret that is declared as a whole."""

    secret: str
    key: str | None
    where: tuple[Where, ...]
    is_there: bool

    def __str__(self) -> str:
        return self.secret if self.key is None else str(Reference(self.secret, self.key))

    @property
    def variable(self) -> str:
        """What the environment calls it; of a whole secret, how the variables of its keys begin."""
        return variable(self.secret, self.key or "")

    @property
    def wanted_by(self) -> str:
        first, *others = (str(where) for where in self.where)
        return first + (f" and {len(others)} more" if others else "")

    def is_met(self, values: Values) -> bool:
        """Whether nothing is missing once `values` are stored."""
        given = values.get(self.secret, {})
        return self.is_there or (bool(given) if self.key is None else self.key in given)


def variable(secret: str, key: str) -> str:
    """LOCKWORK_SECRET_<NAME>__<KEY>, in capitals, with `_` for `-` and `.`."""
    return PREFIX + f"{secret}__{key}".upper().replace("-", "_").replace(".", "_")


def wants(needs: Iterable[Need], report: Report) -> list[Want]:
    """What is needed, once each, in order; a declared secret that is there wants nothing."""
    lacking = {(p.secret, p.key) for p in report.problems if p.problem in ("no_secret", "no_key")}
    where: dict[tuple[str, str | None], list[Where]] = {}
    for need in needs:
        where.setdefault((need.secret, need.key), []).append(need.where)
    return [
        Want(secret, key, tuple(places), is_there=(secret, key) not in lacking)
        for (secret, key), places in where.items()
        if key is not None or (secret, key) in lacking
    ]


def still_missing(wanted: Iterable[Want], values: Values) -> list[Want]:
    """What is neither there nor given."""
    return [want for want in wanted if not want.is_met(values)]


def check_storable(values: Values) -> None:
    """Refuse what cannot be stored before anything is."""
    for secret, group in values.items():
        SecretName.parse(secret)
        for key, text in group.items():
            checked_value(SecretKey.parse(key), text)
