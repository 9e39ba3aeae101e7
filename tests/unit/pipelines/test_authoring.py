"""Steps and pipelines as they are written: what becomes of calls, and how bad use is told."""

from __future__ import annotations

from collections import OrderedDict
from typing import Annotated, Any, NamedTuple

import pytest

from lockwork import pipeline, step
from lockwork.domain.errors import InvalidInput
from lockwork.domain.runs import Source
from lockwork.pipelines.authoring import Pipeline, Step
from lockwork.pipelines.graph import Graph


@step
def load() -> list[int]:
    return [1, 2]


@step
def add(data: list[int], by: int = 1) -> int:
    return sum(data) + by


@step
def split(data: list[int]) -> tuple[Annotated[list[int], "train"], Annotated[list[int], "test"]]:
    return data[:1], data[1:]


@step
def quiet() -> None:
    pass


def graph_of(body: Any) -> Graph:
    return pipeline(body).graph()


def refused(body: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        pipeline(body).graph()
    return caught.value


def test_outside_a_pipeline_a_step_is_its_function():
    """A step that is called outside a pipeline runs its function and gives back what that gives back."""
    assert add([1, 2], by=4) == 7
    assert add.entrypoint([1], 1) == 2


def test_passing_an_output_wires_steps():
    """A passed output becomes an input of the node; other arguments stay with the code that wrote them."""

    def wired() -> None:
        add(load(), by=3)

    made = graph_of(wired)
    assert [s.name for s in made.pipeline.steps] == ["load", "add"]
    assert made.pipeline.step("add").inputs == {"data": Source(step="load", output="output")}
    assert made.calls["add"].arguments == {"data": None, "by": 3}
    assert made.pipeline.step("load").outputs == ("output",)


def test_a_step_used_twice_is_numbered():
    """Each further use of a step in one pipeline is a node of its own, name_2, name_3."""

    def thrice() -> None:
        load()
        add(load())
        load()

    assert [s.name for s in graph_of(thrice).pipeline.steps] == ["load", "load_2", "add", "load_3"]


def test_several_outputs_are_named_and_unpacked():
    """A tuple in the return annotation, text annotations too, gives an output for each part."""

    def unpacked() -> None:
        train, test = split(load())
        add(train)
        add(test)
        add(split(load())["test"])

    made = graph_of(unpacked).pipeline
    assert made.step("split").outputs == ("train", "test")
    assert made.step("add").inputs["data"] == Source(step="split", output="train")
    assert made.step("add_2").inputs["data"] == Source(step="split", output="test")
    assert made.step("add_3").inputs["data"] == Source(step="split_2", output="test")


def test_outputs_without_names_are_counted():
    """Parts of a tuple without a name of their own are output_1, output_2; an annotated one has its name."""

    @step
    def pair() -> tuple[int, int]:
        return 1, 2

    @step
    def score() -> Annotated[float, "r2"]:
        return 0.5

    @step
    def many() -> tuple[int, ...]:
        return 1, 2, 3

    assert pair.outputs == ("output_1", "output_2")
    assert score.outputs == ("r2",)
    assert many.outputs == ("output",)
    assert quiet.outputs == ()


@step(after="load")
def late() -> None: ...


def test_after_may_stand_in_the_decorator():
    """A step that always waits says so where it is written; None, as wrappers pass it, adds nothing."""

    @pipeline
    def made() -> None:
        load()
        late(after=None)

    assert made.graph().pipeline.step("late").after == ("load",)


def test_a_step_class_of_ones_own_stays_itself_under_options():
    """Who builds on `Step` and `Pipeline` gets that class back from `of` and from `with_options`."""

    class OwnStep(Step[..., object]): ...

    class OwnPipeline(Pipeline[...]): ...

    def body() -> None: ...

    assert type(OwnStep.of(body, name="mine").with_options(after="x")) is OwnStep
    assert type(OwnPipeline.of(body, name="mine").with_options(stack="prod")) is OwnPipeline


def test_after_makes_a_step_wait():
    """`after` names steps to wait for, by output or name, in options or in the call."""

    def waiting() -> None:
        done = load()
        quiet.with_options(after=done)()
        quiet(after=["load"])

    made = graph_of(waiting).pipeline
    assert made.step("quiet").after == ("load",)
    assert made.step("quiet_2").after == ("load",)


def test_options_are_laid_over_each_other():
    """with_options gives a copy whose options win one by one; the original stays as it was."""

    @step(
        name="fit",
        experiment_tracker="mlflow",
        secrets=["openai"],
        environment={"A": "{{db.a}}"},
        settings={"experiment_tracker.mlflow": {"experiment_name": "x", "nested": True}},
    )
    def train() -> None:
        pass

    changed = train.with_options(
        environment={"B": "b"},
        secrets={"wandb": "WANDB_"},
        settings={"experiment_tracker.mlflow": {"nested": False}},
    )
    assert train.options.environment == {"A": "{{db.a}}"}
    assert changed.options.environment == {"A": "{{db.a}}", "B": "b"}
    assert changed.options.secrets == {"openai": "", "wandb": "WANDB_"}
    assert changed.options.settings == {
        "experiment_tracker.mlflow": {"experiment_name": "x", "nested": False}
    }
    assert (changed.name, changed.experiment_tracker) == ("fit", "mlflow")


def test_a_pipeline_carries_its_options_into_the_graph():
    """What a pipeline declares is in its data, beside the steps."""

    @pipeline(secrets={"wandb": "WANDB_"}, environment={"A": "1"})
    def whole(by: int) -> None:
        add(load(), by=by)

    made = whole.graph(5)
    assert made.pipeline.secrets == {"wandb": "WANDB_"}
    assert made.pipeline.environment == {"A": "1"}
    assert made.calls["add"].arguments == {"data": None, "by": 5}


@pytest.mark.parametrize(
    "use",
    [
        bool,
        len,
        list,
        str,
        float,
        lambda x: x + 1,
        lambda x: x == 1,
        lambda x: x < 1,
        lambda x: x[0],
        lambda x: x.mean(),
        lambda x: f"{x}",
        lambda x: 1 in x,
        lambda x: x(),
    ],
)
def test_an_output_cannot_be_used_as_a_value(use: Any):
    """Whatever would treat a placeholder as the value is refused, naming the step and the way out."""

    def misused() -> None:
        use(load())

    failure = refused(misused)
    assert "step 'load'" in str(failure)
    assert "pass it to another step" in str(failure.hint)


@step
def compare(*models: Any, **named: Any) -> None:
    """Takes whatever there is."""


def test_outputs_inside_arguments_wire_steps():
    """At any depth of lists, tuples and dicts, also among `*args` and `**kwargs`, each place is an input."""
    plain = {"seed": [1, 2]}

    def nested() -> None:
        train, test = split(load())
        compare([train, {"test": (1, test)}], plain, best={("a", 1): load(), "b": train})

    made = graph_of(nested)
    train, test = Source(step="split", output="train"), Source(step="split", output="test")
    assert made.pipeline.step("compare").inputs == {
        "models[0][0]": train,
        "models[0][1]['test'][1]": test,
        "named['best'][#0]": Source(step="load_2"),
        "named['best']['b']": train,
    }
    assert made.pipeline.step("compare").needs_before == {"split", "load_2"}
    arguments = made.calls["compare"].arguments
    assert arguments["models"] == ([None, {"test": (1, None)}], plain)
    assert arguments["named"] == {"best": {("a", 1): None, "b": None}}


def test_arguments_without_outputs_are_passed_on_themselves():
    """A step that runs here gets the very object that the pipeline passed, however it is nested."""
    settings = [{"seed": 1}]

    def passing() -> None:
        add(settings, by=load())

    assert graph_of(passing).calls["add"].arguments["data"] is settings


class Pair(NamedTuple):
    one: Any


@pytest.mark.parametrize(
    ("put", "told"),
    [
        (lambda one: {one}, "cannot be passed inside a set"),
        (lambda one: {one: 1}, "cannot be passed inside a dict's keys"),
        (lambda one: [Pair(one)], "cannot be passed inside a Pair"),
        (lambda one: OrderedDict(a=one), "cannot be passed inside a OrderedDict"),
        (lambda one: [split(one)], "gives back 2 outputs"),
        (lambda one: itself(), "nested at most 64 deep"),
    ],
)
def test_an_output_where_no_value_could_come_is_refused(put: Any, told: str):
    """A placeholder would reach the step as it is: it is refused, naming step and parameter."""

    def nested() -> None:
        add(put(load()))

    failure = str(refused(nested))
    assert "step 'add', data: " in failure
    assert told in failure


def itself() -> list[Any]:
    """A list that holds itself."""
    endless: list[Any] = []
    endless.append(endless)
    return endless


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (lambda: add(), "step 'add': missing a required argument: 'data'"),
        (lambda: add(load(), nope=1), "step 'add': got an unexpected keyword argument 'nope'"),
        (lambda: add(quiet()), "step 'add', data: step 'quiet' gives back nothing"),
        (lambda: add(split(load())), "step 'add', data: step 'split' gives back 2 outputs"),
        (lambda: quiet(after="missing"), "step 'quiet': no step 'missing' comes before it"),
        (lambda: None, "has no steps"),
    ],
)
def test_bad_calls_name_the_step_and_parameter(body: Any, told: str):
    """A call that cannot work is refused while the pipeline is put together, in words that name it."""

    def bad() -> None:
        body()

    assert told in str(refused(bad))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"secrets": "openai"}, "secrets= is a list of names"),
        ({"secrets": ["no.dots"]}, "'no.dots' is not a secret name"),
        ({"secrets": {"db": "1X"}}, "has a prefix that no variable can begin with"),
        ({"environment": {"A": 1}}, "the value of 'environment A' is int, not text"),
        ({"environment": {"A-B": "x"}}, "cannot set a variable called 'A-B'"),
        ({"settings": {"mlflow": {}}}, "'<type>.<flavor>'"),
        ({"settings": {"experiment-tracker.mlflow": {}}}, "types are written with underscores"),
        ({"settings": {"nothing.mlflow": {}}}, "'nothing' is not a component type"),
        ({"settings": {"alerter.slack": {"a": object()}}}, "'settings alerter.slack' holds object"),
    ],
)
def test_bad_options_are_refused_where_they_are_written(options: dict[str, Any], told: str):
    """A wrong option is refused by the decorator, naming the step and the option."""
    with pytest.raises(InvalidInput, match="train") as caught:

        @step(**options)
        def train() -> None:
            pass

    assert told in str(caught.value)


def test_only_plain_functions_become_steps():
    """Classes, coroutines, generators and what is decorated already are refused."""

    async def coroutine() -> None:
        pass

    def generator() -> Any:
        yield

    for wrong in (int, coroutine, generator, load, 3):
        with pytest.raises(InvalidInput):
            step(wrong)  # type: ignore[call-overload]  # that is the point


def test_a_lambda_needs_a_name():
    """A step without a usable name is refused where it is used."""

    def unnamed() -> None:
        step(lambda: 1)()

    assert "is not a step name" in str(refused(unnamed))
    assert step(name="one")(lambda: 1).name == "one"


def test_a_pipeline_in_a_pipeline_is_refused():
    """A pipeline contains no other; its function can be called to have its steps."""

    @pipeline
    def inner() -> None:
        load()

    def outer() -> None:
        inner()

    def through() -> None:
        inner.entrypoint()

    assert "does not contain another" in str(refused(outer))
    assert [s.name for s in graph_of(through).pipeline.steps] == ["load"]


def test_an_unreadable_annotation_of_one_output_is_let_be():
    """Annotations that only type checkers can read are fine, unless they hide how many outputs there are."""

    @step
    def fine() -> Elsewhere:  # type: ignore[name-defined]  # noqa: F821 - as under TYPE_CHECKING
        return 1

    assert fine.outputs == ("output",)
    with pytest.raises(InvalidInput, match="return annotation"):

        @step
        def hidden() -> tuple[Elsewhere, int]:  # type: ignore[name-defined]  # noqa: F821 - as above
            return 1, 2


def test_recording_ends_with_the_pipeline_s_body():
    """After a body that failed, steps are functions again."""

    def broken() -> None:
        load()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        graph_of(broken)
    assert load() == [1, 2]
