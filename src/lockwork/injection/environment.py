"""The environment of a command: what it takes of secrets, what stands against that, and what comes of it.

The rules are those of a step's environment: whole secrets first, in the order given, then variables by name,
the later winning. What decides what runs, or whom it trusts, is set by name alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from lockwork.client.api import Client
from lockwork.domain import reports
from lockwork.domain.checks import Found, Need, Problem, Report, Where, malformed_in
from lockwork.domain.environment import (
    MAX_VARIABLE_BYTES,
    check_prefix,
    is_protected,
    is_too_long,
    is_variable,
)
from lockwork.domain.errors import InvalidInput, ValidationFailed
from lockwork.domain.plans import Fault, variable_for
from lockwork.domain.references import Reference, find
from lockwork.domain.secrets import SecretScope
from lockwork.domain.values import Values
from lockwork.injection import fetching


class Wish(NamedTuple):
    """What the command line asks for."""

    command: str
    """What the program is called."""
    secrets: Mapping[str, str]
    """Secret → prefix: all of its keys become variables."""
    variables: Mapping[str, str]
    """Variable → text with references."""

    def __str__(self) -> str:
        return f"command {self.command!r}"

    def where(self, path: str) -> Where:
        return Where(kind="command", name=self.command, path=path)


def checked(client: Client, wish: Wish, scope: SecretScope | None = None) -> Report:
    """What the wish stands for. Everything that is wrong with it is told together, before a value is read."""
    for secret, prefix in wish.secrets.items():
        check_prefix(prefix, f"--secret {secret}")
    report = fetching.check(client, list(_needs(wish)), scope)
    faults = list(_faults(wish, _keys(report.found)))
    if report.ok and not faults:
        return report
    text = reports.refusal(str(wish), report, faults)
    raise ValidationFailed(text, report)


def filled(client: Client, wish: Wish, found: tuple[Found, ...]) -> tuple[dict[str, str], Values]:
    """The variables, and the values that are in them."""
    values = fetching.fetch(client, found, [wish.variables], wish.secrets)
    variables: dict[str, str] = {}
    for secret, prefix in wish.secrets.items():
        variables |= {prefix + key: text for key, text in values.whole(secret).items()}
    variables |= values.fill(wish.variables)
    if too_long := [name for name, text in variables.items() if is_too_long(name, text)]:
        raise InvalidInput(
            f"{', '.join(too_long)} would be over {MAX_VARIABLE_BYTES:,} bytes long, too long for a variable",
            hint="give it in a file: lockwork inject TEMPLATE -f FILE",
        )
    return variables, values


def overridden(wish: Wish, found: tuple[Found, ...]) -> Iterator[str]:
    """Two secrets with one key: which of them wins."""
    keys = _keys(found)
    winners: dict[str, str] = {}
    for secret, prefix in wish.secrets.items():
        for variable in (prefix + key for key in keys[secret]):
            if variable in winners and variable not in wish.variables:
                yield f"the secrets {winners[variable]!r} and {secret!r} both set {variable}; {secret!r} wins"
            winners[variable] = secret


def suspects(wish: Wish) -> list[Problem]:
    """What looks like a reference and is none."""
    found = malformed_in("command", wish.command, dict(wish.variables))
    return [replace(one, where=wish.where(f"--env {one.where.path}")) for one in found]


def _needs(wish: Wish) -> Iterator[Need]:
    for secret in wish.secrets:
        yield Need(secret=secret, key=None, where=wish.where("--secret"))
    for one in find(dict(wish.variables)):
        at = wish.where(f"--env {one.path}")
        yield Need(secret=one.reference.secret, key=one.reference.key, where=at)


def _keys(found: tuple[Found, ...]) -> dict[str, tuple[str, ...]]:
    return {one.name: one.keys for one in found}


def _faults(wish: Wish, keys: Mapping[str, tuple[str, ...]]) -> Iterator[Fault]:
    for secret, prefix in wish.secrets.items():
        variables = {key: prefix + key for key in keys.get(secret, ())}
        if wrong := list(_wrong(variables.values())):
            option = f"--secret {secret}={prefix}" if prefix else f"--secret {secret}"
            text = f"--secret takes {secret!r} whole, and {', and '.join(wrong)}"
            yield Fault(text, f"in place of {option}: {_by_name(wish, secret, variables)}")


def _wrong(variables: Iterable[str]) -> Iterator[str]:
    for variable in variables:
        if not is_variable(variable):
            yield f"{variable!r} is not a variable's name"
        elif is_protected(variable):
            yield f"{variable!r} is never set from a whole secret"


def _by_name(wish: Wish, secret: str, variables: Mapping[str, str]) -> str:
    """The options that set the same one by one: complete, so that they can stand for the whole secret."""
    named: dict[str, Reference] = {}
    for key, variable in variables.items():
        if variable not in wish.variables:  # else that wins, here as there
            name = base = variable if is_variable(variable) else variable_for(secret, key)
            count = 1
            while name in named or (name != variable and name in wish.variables):
                count += 1
                name = f"{base}_{count}"
            named[name] = Reference(secret, key)
    return " ".join(f"--env {name}='{reference}'" for name, reference in named.items())
