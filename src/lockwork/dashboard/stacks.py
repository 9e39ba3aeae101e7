"""Stacks: the list with what each lacks, one of them as a picture, and a check of all that it refers to."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from lockwork.dashboard import configured, mending, places, stack_changes, stack_secrets, stack_trust
from lockwork.dashboard.pages import Answer, Ask, Page, Shown
from lockwork.dashboard.rights import may_write
from lockwork.dashboard.stack_changes import SECTION, one
from lockwork.domain.checks import Need, Problem, Report, ValidationLevel
from lockwork.domain.secrets import SecretScope
from lockwork.domain.stacks import (
    REQUIRED_TYPES,
    Component,
    ComponentType,
    Stack,
    malformed_in_component,
    needs_of_stack,
)
from lockwork.service.stacks import DEFAULT

SIZE = 25
SORTS = {
    "name": "asc:name",
    "-name": "desc:name",
    "owner": "asc:owner",
    "updated": "asc:updated",
    "-updated": "desc:updated",
}
"""What may stand in an address → how the list is asked."""
LEVELS = (
    (ValidationLevel.SECRET_AND_KEY_EXISTS, "Secrets and their keys"),
    (ValidationLevel.SECRET_EXISTS, "Secrets alone"),
    (ValidationLevel.NONE, "Nothing"),
)


class Row(NamedTuple):
    """A stack in the list."""

    stack: Stack
    href: str
    lacking: int
    """What is to be mended before a run."""
    is_waiting: bool
    """Something in it is not accepted as others left it."""


class Part(NamedTuple):
    """A component in the picture of its stack."""

    component: Component
    href: str
    is_required: bool
    lacks: tuple[mending.Lack, ...]
    references: int


def listed(ask: Ask) -> Answer:
    """A page of stacks; all that they refer to is checked in one question."""
    sought, sort = ask.query.get("q", "").strip(), ask.query.get("sort", "name")
    stacks = ask.client.list_stacks(
        name=f"contains:{sought}" if sought else None,
        sort_by=SORTS.get(sort, SORTS["name"]),
        page=ask.number("page", 1),
        size=SIZE,
    )
    facts = {
        "stacks": stacks,
        "rows": _rows(ask, stacks.items),
        "sought": sought,
        "sort": sort,
        "may_write": may_write(ask),
    }
    return Shown("stacks/list.html", "Stacks", facts, "lockwork stack list", SECTION)


def _rows(ask: Ask, stacks: Iterable[Stack]) -> list[Row]:
    needs = list(dict.fromkeys(need for stack in stacks for need in needs_of_stack(stack)))
    report = ask.client.check_references(needs)
    by_holder: dict[tuple[str, str], list[Problem]] = {}
    for problem in report.problems:
        by_holder.setdefault((problem.where.kind, problem.where.name), []).append(problem)
    return [_row(ask, stack, by_holder) for stack in stacks]


def _row(ask: Ask, stack: Stack, by_holder: Mapping[tuple[str, str], list[Problem]]) -> Row:
    holders = [("stack", stack.name), *((c.type.dashed, c.name) for c in stack.components.values())]
    wrong = [problem for holder in holders for problem in by_holder.get(holder, ())]
    lacking = {mending.thing(p) for p in wrong if p.problem != "not_trusted"}
    return Row(
        stack, places.of_stack(ask, stack), len(lacking), any(p.problem == "not_trusted" for p in wrong)
    )


def detail(ask: Ask) -> Answer:
    """Its components by type, what it declares, and what it lacks, with the way out of each."""
    found = one(ask)
    needs = needs_of_stack(found)
    report = ask.client.check_references(needs, stack=found.name)
    check = mending.Check(report, may_write(ask), found.name)
    lacking = mending.lacks(ask, (*report.problems, *_malformed(found)), check)
    facts = {
        "stack": found,
        "place": places.of_stack(ask, found),
        "parts": [_part(ask, part, needs, lacking) for part in found.components.values()],
        "open_types": [type_ for type_ in ComponentType if type_ not in found.components],
        "secrets": configured.whole_secrets(ask, found.secrets, report, lacking),
        "lacking": lacking,
        "checked": report.checked,
        "notes": report.notes,
        "can_be_filled": mending.can_be_filled(report),
        "may_write": check.may_write,
        "may_go": found.name != DEFAULT,
    }
    return Shown("stacks/detail.html", found.name, facts, f"lockwork stack describe {found.name}", SECTION)


def _part(ask: Ask, component: Component, needs: Iterable[Need], lacking: Iterable[mending.Lack]) -> Part:
    own = (component.type.dashed, component.name)
    return Part(
        component,
        places.of_component(ask, component),
        component.type in REQUIRED_TYPES,
        tuple(lack for lack in lacking if lack.is_at(*own)),
        sum((need.where.kind, need.where.name) == own for need in needs),
    )


def validate(ask: Ask) -> Answer:
    """What a run would be refused for, at the level and in the scope that are chosen; reads no value."""
    found = one(ask)
    level = ValidationLevel.parse(ask.query.get("level", ValidationLevel.SECRET_AND_KEY_EXISTS))
    scope = SecretScope.parse(ask.query["scope"]) if ask.query.get("scope") else None
    needs = needs_of_stack(found)
    report = ask.client.check_references(needs, level=level, scope=scope, stack=found.name)
    if level is not ValidationLevel.NONE:
        report = replace(report, problems=(*report.problems, *_malformed(found)))
    facts = {
        "stack": found,
        "place": places.of_stack(ask, found),
        "report": report,
        "lacking": mending.lacks(ask, report.problems, mending.Check(report, may_write(ask), found.name)),
        "resolved": _resolved(ask, needs, report),
        "level": level,
        "levels": LEVELS,
        "scope": scope,
        "can_be_filled": mending.can_be_filled(report),
    }
    words = f"lockwork stack validate {found.name} --level {level}" + (f" --scope {scope}" if scope else "")
    return Shown("stacks/validate.html", f"Validate {found.name}", facts, words, SECTION)


def _resolved(ask: Ask, needs: Iterable[Need], report: Report) -> dict[str, tuple[str, str]]:
    """Reference → what it stands for, and the page of that."""
    found = {each.name: each for each in report.found}
    wrong = {problem.reference for problem in report.problems}
    return {
        need.reference: (str(found[need.secret]), ask.at("secrets", found[need.secret].id))
        for need in needs
        if need.secret in found and need.reference not in wrong
    }


def _malformed(stack: Stack) -> list[Problem]:
    return [problem for part in stack.components.values() for problem in malformed_in_component(part)]


PAGES = (
    Page("GET", "/w/{workspace}/stacks", listed),
    Page("GET", "/w/{workspace}/stacks/{stack}", detail),
    Page("GET", "/w/{workspace}/stacks/{stack}/validate", validate),
    *stack_changes.PAGES,
    *stack_secrets.PAGES,
    *stack_trust.PAGES,
)
