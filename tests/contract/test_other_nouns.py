"""Components, stacks, runs, root keys and the trail: each question of each noun, over every way in."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lockwork.client.api import Client
from lockwork.database.audit import FIELDS as AUDIT_FIELDS
from lockwork.database.runs import FIELDS as RUN_FIELDS
from lockwork.domain.access import Role
from lockwork.domain.errors import InvalidInput, NotFound, Refused, StillReferenced
from lockwork.domain.keys import KeyState
from lockwork.domain.runs import LogPart, OutputRecord, Pipeline, Run, RunStatus, Source, Step
from lockwork.messages import Listing
from lockwork.messages.access import PutMember
from lockwork.messages.runs import AppendLog, FinishRun, FinishStep, StartRun, StartStep
from lockwork.messages.secrets import RevealSecret

BASE = {"orchestrator": "default", "artifact-store": "default"}
W = "default"


def tracker(client: Client, name: str = "mlflow", **attributes: str) -> Any:
    given = {"tracking_uri": "http://{{db.user}}@h", **attributes}
    return client.register_component(name, "mlflow", "experiment-tracker", given, secrets={"db": "DB_"})


@pytest.fixture
def tracked(client: Client) -> Client:
    """A secret that a component and a stack refer to."""
    client.create_secret("db", {"user": "u", "password": "p", "spare": "s"})
    tracker(client)
    client.create_stack("tracked", {**BASE, "experiment-tracker": "mlflow"}, secrets=["db"])
    return client


# ---- components and stacks ----


def test_components_and_stacks_are_kept(tracked: Client) -> None:
    """Registered, told by name and id, listed, changed, copied; a taken name and a held one are refused."""
    component = tracked.get_component("experiment-tracker", "mlflow")
    assert tracked.get_component("experiment-tracker", component.id) == component
    assert component.attributes["tracking_uri"] == "http://{{db.user}}@h"
    with pytest.raises(Refused):
        tracker(tracked)
    tracked.copy_component("experiment-tracker", "mlflow", "other")
    assert [c.name for c in tracked.list_components("experiment-tracker")] == ["mlflow", "other"]
    changed = tracked.update_component("experiment-tracker", "other", attributes={"tracking_uri": "http://x"})
    assert (changed.version, changed.attributes["tracking_uri"]) == (2, "http://x")
    stack = tracked.get_stack("tracked")
    assert {part.name for part in stack.components.values()} == {"default", "mlflow"}
    tracked.copy_stack("tracked", "copy")
    assert [s.name for s in tracked.list_stacks(sort_by="desc:name")] == ["tracked", "default", "copy"]
    with pytest.raises(Refused):
        tracked.delete_component("experiment-tracker", "mlflow")
    tracked.update_stack("copy", components={"experiment-tracker": "other"})
    assert tracked.get_stack("copy").version == 2
    tracked.delete_stack("copy")
    tracked.delete_component("experiment-tracker", "other")
    with pytest.raises(NotFound, match="mlflow"):
        tracked.get_component("experiment-tracker", "mlflo")


def test_references_are_known_and_rewritten(tracked: Client) -> None:
    """Usage names every place and the last reader and runs; a rename can take them along."""
    started(tracked)
    tracked.get_secret("db").secret_values  # noqa: B018 - reading is the point
    usage = tracked.secret_usage("db")
    assert [(u.kind, u.path, u.key) for u in usage.uses] == [
        ("experiment-tracker", "secrets", None),
        ("experiment-tracker", "tracking_uri", "user"),
        ("stack", "secrets", None),
        ("stack", "experiment-tracker 'mlflow'", None),
        ("run", "two", None),
    ]
    assert usage.last_read_by == "default"
    with pytest.raises(StillReferenced):
        tracked.delete_secret("db")
    tracked.update_secret("db", new_name="database", update_references=True)
    component = tracked.get_component("experiment-tracker", "mlflow")
    assert component.attributes["tracking_uri"] == "http://{{database.user}}@h"
    assert set(tracked.get_stack("tracked").secrets) == {"database"}


# ---- runs ----

PIPELINE = Pipeline(name="two", steps=(Step(name="a", environment={"PW": "{{db.password}}"}), Step(name="b")))


def started(client: Client, pipeline: Pipeline = PIPELINE) -> Run:
    return client.send(StartRun(workspace=W, pipeline=pipeline, stack="tracked")).run


def finish_step(client: Client, run: Run, step: str, **fields: Any) -> None:
    client.send(FinishStep(workspace=W, run=run.id, step=step, **fields))


def append(client: Client, run: Run, start: int, part: bytes) -> None:
    client.send(AppendLog(workspace=W, run=run.id, step="a", start=start, part=part))


def test_a_run_is_recorded_step_by_step(tracked: Client) -> None:
    """Settled secrets, what a step fetched, outputs, notes and logs; how it ended, and what never began."""
    run = started(tracked)
    assert [(used.name, used.version) for used in run.secrets] == [("db", 1)]
    tracked.create_secret("more", {"k": "v"})
    tracked.send(StartStep(workspace=W, run=run.id, step="a"))
    tracked.send(RevealSecret(workspace=W, secret="more", run=run.id, step="a"))
    append(tracked, run, 0, b"one\n")
    append(tracked, run, 4, b"two\x00\xff\n")
    output = OutputRecord(name="output", uri="file:///x", format="json", sha256="0" * 64, size=1)
    finish_step(tracked, run, "a", status=RunStatus.COMPLETED, outputs=(output,), notes=("n",))
    tracked.send(FinishRun(workspace=W, run=run.id, status=RunStatus.FAILED, failure="f", notes=("over",)))
    told = tracked.get_run(run.id[:8])
    assert told.status is RunStatus.FAILED
    assert [step.status for step in told.steps] == [RunStatus.COMPLETED, RunStatus.SKIPPED]
    assert told.steps[0].outputs == (output,)
    assert told.notes == ("over",)
    assert {used.name for used in told.secrets} == {"db", "more"}
    assert tracked.get_run_log(run.id) == tracked.get_run_log(run.id, "a")
    assert tracked.get_run_log(run.id).startswith("one\ntwo")


def test_a_run_tells_what_each_step_comes_after(tracked: Client) -> None:
    """By inputs or by `after`, once each: as its graph is drawn."""
    steps = (
        Step(name="load"),
        Step(name="train", inputs={"x": Source(step="load"), "y[0]": Source(step="load")}),
        Step(name="report", after=("train", "load")),
    )
    run = started(tracked, Pipeline(name="edges", steps=steps))
    told = {step.name: step.after for step in tracked.get_run(run.id).steps}
    assert told == {"load": (), "train": ("load",), "report": ("load", "train")}
    assert [step.after for step in run.steps] == [step.after for step in tracked.list_runs()[0].steps]


def test_a_log_is_read_in_parts(tracked: Client) -> None:
    """From any byte on, or so many before its end, also across the parts in which it came."""
    run = started(tracked)
    assert tracked.get_run_log_part(run.id, "a") == LogPart(start=0, size=0, part=b"")
    tracked.send(StartStep(workspace=W, run=run.id, step="a"))
    whole, edges = b"", [0]
    for line in (b"one\n", b"x" * 20_000 + b"\n", b"two\xff\n", b"three\n"):
        append(tracked, run, len(whole), line)
        whole += line
        edges.append(len(whole))
    beside = {edge + way for edge in edges for way in range(-2, 3)}
    for start in beside | {start - len(whole) for start in beside}:
        for most in (0, 1, 4, 6, 21_000):
            part = tracked.get_run_log_part(run.id[:8], "a", start=start, most=most)
            first = min(max(len(whole) + start, 0) if start < 0 else start, len(whole))
            assert part == LogPart(start=first, size=len(whole), part=whole[first:][:most])
    with pytest.raises(InvalidInput, match="65,536"):
        tracked.get_run_log_part(run.id, "a", most=65_537)
    with pytest.raises(NotFound, match="no step 'zz'"):
        tracked.get_run_log_part(run.id, "zz")


def test_a_part_of_a_log_may_come_again_and_is_kept_once(tracked: Client) -> None:
    """Whole or in part, and with more behind it: who was not answered asks again."""
    run = started(tracked)
    tracked.send(StartStep(workspace=W, run=run.id, step="a"))
    append(tracked, run, 0, b"one\n")
    append(tracked, run, 0, b"one\n")
    append(tracked, run, 0, b"one\ntwo\n")
    append(tracked, run, 2, b"e\n")
    append(tracked, run, 0, b"")
    append(tracked, run, 6, b"o\nthree\n")
    assert tracked.get_run_log(run.id) == "one\ntwo\nthree\n"


def test_a_part_that_does_not_follow_is_refused(tracked: Client) -> None:
    """After a gap, or with other bytes where there are some: it is told how far the log is kept, and
    that stays as it was."""
    run = started(tracked)
    tracked.send(StartStep(workspace=W, run=run.id, step="a"))
    append(tracked, run, 0, b"x" * 1200 + b"\n")
    for start, part in (
        (0, b"y\n"),
        (1200, b"z"),
        (1199, b"xy"),
        (0, b"x" * 1201 + b"\n"),
        (1202, b"gap\n"),
        (2**62, b""),
    ):
        with pytest.raises(Refused, match="kept up to byte 1,201"):
            append(tracked, run, start, part)
    with pytest.raises(InvalidInput, match="'start'"):
        append(tracked, run, -1, b"x")
    assert tracked.get_run_log(run.id) == "x" * 1200 + "\n"


def test_a_log_that_several_send_at_once_is_kept_once(tracked: Client) -> None:
    """As where a run goes on and is told of at the same time: whoever comes first, the others are done."""
    run = started(tracked)
    tracked.send(StartStep(workspace=W, run=run.id, step="a"))
    lines = [f"line {n} {'x' * 900}\n" for n in range(30)]

    def send_all(_: int) -> None:
        for n, line in enumerate(lines):
            append(tracked, run, sum(map(len, lines[:n])), line.encode())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send_all, range(4)))
    assert tracked.get_run_log(run.id) == "".join(lines)


def test_a_log_leaves_no_record_but_where_it_is_refused(tracked: Client) -> None:
    """One that follows its step would fill the trail."""
    run = started(tracked)
    tracked.send(StartStep(workspace=W, run=run.id, step="a"))
    before = tracked.audit_head().number
    append(tracked, run, 0, b"one\n")
    append(tracked, run, 4, b"two\n")
    assert tracked.audit_head().number == before
    with pytest.raises(Refused):
        append(tracked, run, 9, b"gap\n")
    last = tracked.list_audit().items[0]
    assert (last.action, last.outcome, last.number) == ("run.log", "refused", before + 1)


def test_a_failure_is_recorded_whatever_it_holds(tracked: Client) -> None:
    """NUL and lone surrogates in what a step failed with are told visibly; the record does not fail."""
    run = started(tracked)
    tracked.send(StartStep(workspace=W, run=run.id, step="a"))
    finish_step(tracked, run, "a", status=RunStatus.FAILED, failure="a\0b\ud800c", notes=("n\0\udfff",))
    run = tracked.send(
        FinishRun(workspace=W, run=run.id, status=RunStatus.FAILED, failure="\0", notes=("\0\udfff",))
    )
    assert (run.steps[0].failure, run.failure) == ("a\\x00b\\ud800c", "\\x00")
    assert (run.steps[0].notes, run.notes[-1]) == (("n\0\\udfff",), "\0\\udfff")


def test_a_refused_run_keeps_its_report(tracked: Client) -> None:
    """What was missing is told by the run afterwards."""
    wrong = Pipeline(name="wrong", steps=(Step(name="a", environment={"X": "{{db.absent}}"}),))
    run = started(tracked, wrong)
    assert run.status is RunStatus.REFUSED
    (kept,) = [found for found in tracked.list_runs() if found.id == run.id]
    assert kept.report is not None
    assert "absent" in str(kept.report.problems[0])


@pytest.mark.parametrize("field", RUN_FIELDS)
def test_runs_are_sorted_by_any_field(tracked: Client, field: str) -> None:
    """Those that are not over come first when it goes upwards, and last when it goes down."""
    runs = [started(tracked) for _ in range(3)]
    tracked.send(FinishRun(workspace=W, run=runs[1].id, status=RunStatus.COMPLETED))
    up = [run.id for run in tracked.list_runs(sort_by=f"asc:{field}")]
    down = [run.id for run in tracked.list_runs(sort_by=f"desc:{field}")]
    assert up == down[::-1]
    if field == "finished":
        assert up[-1] == runs[1].id


# ---- root keys ----


def test_root_keys_are_rotated(tracked: Client) -> None:
    """Added, made active, everything rewrapped and resealed, the old one retired; values stay as they are."""
    for n in range(5):
        tracked.create_secret(f"s{n}", {"k": str(n)})
    was = tracked.list_keys()[0].id
    fresh = tracked.add_key().id
    tracked.activate_key(reseal=True)
    while tracked.rewrap_versions(size=2):
        pass
    assert tracked.retire_keys().retired == (was,)
    states = {key.id: (key.state, key.wraps) for key in tracked.list_keys()}
    assert states == {was: (KeyState.RETIRED, 0), fresh: (KeyState.ACTIVE, 6)}
    assert tracked.get_secret("s3").secret_values == {"k": "3"}
    assert tracked.verify_audit().ok


# ---- the trail ----


@pytest.mark.parametrize("field", AUDIT_FIELDS)
def test_the_trail_is_sorted_by_any_field(tracked: Client, field: str) -> None:
    """Records that have nothing there come first upwards, and last downwards: on every database alike."""
    started(tracked)
    records = {
        way: list(tracked.list_audit(Listing(size=100, sort_by=f"{way}:{field}"))) for way in ("asc", "desc")
    }
    assert [r.number for r in records["asc"]] == [r.number for r in records["desc"]][::-1]
    told = [getattr(record, field) for record in records["asc"]]
    given = [one for one in told if one is not None]
    assert told == [None] * (len(told) - len(given)) + sorted(given)


def test_the_trail_is_filtered(tracked: Client) -> None:
    """By each kind of comparison."""
    for filters, count in (
        ({"action": "secret.create"}, 1),
        ({"action": "startswith:stack."}, 1),
        ({"name": "contains:lflo"}, 1),
        ({"name": "endswith:%"}, 0),
        ({"number": "lte:2"}, 2),
    ):
        assert len(tracked.list_audit(Listing(filters=filters))) == count, filters


def test_users_and_workspaces_go_with_all_that_is_in_them(store: Any, client: Client) -> None:
    """Also where runs, components and stacks refer to each other."""
    client.create_user("anna")
    client.create_workspace("lab")
    client.send(PutMember(workspace="lab", user="anna", role=Role.ADMIN))
    anna = store.client("anna", workspace="lab")
    for scope in ("workspace", "user"):
        anna.create_secret("db", {"user": "u", "password": "p"}, scope=scope)
    tracker(anna)
    anna.create_stack("tracked", {**BASE, "experiment-tracker": "mlflow"}, secrets=["db"])
    run = anna.send(StartRun(workspace="lab", pipeline=PIPELINE, stack="tracked")).run
    anna.send(FinishRun(workspace="lab", run=run.id, status=RunStatus.COMPLETED))
    client.delete_user("anna", force=True)
    client.delete_workspace("lab", force=True)
    verdict = client.verify_audit()
    assert verdict.ok, verdict.problems
