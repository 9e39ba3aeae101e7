"""The record of runs, through the gate on a real store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.domain.checks import ValidationLevel
from lockwork.domain.errors import Ambiguous, InvalidInput, NotFound, NotPermitted, Refused
from lockwork.domain.runs import OutputRecord, Pipeline, Run, RunStatus, Settled, Source, Step
from lockwork.messages import Listing
from lockwork.messages.runs import AppendLog, FinishRun, FinishStep, GetLog, StartRun, StartStep
from lockwork.messages.secrets import RevealSecret
from lockwork.service.context import Policy

TWO = Pipeline(
    name="two",
    steps=(
        Step(name="b", inputs={"x": Source(step="a")}),
        Step(name="a", environment={"PW": "{{db.pw}}"}, secrets={"whole": ""}),
    ),
)
W = "default"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def client(home: Path) -> Iterator[Client]:
    client = Client(gateway=Embedded(home, user="default"))
    client.create_secret("db", {"pw": "hunter2"})
    client.create_secret("whole", {"b": "1", "a": "2"})
    yield client
    client.close()


def other(home: Path, user: str) -> Client:
    return Client(user=user, gateway=Embedded(home, user=user))


def started(client: Client, pipeline: Pipeline = TWO, **fields: object) -> Settled:
    return client.send(StartRun(workspace=W, pipeline=pipeline, stack="default", **fields))  # type: ignore[arg-type]  # fields of the message


def start_step(client: Client, run: Run, step: str) -> None:
    client.send(StartStep(workspace=W, run=run.id, step=step))


def finish_step(client: Client, run: Run, step: str, status: RunStatus = RunStatus.COMPLETED) -> None:
    output = OutputRecord(name="output", uri="file:///x", format="json", sha256="0" * 64, size=1)
    client.send(
        FinishStep(workspace=W, run=run.id, step=step, status=status, outputs=(output,), notes=("n",))
    )


def finish(client: Client, run: Run, status: RunStatus = RunStatus.COMPLETED) -> Run:
    return client.send(FinishRun(workspace=W, run=run.id, status=status, notes=("over",)))


def append(client: Client, run: Run, start: int, part: bytes, step: str = "a") -> None:
    client.send(AppendLog(workspace=W, run=run.id, step=step, start=start, part=part))


def fetch(client: Client, run: Run, secret: str, **fields: object) -> None:
    client.send(RevealSecret(workspace=W, secret=secret, run=run.id, step="a", **fields))  # type: ignore[arg-type]  # fields of the message


def test_a_run_is_settled_at_its_start(client: Client):
    """Names are settled to ids and versions, whole secrets with keys; steps wait in the order of running."""
    settled = started(client)
    found = {f.name: f for f in settled.found}
    assert found["db"].version == 1
    assert found["whole"].keys == ("a", "b")
    assert settled.stack.name == "default"
    assert [(s.name, s.status) for s in settled.run.steps] == [
        ("a", RunStatus.WAITING),
        ("b", RunStatus.WAITING),
    ]
    assert [(s.name, s.id) for s in settled.run.secrets] == [(f.name, f.id) for f in settled.found]


def test_a_run_that_may_not_begin_is_recorded_with_its_report(client: Client):
    """It is refused and over, its steps skipped, no secret bound to it; nothing can be recorded for it."""
    lacking = Pipeline(name="lacking", steps=(Step(name="a", environment={"X": "{{db.nope}} {{nix.y}}"}),))
    settled = started(client, lacking)
    run = client.get_run(settled.run.id)
    assert run.status is RunStatus.REFUSED
    assert run.finished is not None
    assert run.secrets == ()
    assert run.report is not None
    assert [p.problem for p in run.report.problems] == ["no_key", "no_secret"]
    with pytest.raises(Refused, match="refused"):
        start_step(client, run, "a")
    first = Listing(filters={"outcome": "refused", "id": run.id}, sort_by="asc:number", size=1)
    (told,) = client.list_audit(first).items
    assert (told.action, told.detail) == ("run.start", "ValidationFailed")
    assert client.verify_audit().ok


@pytest.mark.parametrize("name", ["", "../../kept", "a/b", "<b>", "\u202eevil", "n" * 129])
def test_a_step_has_a_plain_name(client: Client, name: str):
    """It becomes part of files and pages; what is none is refused, and no run recorded."""
    with pytest.raises(InvalidInput, match="is not a step name"):
        started(client, Pipeline(name="p", steps=(Step(name=name),)))
    assert client.list_runs().total == 0


def test_at_level_none_what_can_be_settled_is(client: Client):
    """Nothing is checked and nothing refused; what is there is settled, whole secrets with their keys."""
    lacking = Pipeline(
        name="lacking", steps=(Step(name="a", secrets={"whole": ""}, environment={"X": "{{nix.y}}"}),)
    )
    settled = started(client, lacking, level=ValidationLevel.NONE)
    assert settled.run.status is RunStatus.RUNNING
    assert [(f.name, f.keys) for f in settled.found] == [("whole", ("a", "b"))]
    assert (settled.report.checked, settled.report.problems) == (0, ())


def test_suspicious_text_is_told_and_refuses_nothing(client: Client):
    """What looks like a reference and is none is in the report as malformed."""
    odd = Pipeline(name="odd", steps=(Step(name="a", environment={"X": "{{db}}"}),))
    settled = started(client, odd)
    assert settled.run.status is RunStatus.RUNNING
    assert [p.problem for p in settled.report.problems] == ["malformed"]


def test_steps_are_recorded_as_they_go(client: Client):
    """Waiting, running, over, with outputs and notes; a run that ends leaves no step open."""
    run = started(client).run
    start_step(client, run, "a")
    assert client.get_run(run.id).step("a").status is RunStatus.RUNNING
    finish_step(client, run, "a")
    step = client.get_run(run.id).step("a")
    assert (step.status, step.outputs[0].uri, step.notes) == (RunStatus.COMPLETED, "file:///x", ("n",))
    start_step(client, run, "b")
    ended = finish(client, run, RunStatus.INTERRUPTED)
    assert ended.step("b").status is RunStatus.INTERRUPTED
    assert ended.notes == ("over",)
    assert ended.finished is not None


def test_steps_that_never_began_are_skipped(client: Client):
    """At the end of a run, what still waits is skipped."""
    run = started(client).run
    assert [s.status for s in finish(client, run, RunStatus.FAILED).steps] == [RunStatus.SKIPPED] * 2


def test_the_record_takes_only_what_can_have_happened(client: Client):
    """No step begins twice, ends before it began, or is recorded once the run is over."""
    run = started(client).run
    with pytest.raises(Refused, match="no step 'a' that is running"):
        finish_step(client, run, "a")
    with pytest.raises(Refused, match="no step 'zz'"):
        start_step(client, run, "zz")
    start_step(client, run, "a")
    with pytest.raises(Refused, match="no step 'a' that waits"):
        start_step(client, run, "a")
    with pytest.raises(InvalidInput, match="is not how something ends"):
        finish_step(client, run, "a", RunStatus.WAITING)
    with pytest.raises(InvalidInput, match="is not how something ends"):
        finish(client, run, RunStatus.RUNNING)
    finish(client, run)
    for late in (start_step, finish_step):
        with pytest.raises(Refused, match="is over"):
            late(client, run, "b")
    with pytest.raises(Refused, match="is over"):
        finish(client, run, RunStatus.FAILED)
    assert client.get_run(run.id).status is RunStatus.COMPLETED


def test_only_who_started_a_run_records_what_it_does(client: Client, home: Path):
    """Another user of the workspace may look at a run, and write nothing into it."""
    client.create_user("ben")
    run = started(client).run
    ben = other(home, "ben")
    with pytest.raises(NotPermitted, match="'default'"):
        start_step(ben, run, "a")
    assert ben.get_run(run.id).by == "default"


def test_others_learn_nothing_of_secrets_of_one_s_own(client: Client, home: Path):
    """A run's record names the user's own secrets to that user alone."""
    client.create_user("ben")
    client.create_secret("db", {"pw": "mine"}, scope="user")
    run = started(client).run
    assert [(s.name, s.scope) for s in run.secrets] == [("db", "user"), ("whole", "workspace")]
    ben = other(home, "ben")
    assert [s.name for s in ben.get_run(run.id).secrets] == ["whole"]
    assert [s.name for s in ben.list_runs()[0].secrets] == ["whole"]


def test_logs_are_kept_in_parts(client: Client):
    """Parts of at most 64 KiB, in their order, 10 MiB a step; one step's or all in the pipeline's order."""
    run = started(client).run
    start_step(client, run, "a")
    append(client, run, 0, b"one\n")
    append(client, run, 0, b"of b\n", step="b")
    append(client, run, 4, b"two\n")
    assert client.get_run_log(run.id) == "one\ntwo\nof b\n"
    assert client.get_run_log(run.id, "b") == "of b\n"
    with pytest.raises(InvalidInput, match="65,536"):
        append(client, run, 8, b"x" * 65_537)
    with pytest.raises(NotFound, match="no step 'zz'"):
        append(client, run, 0, b"x", step="zz")
    with pytest.raises(NotFound, match="no step 'zz'"):
        client.send(GetLog(workspace=W, run=run.id, step="zz"))


def test_a_log_ends_at_ten_mebibytes(client: Client):
    """More than 10 MiB of a step's log is refused; the line that says so still fits."""
    run = started(client).run
    start_step(client, run, "a")
    whole = 160 * 65_536
    for start in range(0, whole, 65_536):
        append(client, run, start, b"x" * 65_536)
    append(client, run, whole, b"cut here\n")
    append(client, run, whole + 9, b"x" * 65_536)
    with pytest.raises(Refused, match="full"):
        append(client, run, whole + 9 + 65_536, b"x" * 1024)


def test_a_log_that_came_line_by_line_is_read_from_few_rows(client: Client, home: Path):
    """Short parts share a row, so that a log is followed as fast after a day of them; long ones do not."""
    run = started(client).run
    start_step(client, run, "a")
    lines = [f"line {n} {'x' * 90}\n".encode() for n in range(400)]
    for n, line in enumerate(lines):
        append(client, run, sum(map(len, lines[:n])), line)
    size = sum(map(len, lines))
    append(client, run, size, b"x" * 65_536)
    append(client, run, size + 65_536, b"last\n")
    assert client.get_run_log(run.id) == b"".join(lines).decode() + "x" * 65_536 + "last\n"
    with closing(sqlite3.connect(home / "lockwork.db")) as database:
        rows = database.execute("SELECT length(part) FROM step_logs ORDER BY number").fetchall()
    assert [length for (length,) in rows[-2:]] == [65_536, 5]
    assert len(rows) == 2 + size // 16_384 + 1


def test_a_run_is_found_by_the_beginning_of_its_id(client: Client):
    """Eight characters or more, unambiguous; never a substring, never fewer."""
    run = started(client).run
    assert client.get_run(run.id[:8]).id == run.id
    assert client.get_run(run.id.upper()).id == run.id
    for text in (run.id[:7], run.id[1:12], "", "%", run.id[:8] + "zz"):
        with pytest.raises(NotFound):
            client.get_run(text)


def test_an_ambiguous_beginning_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch):
    """Two runs whose ids begin alike: neither is guessed."""
    ids = iter(["11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-000000000002"])
    monkeypatch.setattr("lockwork.service.context.Context.new_id", lambda self: next(ids))
    started(client)
    started(client)
    with pytest.raises(Ambiguous, match="11111111"):
        client.get_run("11111111")


def test_runs_are_listed_newest_first_and_filtered(client: Client):
    """By pipeline, stack, status and time; pages; a wrong filter is named."""
    names = ["one", "two", "three"]
    for name in names:
        finish(client, started(client, Pipeline(name=name, steps=(Step(name="s"),))).run)
    started(client, Pipeline(name="four", steps=(Step(name="s"),)))
    assert [run.pipeline for run in client.list_runs()] == ["four", "three", "two", "one"]
    assert [run.pipeline for run in client.list_runs(status="running")] == ["four"]
    assert [run.pipeline for run in client.list_runs(pipeline="startswith:t")] == ["three", "two"]
    assert client.list_runs(started="lt:2020-01-01").items == ()
    page = client.list_runs(size=3, page=2)
    assert ([run.pipeline for run in page], page.total, page.pages) == (["one"], 4, 2)
    assert client.list_runs(page=3).items == ()
    with pytest.raises(InvalidInput, match="sort by"):
        client.list_runs(sort_by="asc:nope")


def test_runs_of_other_workspaces_are_not_there(client: Client):
    """A run is found in its workspace alone."""
    client.create_workspace("team")
    run = started(client).run
    team = Client(workspace="team", gateway=client._gateway)  # the same store
    with pytest.raises(NotFound):
        team.get_run(run.id)
    assert team.list_runs().items == ()


def test_a_running_run_keeps_its_versions(client: Client, home: Path):
    """Versions that a run was settled on are not pruned while it runs, and are once it is over."""
    small = Client(gateway=Embedded(home, user="default", policy=Policy(kept_versions=1)))
    run = started(small).run
    for n in range(3):
        small.update_secret("db", add_or_update_values={"pw": f"pw-{n}"})
    assert {v.version for v in small.list_secret_versions("db")} == {1, 4}
    finish(small, run)
    small.update_secret("db", add_or_update_values={"pw": "last"})
    assert {v.version for v in small.list_secret_versions("db")} == {5}


def test_what_a_step_fetches_is_named_with_its_run(client: Client):
    """Once a version, also an old one; what was settled keeps its one row, what failed has none."""
    run = started(client).run
    client.create_secret("api", {"token": "t1"})
    client.update_secret("api", add_or_update_values={"token": "t2"})
    for version in (None, None, 1):
        fetch(client, run, "api", version=version)
    fetch(client, run, "db")
    with pytest.raises(NotFound):
        fetch(client, run, "api", key="nokey")
    told = [(s.name, s.version, s.scope, s.owner) for s in client.get_run(run.id).secrets]
    assert told == [
        (name, version, "workspace", W) for name, version in [("api", 1), ("api", 2), ("db", 1), ("whole", 1)]
    ]
    assert [u.name for u in client.secret_usage("api").uses if u.kind == "run"] == [run.id]
    assert client.verify_audit().ok


def test_what_a_step_fetches_is_told_as_what_it_was_settled_on(client: Client, home: Path):
    """A user's own secret to that user alone; and nobody writes into the record of another's run."""
    client.create_user("ben")
    ben, run = other(home, "ben"), started(client).run
    client.create_secret("mine", {"pw": "mine"}, scope="user")
    client.create_secret("api", {"token": "t1"})
    fetch(client, run, "mine")
    fetch(ben, run, "api")
    assert [(s.name, s.owner) for s in client.get_run(run.id).secrets if s.scope == "user"] == [
        ("mine", "default")
    ]
    assert [s.name for s in ben.get_run(run.id).secrets] == ["db", "whole"]


def test_a_run_holds_no_version_for_having_fetched_it(client: Client, home: Path):
    """Only what it was settled on is kept beyond the policy: a step that fetches asks anew each time."""
    small = Client(gateway=Embedded(home, user="default", policy=Policy(kept_versions=1)))
    run = started(small).run
    small.create_secret("api", {"token": "t1"})
    fetch(small, run, "api")
    small.update_secret("api", add_or_update_values={"token": "t2"})
    assert {v.version for v in small.list_secret_versions("api")} == {2}
    assert [s.version for s in small.get_run(run.id).secrets if s.name == "api"] == [1]


@pytest.mark.parametrize(
    "steps",
    [
        (Step(name="a", after=("b",)), Step(name="b", after=("a",))),
        (Step(name="a", inputs={"x": Source(step="nowhere")}),),
    ],
)
def test_a_graph_that_cannot_be_run_is_refused(client: Client, steps: tuple[Step, ...]):
    """Steps that wait for each other, or for none that is there, are no pipeline; nothing is recorded."""
    with pytest.raises(InvalidInput, match="wait for each other"):
        started(client, Pipeline(name="p", steps=steps))
    assert client.list_runs().items == ()


def test_what_runs_do_is_in_the_audit_trail(client: Client):
    """Start, steps and end are recorded with the run's id, and the trail holds together."""
    run = started(client).run
    start_step(client, run, "a")
    finish_step(client, run, "a")
    finish(client, run)
    actions = [r.action for r in client.list_audit(Listing(sort_by="desc:number", size=50)) if r.id == run.id]
    assert sorted(actions) == ["run.finish", "run.start", "run.step.finish", "run.step.start"]
    assert client.verify_audit().ok
