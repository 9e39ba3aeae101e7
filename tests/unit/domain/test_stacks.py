"""Components and stacks as data."""

from datetime import UTC, datetime

import pytest

from lockwork.domain.errors import InvalidInput
from lockwork.domain.references import Reference
from lockwork.domain.stacks import (
    Component,
    ComponentType,
    Stack,
    check_composition,
    malformed_in_component,
    needs_of_component,
    needs_of_stack,
    plain_name,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _component(type_: ComponentType = ComponentType.EXPERIMENT_TRACKER, **fields: object) -> Component:
    told = {
        "id": "i",
        "name": "c",
        "type": type_,
        "flavor": "f",
        "workspace": "w",
        "version": 1,
        "owner": "o",
    }
    return Component(**told | {"created": NOW, "updated": NOW} | fields)  # type: ignore[arg-type]  # as a table


def test_types_are_read_with_dashes_or_underscores() -> None:
    """`artifact-store` and `artifact_store` are one type; another word lists them all."""
    assert ComponentType.parse("artifact-store") is ComponentType.parse("artifact_store")
    with pytest.raises(InvalidInput, match="'tracker' is not a component type") as failure:
        ComponentType.parse("tracker")
    assert "experiment-tracker" in (failure.value.hint or "")


@pytest.mark.parametrize("name", ["a", "prod.eu-1_x", "0", "x" * 128])
def test_names(name: str) -> None:
    """Components and stacks are called as secrets are, and dots are fine."""
    assert plain_name(name, "stack") == name


@pytest.mark.parametrize(
    "name", ["", ".a", "-a", "a b", "x" * 129, "ä", "a/b", "name", "4f4d9f4e-3b0e-4c62-8f0a-0d6f5d0f7c11"]
)
def test_names_that_cannot_be(name: str) -> None:
    """What a command or an id could be confused with is no name."""
    with pytest.raises(InvalidInput, match="is not a stack name"):
        plain_name(name, "stack")


def test_a_stack_needs_an_orchestrator_and_an_artifact_store() -> None:
    """The missing part is named with the option that gives it."""
    check_composition([ComponentType.ORCHESTRATOR, ComponentType.ARTIFACT_STORE, ComponentType.ALERTER])
    with pytest.raises(InvalidInput, match="a stack needs one artifact store") as failure:
        check_composition([ComponentType.ORCHESTRATOR])
    assert "--artifact-store" in (failure.value.hint or "")


def test_needs_name_their_places() -> None:
    """References in attributes, at any depth, in variables, and declared secrets are all needs."""
    component = _component(
        attributes={"uri": "x://{{a.u}}:{{a.p}}@h", "tags": {"owner": ["{{b.o}}", 3]}},
        environment={"DSN": "{{c.d.e}}"},
        secrets={"whole": "P_"},
    )
    needs = [(n.secret, n.key, n.where.path) for n in needs_of_component(component)]
    assert needs == [
        ("a", "u", "uri"),
        ("a", "p", "uri"),
        ("b", "o", "tags.owner[0]"),
        ("c", "d.e", "environment.DSN"),
        ("whole", None, "secrets"),
    ]
    assert {str(n.where) for n in needs_of_component(component)} >= {"experiment-tracker 'c', uri"}


def test_a_stack_needs_what_its_components_need() -> None:
    """Its own declared secrets come first, then each component's needs."""
    parts = {
        t: _component(t, attributes={"x": str(Reference("s", t.value))})
        for t in (ComponentType.ORCHESTRATOR, ComponentType.ARTIFACT_STORE)
    }
    stack = Stack(
        id="i", name="s", workspace="w", components=parts, secrets={"d": ""}, version=1, owner="o",
        created=NOW, updated=NOW,
    )  # fmt: skip
    assert [(n.secret, n.key) for n in needs_of_stack(stack)] == [
        ("d", None),
        ("s", "orchestrator"),
        ("s", "artifact_store"),
    ]
    assert stack.orchestrator is parts[ComponentType.ORCHESTRATOR]
    assert not stack.experiment_tracker
    assert stack.experiment_tracker.name is None


def test_what_looks_like_a_reference_and_is_none_is_told() -> None:
    """`{{db}}` is plain text, and worth a warning that does not refuse a run."""
    problems = malformed_in_component(_component(attributes={"uri": "{{db}}"}))
    assert [(p.problem, p.where.path, p.refuses) for p in problems] == [("malformed", "uri", False)]
