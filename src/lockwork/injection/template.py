"""A text with references, filled: everything else in it stays byte for byte."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from lockwork.client.api import Client
from lockwork.domain import reports
from lockwork.domain.checks import Found, Need, Problem, Report, Where, malformed_in
from lockwork.domain.errors import ValidationFailed
from lockwork.domain.references import references_in
from lockwork.domain.secrets import SecretScope
from lockwork.injection import fetching


class Template(NamedTuple):
    """What is to be filled, and what it is called."""

    name: str
    text: str

    def __str__(self) -> str:
        return f"template {self.name!r}"

    def where(self, line: int) -> Where:
        return Where(kind="template", name=self.name, path=f"line {line}")


def checked(client: Client, template: Template, scope: SecretScope | None = None) -> Report:
    """What its references mean. Everything that is missing is told together, before a value is read."""
    report = fetching.check(client, list(_needs(template)), scope)
    if report.ok:
        return report
    problems = tuple(sorted(report.problems, key=lambda one: (_line(one.where), one.reference)))
    report = msgspec.structs.replace(report, problems=problems)
    text = reports.refusal(str(template), report, cannot="cannot be filled", so_far="nothing was written")
    raise ValidationFailed(text, report)


def filled(client: Client, template: Template, found: tuple[Found, ...]) -> str:
    """The text with every reference replaced by its value, in one pass."""
    return fetching.fetch(client, found, [template.text]).fill(template.text)


def suspects(template: Template) -> Iterator[Problem]:
    """What looks like a reference and is none, in the order of the lines."""
    after = 0
    for one in malformed_in("template", template.name, template.text):
        after = template.text.index(one.reference, after)
        line = template.text.count("\n", 0, after) + 1
        yield msgspec.structs.replace(one, where=template.where(line))
        after += len(one.reference)


def _needs(template: Template) -> Iterator[Need]:
    """Each reference once a line: no reference goes over the end of one."""
    for number, line in enumerate(template.text.split("\n"), start=1):
        for reference in references_in(line):
            yield Need(secret=reference.secret, key=reference.key, where=template.where(number))


def _line(where: Where) -> int:
    return int(where.path.removeprefix("line "))
