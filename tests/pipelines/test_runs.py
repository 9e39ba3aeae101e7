"""Runs from first to last on a real store: values filled, masked, settled; everything recorded."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest

from lockwork import Client, ValidationLevel, load_output, pipeline, step
from lockwork.domain.errors import InvalidInput, NotFound, RunFailed, Tampered, ValidationFailed
from lockwork.domain.runs import RunStatus

seen: dict[str, Any] = {}


@pytest.fixture(autouse=True)
def nothing_seen():
    """What steps tell the test, each test anew: they run in its own process."""
    seen.clear()


def failed(body: Any, **options: Any) -> RunFailed:
    with pytest.raises(RunFailed) as caught:
        body.with_options(**options)()
    return caught.value


def refused(body: Any, **options: Any) -> str:
    with pytest.raises(ValidationFailed) as caught:
        body.with_options(**options)()
    return str(caught.value)


def test_a_step_runs_and_is_recorded(client: Client):
    """One step: completed, its output stored with its SHA-256 and loaded again, its log kept."""

    @step
    def hello() -> dict[str, int]:
        print("hello from the step")
        return {"answer": 42}

    @pipeline
    def one() -> None:
        hello()

    run = one()
    assert (run.status, run.pipeline, run.stack, run.by) == (RunStatus.COMPLETED, "one", "default", "default")
    assert run == client.get_run(run.id[:8])
    assert load_output(run, "hello") == {"answer": 42}
    assert client.get_run_log(run.id, "hello") == "hello from the step\n"
    record = run.step("hello").outputs[0]
    assert (record.name, record.format, len(record.sha256)) == ("output", "json", 64)


def test_values_are_there_while_a_step_runs_and_no_longer(client: Client):
    """References in environment= are filled for the step, masked in its log, and gone afterwards."""

    @step(environment={"DSN": "pg://{{db.user}}:{{db.pw}}@h", "HOME": "/nowhere"})
    def use() -> None:
        seen["DSN"], seen["HOME"] = os.environ["DSN"], os.environ["HOME"]
        print("using", os.environ["DSN"])

    # A step of its own: under a test runner that replaces stdout, the two would come by two ways.
    @step(environment={"DSN": "pg://{{db.user}}:{{db.pw}}@h"})
    def child() -> None:
        os.system("echo a child uses $DSN")

    @pipeline
    def using() -> None:
        use()
        child()

    home = os.environ["HOME"]
    run = using()
    assert seen == {"DSN": "pg://anna-db-user:hunter2-pw@h", "HOME": "/nowhere"}
    assert "DSN" not in os.environ
    assert os.environ["HOME"] == home
    assert client.get_run_log(run.id) == "using pg://***:***@h\na child uses pg://***:***@h\n"
    assert [(s.name, s.scope, s.version) for s in run.secrets] == [("db", "workspace", 1)]


def test_the_later_layer_wins(client: Client):
    """Component, stack, pipeline, step: each later one wins, and a named variable over a whole secret."""
    client.create_secret("low", {"A": "of-low", "B": "of-low", "C": "of-low", "D": "of-low", "E": "of-low"})
    client.create_secret("mid", {"C": "of-mid", "D": "of-mid", "E": "of-mid"})
    client.update_component("orchestrator", "default", environment={"B": "component"}, secrets=["low"])
    client.update_stack("default", secrets=["mid"])

    @step(secrets={"openai": "OPENAI_"}, environment={"E": "step"})
    def look() -> None:
        seen.update({name: os.environ[name] for name in ("A", "B", "C", "D", "E", "OPENAI_API_KEY")})

    @pipeline(environment={"D": "pipeline", "E": "pipeline"})
    def layered() -> None:
        look()

    run = layered()
    assert seen == {
        "A": "of-low",
        "B": "component",
        "C": "of-mid",
        "D": "pipeline",
        "E": "step",
        "OPENAI_API_KEY": "sk-openai-123",
    }
    assert any("both set C; 'mid' wins" in note for note in run.notes)
    assert not any("both set A" in note for note in run.notes)


def test_inside_a_step_the_client_is_the_run_s(client: Client):
    """`Client()` in a step acts in the run's workspace and as its user, and what it gets is masked."""

    @step
    def fetch() -> None:
        inner = Client()
        seen["where"] = inner.workspace, inner.profile.user.value, inner.profile.stack.value
        print("fetched", inner.get_secret("db").secret_values["pw"])

    @pipeline
    def fetching() -> None:
        fetch()

    client.create_workspace("team")
    team = Client(workspace="team")
    team.create_secret("db", {"pw": "other-team-pw"})
    from lockwork.pipelines import runner

    run = runner.run(fetching.graph(), client=team)
    assert seen["where"] == ("team", "default", "default")
    assert team.get_run_log(run.id) == "fetched ***\n"
    with pytest.raises(NotFound):
        client.get_run(run.id)


def test_one_version_over_all_steps(client: Client):
    """References keep to the version of the run's start; the Client in a step reads the current one."""

    @step(environment={"PW": "{{db.pw}}"})
    def first() -> None:
        Client().update_secret("db", add_or_update_values={"pw": "changed-meanwhile"})

    @step(environment={"PW": "{{db.pw}}"})
    def second() -> None:
        seen["settled"] = os.environ["PW"]
        seen["current"] = Client().get_secret("db").secret_values["pw"]

    @pipeline
    def changing() -> None:
        second.with_options(after=first())()

    run = changing()
    assert seen == {"settled": "hunter2-pw", "current": "changed-meanwhile"}
    assert [(s.name, s.version) for s in run.secrets] == [("db", 1), ("db", 2)]


def test_everything_missing_is_told_at_once(client: Client):
    """A refusal names each reference, its place, near miss and fix; it is recorded, and nothing ran."""

    @step(environment={"DSN": "{{db.pwd}} {{dbx.user}}"}, secrets=["openia"])
    def use() -> None:
        seen["ran"] = True

    @pipeline(settings={"experiment_tracker.mlflow": {"experiment_name": "{{nothing.here}}"}})
    def lacking() -> None:
        use()

    with pytest.raises(ValidationFailed) as caught:
        lacking()
    text, report = str(caught.value), caught.value.report
    for told in ("{{db.pwd}}", "'pw'", "--ask pwd", "{{dbx.user}}", "openia", "openai", "{{nothing.here}}"):
        assert told in text
    assert "step 'use', environment.DSN" in text
    assert "pipeline 'lacking'" in text
    assert not seen
    run = client.list_runs()[0]
    assert run.status is RunStatus.REFUSED
    assert run.report is not None
    assert [p.problem for p in run.report.problems] == [p.problem for p in report.problems]  # type: ignore[attr-defined]  # a Report
    assert run.step("use").status is RunStatus.SKIPPED
    assert not run.secrets


def test_a_key_that_is_no_variable_is_refused_with_what_would_do(client: Client):
    """A whole secret with such a key, or with a protected one, is refused before anything runs."""
    client.create_secret("odd", {"api-key": "x", "PATH": "y"})

    @step(secrets=["odd"])
    def use() -> None:
        seen["ran"] = True

    @pipeline
    def odd() -> None:
        use()

    text = refused(odd)
    assert 'environment={"ODD_API_KEY": "{{odd.api-key}}"}' in text
    assert 'environment={"PATH": "{{odd.PATH}}"}' in text
    assert not seen
    run = client.list_runs()[0]
    assert run.status is RunStatus.REFUSED
    assert "ODD_API_KEY" in str(run.failure)


def test_own_code_may_set_protected_variables(client: Client):
    """PATH and its like are the author's to set, from a secret too."""

    @step(environment={"LD_SOMETHING": "{{db.user}}"})
    def use() -> None:
        seen["value"] = os.environ["LD_SOMETHING"]

    @pipeline
    def own() -> None:
        use()

    own()
    assert seen == {"value": "anna-db-user"}


def test_a_tracker_that_the_stack_lacks_is_refused(client: Client):
    """A step that names a tracker runs only where the stack has it."""

    @step(experiment_tracker="mlflow")
    def use() -> None:
        seen["ran"] = True

    @pipeline
    def tracked() -> None:
        use()

    assert "step 'use' wants the experiment tracker 'mlflow' of stack 'default'" in refused(tracked)
    assert not seen


def test_settings_are_checked_against_the_flavor(client: Client):
    """An unknown flavor, an unknown setting or a wrong type is refused; what fits no component is a note."""

    @step
    def nothing() -> None:
        pass

    @pipeline
    def settled() -> None:
        nothing()

    assert "nope" in refused(settled, settings={"experiment_tracker.nope": {}})
    assert "no_such_setting" in refused(
        settled, settings={"experiment_tracker.mlflow": {"no_such_setting": 1}}
    )
    run = settled.with_options(settings={"experiment_tracker.mlflow": {"experiment_name": "x"}})()
    assert any("experiment_tracker.mlflow" in note for note in run.notes)


def test_at_level_none_nothing_is_checked(client: Client, monkeypatch: pytest.MonkeyPatch):
    """NONE refuses nothing: a missing value fails its step, which names it."""

    @step(environment={"A": "{{db.user}}"})
    def fine() -> None:
        seen["A"] = os.environ["A"]

    @step(environment={"B": "{{db.nope}}"})
    def lacking() -> None:
        seen["ran"] = True

    @step(environment={"B": "{{nowhere.b}}"})
    def lost() -> None:
        seen["ran"] = True

    @pipeline
    def unchecked() -> None:
        lacking.with_options(after=fine())()

    @pipeline
    def astray() -> None:
        lost()

    assert "{{db.nope}}" in str(failed(unchecked, level="NONE"))
    assert "'nowhere'" in str(failed(astray, level="NONE"))
    assert seen == {"A": "anna-db-user"}
    monkeypatch.setenv("LOCKWORK_SECRET_VALIDATION_LEVEL", "SECRET_EXISTS")
    assert "{{db.nope}}" in str(failed(unchecked))
    assert "'nowhere'" in refused(astray)


def test_a_failed_step_stops_those_after_it(client: Client):
    """The run says which step failed and why; later steps are skipped; the log ends with the traceback."""

    @step(environment={"PW": "{{db.pw}}"})
    def bad() -> int:
        raise ValueError(f"cannot log in with {os.environ['PW']}")

    @step
    def after(x: int) -> None:
        seen["ran"] = True

    @pipeline
    def failing() -> None:
        after(bad())

    failure = failed(failing)
    run = client.list_runs()[0]
    assert failure.run == run
    assert "step 'bad': ValueError: cannot log in with ***" in str(failure)
    assert [s.status for s in run.steps] == [RunStatus.FAILED, RunStatus.SKIPPED]
    assert run.step("bad").failure == "ValueError: cannot log in with ***"
    log = client.get_run_log(run.id)
    assert "Traceback (most recent call last)" in log
    assert "in bad" in log
    assert "attempts.py" not in log
    assert not seen


def test_no_exception_of_a_step_travels_on(client: Client):
    """RunFailed has no cause and no context: a step's own exception may hold values anywhere in its chain."""

    @step(environment={"PW": "{{db.pw}}"})
    def bad() -> None:
        try:
            raise KeyError(os.environ["PW"])
        except KeyError as first:
            raise ValueError(os.environ["PW"]) from first

    @pipeline
    def failing() -> None:
        bad()

    failure = failed(failing)
    assert failure.__cause__ is None
    assert failure.__context__ is None
    frame = failure.__traceback__
    while frame is not None:
        if "lockwork" in frame.tb_frame.f_code.co_filename:
            assert "hunter2-pw" not in repr(frame.tb_frame.f_locals)
        frame = frame.tb_next
    assert "hunter2-pw" not in client.get_run_log(client.list_runs()[0].id)


def test_sys_exit_in_a_step_is_its_failure(client: Client):
    """A step that leaves by sys.exit has failed; the process and the record go on."""

    @step
    def leave() -> None:
        sys.exit(3)

    @pipeline
    def leaving() -> None:
        leave()

    assert "step 'leave': SystemExit: 3" in str(failed(leaving))


def test_ctrl_c_is_recorded(client: Client):
    """An interrupted run is recorded as interrupted, with the step that ran, and the interrupt goes on."""

    @step
    def long() -> int:
        print("begun")
        signal.raise_signal(signal.SIGINT)
        return 1

    @step
    def later(x: int) -> None:
        pass

    @pipeline
    def interrupted() -> None:
        later(long())

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    run = client.list_runs()[0]
    assert run.status is RunStatus.INTERRUPTED
    assert [s.status for s in run.steps] == [RunStatus.INTERRUPTED, RunStatus.SKIPPED]
    assert client.get_run_log(run.id) == "begun\n"


def test_several_outputs_go_to_their_parameters(client: Client):
    """Each output is stored under its name and reaches the parameter that it was passed for."""

    @step
    def split() -> tuple[Annotated[list[int], "train"], Annotated[list[int], "test"]]:
        return [1, 2], [3]

    @step
    def count(train: list[int], /, *rest: int, test: list[int], **more: int) -> int:
        return len(train) * 100 + len(test) * 10 + sum(rest) + sum(more.values())

    @pipeline
    def splitting() -> None:
        train, test = split()
        count(train, 1, 2, test=test, more=3)

    run = splitting()
    assert load_output(run, "count") == 216
    assert load_output(run.id, "split", "test") == [3]
    with pytest.raises(InvalidInput, match="several outputs"):
        load_output(run, "split")
    with pytest.raises(NotFound, match="did you mean 'train'"):
        load_output(run, "split", "trian")
    with pytest.raises(NotFound, match="no step 'splt'"):
        load_output(run, "splt")


def test_outputs_inside_arguments_come_to_their_places(client: Client):
    """A step that is passed outputs in lists, tuples and dicts gets their values there."""

    @step
    def number(n: int) -> int:
        return n

    @step
    def collect(*several: list[int], named: dict[str, tuple[int, int]]) -> None:
        seen["several"], seen["named"] = several, named

    @pipeline
    def collecting() -> None:
        one, two = number(1), number(2)
        collect([one, 5, two], [two], named={"both": (one, two)})

    collecting()
    assert seen == {"several": ([1, 5, 2], [2]), "named": {"both": (1, 2)}}


def test_a_step_must_give_back_what_it_declares(client: Client):
    """Two declared outputs and one value: the step fails and says so."""

    @step
    def lying() -> tuple[int, int]:
        return [1, 2]  # type: ignore[return-value]  # that is the point

    @pipeline
    def declared() -> None:
        lying()

    assert "declares the outputs output_1, output_2, and gave back one list" in str(failed(declared))


def test_a_changed_output_is_not_loaded(client: Client):
    """The bytes must be those that were stored: a file that changed is refused before it is read."""

    @step
    def make() -> int:
        return 1

    @pipeline
    def making() -> None:
        make()

    run = making()
    file = Path(run.step("make").outputs[0].uri.removeprefix("file://"))
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"2")
    with pytest.raises(Tampered, match="SHA-256"):
        load_output(run, "make")


def test_an_output_that_holds_a_value_is_warned_about(client: Client):
    """It is stored as it is, and the record says which step's output holds a value that the run resolved."""

    @step(environment={"PW": "{{db.pw}}"})
    def careless() -> dict[str, str]:
        return {"password": os.environ["PW"]}

    @step
    def careful() -> dict[str, str]:
        return {"password": "somewhere else"}

    @pipeline
    def leaking() -> None:
        careless()
        careful()

    run = leaking()
    assert "output 'output' of step 'careless' holds a value" in run.step("careless").notes[0]
    assert run.step("careful").notes == ()


def test_a_variable_that_no_process_could_have_is_refused(client: Client):
    """A value of more than 128 KiB fails its step, naming the variable and the way out."""
    client.create_secret("large", {"text": "x" * 128 * 1024})

    @step(environment={"LARGE": "{{large.text}}"})
    def use() -> None:
        seen["ran"] = True

    @pipeline
    def large() -> None:
        use()

    failure = str(failed(large))
    assert "the variable LARGE" in failure
    assert "get_secret" in failure
    assert "xxxx" not in failure
    assert not seen


def test_inline_runs_without_capture(client: Client, capfd: pytest.CaptureFixture[str]):
    """For a debugger: what steps print goes where it always goes, and the run says that it is not masked."""

    @step(environment={"PW": "{{db.pw}}"})
    def show() -> None:
        seen["stdout"] = sys.stdout
        print("inline:", os.environ["PW"])

    @pipeline
    def debugged() -> None:
        show()

    run = debugged.with_options(inline=True)()
    assert run.status is RunStatus.COMPLETED
    assert seen["stdout"] is sys.stdout
    out, err = capfd.readouterr()
    assert "inline: hunter2-pw" in out
    assert "not masked" in err
    assert client.get_run_log(run.id) == ""


def test_a_step_starts_no_run(client: Client):
    """A pipeline that is called inside a running step is refused, in words."""

    @step
    def nothing() -> None:
        pass

    @pipeline
    def inner() -> None:
        nothing()

    @step
    def calling() -> None:
        inner()

    @pipeline
    def outer() -> None:
        calling()

    assert "is called inside a running step" in str(failed(outer))
    assert [run.pipeline for run in client.list_runs()] == ["outer"]
    assert inner().status is RunStatus.COMPLETED


def test_the_user_s_own_secret_counts_first_and_says_so(client: Client):
    """A secret of the user's own scope hides the workspace's of that name; the run notes it."""
    client.create_secret("db", {"pw": "my-own-pw"}, scope="user")

    @step(environment={"PW": "{{db.pw}}"})
    def use() -> None:
        seen["pw"] = os.environ["PW"]

    @pipeline
    def using() -> None:
        use()

    run = using()
    assert seen == {"pw": "my-own-pw"}
    assert any("hides" in note for note in run.notes)
    assert run.secrets[0].scope == "user"


def test_one_request_checks_and_one_read_fills(client: Client, own_home: Path):
    """However many references: settling asks the same number of statements, a step reads once."""
    from lockwork.client.embedded import Embedded
    from lockwork.pipelines import runner

    def statements(references: int) -> tuple[int, int]:
        text = " ".join(f"{{{{s{n}.k}}}}" for n in range(references))

        @step(environment={"ALL": text})
        def use() -> None:
            pass

        @pipeline
        def many() -> None:
            use()

        asked: list[str] = []
        gateway = Embedded(client.profile.settings.home.value, user="default", watch=asked.append)
        watched = Client(gateway=gateway)
        runner.run(many.graph(), client=watched)
        watched.close()
        reading = [s for s in asked if s.startswith("SELECT") and "secret_values" in s]
        return len(asked), len(reading)

    for n in range(30):
        client.create_secret(f"s{n}", {"k": f"value-{n}"})
    few, many = statements(1), statements(30)
    assert few[1] == many[1]
    # Settled secrets and audit records are rows of their own; nothing else grows.
    assert many[0] - few[0] <= 29 * 4


def test_a_run_asks_for_as_little_as_it_can(client: Client):
    """One message checks and settles everything, one reads all that a step needs; nothing else is asked."""
    from lockwork.pipelines import runner

    class Spy:
        asked: list[str] = []

        def send(self, message: Any) -> Any:
            self.asked.append(type(message).__name__)
            return client.send(message)

        def close(self) -> None:
            pass

    @step(environment={"A": "{{db.user}} {{db.pw}}"}, secrets=["openai"])
    def use() -> None:
        print("used")

    @pipeline
    def small() -> None:
        use()

    for level in ("NONE", "SECRET_AND_KEY_EXISTS"):
        Spy.asked = []
        runner.run(small.graph(), client=Client(gateway=Spy()), level=ValidationLevel.parse(level))
        assert Spy.asked == ["StartRun", "StartStep", "RevealSecrets", "AppendLog", "FinishStep", "FinishRun"]


def test_a_tracker_is_for_the_steps_that_name_it(client: Client):
    """Its variables and secrets reach the steps that ask for it, and no others."""
    client.register_component(
        "mine", "mlflow", "experiment-tracker", environment={"OF_TRACKER": "{{db.user}}"}
    )
    parts = {"orchestrator": "default", "artifact-store": "default", "experiment-tracker": "mine"}
    client.create_stack("tracked", parts)

    @step
    def look(name: str) -> None:
        seen[name] = os.environ.get("OF_TRACKER"), os.environ.get("MLFLOW_TRACKING_URI", "")[:5]

    @pipeline
    def looking() -> None:
        look("without")
        look.with_options(experiment_tracker="mine")("with")

    looking.with_options(stack="tracked")()
    assert seen == {"without": (None, ""), "with": ("anna-db-user", "file:")}


def test_the_root_key_is_masked(client: Client, monkeypatch: pytest.MonkeyPatch):
    """Where the root key comes from the environment, a step that prints its environment does not show it."""
    keyring = (client.profile.settings.home.value / "keyring").read_text()
    key = next(word.strip('",') for word in keyring.split() if "lwk1_" in word)
    client.close()
    monkeypatch.setenv("LOCKWORK_ROOT_KEY", key)

    @step
    def show() -> None:
        print("key:", os.environ["LOCKWORK_ROOT_KEY"])

    @pipeline
    def showing() -> None:
        show()

    assert Client().get_run_log(showing().id) == "key: ***\n"
