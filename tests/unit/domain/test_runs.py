"""Graphs of steps: in which order they can run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockwork.domain.errors import InvalidInput
from lockwork.domain.runs import Pipeline, Source, Step, in_order, needs_of_pipeline, ready


@st.composite
def graphs(draw: st.DrawFn) -> list[Step]:
    """Steps that need earlier ones, in any order of writing."""
    count = draw(st.integers(1, 8))
    steps = []
    for n in range(count):
        before = draw(st.lists(st.integers(0, max(n - 1, 0)), max_size=3)) if n else []
        inputs = {f"p{b}": Source(step=f"s{b}") for b in before[:1]}
        steps.append(Step(name=f"s{n}", inputs=inputs, after=tuple(f"s{b}" for b in before[1:])))
    return draw(st.permutations(steps))


@given(graphs())
def test_each_step_comes_after_all_that_it_needs(steps: list[Step]):
    """Every step is there once, after what it needs; of two that could come next, the first written."""
    ordered = in_order(steps)
    assert sorted(s.name for s in ordered) == sorted(s.name for s in steps)
    done: set[str] = set()
    for step in ordered:
        assert step.needs_before <= done
        assert step == ready(steps, frozenset(done))[0]
        done.add(step.name)


@pytest.mark.parametrize(
    "steps",
    [
        [Step(name="a", after=("a",))],
        [Step(name="a", after=("b",)), Step(name="b", after=("a",)), Step(name="c")],
        [Step(name="a", after=("gone",))],
    ],
)
def test_a_circle_is_refused(steps: list[Step]):
    """Steps that wait for each other, or for none that is there, are named."""
    with pytest.raises(InvalidInput, match="'a'"):
        in_order(steps)


def test_needs_are_found_in_every_place_that_may_hold_references():
    """Settings, environment and whole secrets, of the pipeline and of each step, with their places."""
    step = Step(
        name="s",
        settings={"alerter.slack": {"list": ["x", "{{a.k}}"]}},
        environment={"E": "{{b.k}}"},
        secrets={"whole": "P_"},
    )
    whole = Pipeline(name="p", steps=(step,), settings={"alerter.slack": {"x": "{{c.k}}"}}, secrets={"w": ""})
    assert [(n.reference, str(n.where)) for n in needs_of_pipeline(whole)] == [
        ("{{c.k}}", "pipeline 'p', settings['alerter.slack'].x"),
        ("w", "pipeline 'p', secrets"),
        ("{{a.k}}", "step 's', settings['alerter.slack'].list[1]"),
        ("{{b.k}}", "step 's', environment.E"),
        ("whole", "step 's', secrets"),
    ]
