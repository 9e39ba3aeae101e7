"""What others have changed gets nothing of one's own scope until one has accepted that version of it."""

import pytest

from lockwork.client.api import Client
from lockwork.domain.checks import Report, ValidationLevel
from lockwork.domain.errors import NotFound, VersionMismatch
from lockwork.domain.runs import Pipeline, RunStatus, Settled, Step
from lockwork.domain.secrets import SecretScope
from lockwork.domain.stacks import ComponentType, Stack, needs_of_stack
from lockwork.messages.audit import VerifyAudit
from lockwork.messages.runs import FinishRun, StartRun

PARTS: dict[ComponentType | str, str] = {"orchestrator": "default", "artifact_store": "default"}
TRACKER = "experiment_tracker"


@pytest.fixture
def shared(client: Client, anna: Client) -> Stack:
    """A stack of `default`'s with a tracker that refers to a secret which anna has for herself."""
    anna.create_secret("mlflow", {"pw": "annas own"}, scope=SecretScope.USER)
    client.register_component("tracker", "mlflow", TRACKER, tracker_at("https://good.example"))
    return client.create_stack("team", {**PARTS, TRACKER: "tracker"})


def tracker_at(uri: str) -> dict[str, str]:
    return {"tracking_uri": uri, "tracking_username": "team", "tracking_password": "{{mlflow.pw}}"}


def started(client: Client, *, own: bool = True, level: ValidationLevel | None = None) -> Settled:
    pipeline = Pipeline(name="training", steps=(Step(name="train", experiment_tracker="tracker"),))
    settled = client.send(
        StartRun(
            workspace="default",
            pipeline=pipeline,
            stack="team",
            level=level or ValidationLevel.SECRET_AND_KEY_EXISTS,
            scope=None if own else SecretScope.WORKSPACE,
        )
    )
    if settled.run.status is RunStatus.RUNNING:
        client.send(FinishRun(workspace="default", run=settled.run.id, status=RunStatus.COMPLETED))
    return settled


def accept(client: Client) -> None:
    waiting = client.get_stack_trust("team").waiting
    client.trust_stack("team", {part.id: part.version for part in waiting})


def kinds(report: Report) -> set[str]:
    return {problem.problem for problem in report.problems}


def checked(client: Client) -> Report:
    return client.check_references(needs_of_stack(client.get_stack("team")), stack="team")


def test_anothers_component_gets_nothing_of_ones_own(anna: Client, shared: Stack) -> None:
    """A run is refused and a check says why: who changed what, where, and the command that accepts."""
    settled = started(anna)
    assert settled.run.status is RunStatus.REFUSED
    (problem,) = settled.report.problems
    assert (problem.problem, problem.where.path) == ("not_trusted", "tracking_password")
    assert problem.fix == "lockwork stack trust team"
    assert "user 'default' changed it last" in problem.detail
    report = checked(anna)
    assert (report.ok, kinds(report)) == (False, {"not_trusted"})
    assert started(anna, level=ValidationLevel.NONE).run.status is RunStatus.REFUSED


def test_what_is_shown_is_what_is_accepted(client: Client, anna: Client, shared: Stack) -> None:
    """It tells where it would go; once accepted it runs; the trail says who accepted which version."""
    tracker = next(p for p in anna.get_stack_trust("team").waiting if p.kind == "experiment-tracker")
    assert tracker.gets == {"tracking_password": "{{mlflow.pw}} → user anna/mlflow v1"}
    assert tracker.configuration["tracking_uri"] == "https://good.example"
    assert (tracker.changed_by, tracker.version) == ("default", 1)
    accept(anna)
    assert anna.get_stack_trust("team").waiting == ()
    assert checked(anna).ok
    assert started(anna).run.status is RunStatus.RUNNING
    done = [r for r in client.list_audit() if r.action == "stack.trust" and r.id == tracker.id]
    assert [(r.user, r.version) for r in done] == [("anna", 1)]
    assert client.send(VerifyAudit()).ok


@pytest.mark.parametrize("change", ["uri", "rename", "reference"])
def test_another_change_asks_again(client: Client, anna: Client, shared: Stack, change: str) -> None:
    """Consent is to one version: a swapped destination, a new name, a rewritten reference need another."""
    client.create_secret("other", {"pw": "x"})
    accept(anna)
    if change == "uri":
        client.update_component(TRACKER, "tracker", {"tracking_uri": "https://evil.example"})
    elif change == "rename":
        client.update_component(TRACKER, "tracker", new_name="tracker2")
        client.update_component(TRACKER, "tracker2", new_name="tracker")
    else:
        client.update_component(TRACKER, "tracker", {"tracking_password": "{{other.pw}}"})
        client.update_secret("other", new_name="mlflow", update_references=True)
    assert started(anna).run.status is RunStatus.REFUSED
    assert kinds(checked(anna)) == {"not_trusted"}
    accept(anna)
    assert started(anna).run.status is RunStatus.RUNNING


def test_a_version_that_nobody_saw_is_not_accepted(client: Client, anna: Client, shared: Stack) -> None:
    """What was changed between the question and the yes is not accepted with it."""
    shown = {part.id: part.version for part in anna.get_stack_trust("team").waiting}
    client.update_component(TRACKER, "tracker", {"tracking_uri": "https://evil.example"})
    with pytest.raises(VersionMismatch):
        anna.trust_stack("team", shown)
    assert started(anna).run.status is RunStatus.REFUSED
    with pytest.raises(NotFound):
        anna.trust_stack("team", {"of-nothing": 1})


def test_ones_own_change_needs_no_consent(client: Client, anna: Client, shared: Stack) -> None:
    """What one changed last oneself is one's own, whoever made it; then the other is asked."""
    client.create_secret("mlflow", {"pw": "defaults own"}, scope=SecretScope.USER)
    assert started(client).run.status is RunStatus.RUNNING
    anna.update_component(TRACKER, "tracker", {"tracking_uri": "https://annas.example"})
    assert started(anna).run.status is RunStatus.RUNNING
    assert started(client).run.status is RunStatus.REFUSED


def test_own_secrets_can_be_left_out(client: Client, anna: Client, shared: Stack) -> None:
    """Without one's own scope a name means the workspace's secret, and needs no consent."""
    client.create_secret("mlflow", {"pw": "the teams"})
    settled = started(anna, own=False)
    assert settled.run.status is RunStatus.RUNNING
    assert {found.scope for found in settled.found} == {SecretScope.WORKSPACE}


def test_variables_of_others_beside_ones_own_secret(client: Client, anna: Client, shared: Stack) -> None:
    """Another part that sets variables in the same steps could turn where the value goes: it is asked too."""
    accept(anna)
    variables = {"MLFLOW_TRACKING_URI": "https://evil.example"}
    client.update_component("orchestrator", "default", environment=variables)
    (problem,) = started(anna).report.problems
    assert "orchestrator 'default' sets variables beside" in problem.detail
    accept(anna)
    assert started(anna).run.status is RunStatus.RUNNING


def test_a_declared_secret_of_a_stack(client: Client, anna: Client, shared: Stack) -> None:
    """A stack that somebody else gave a secret as a whole gets none of one's own either."""
    anna.create_secret("openai", {"key": "annas own"}, scope=SecretScope.USER)
    accept(anna)
    client.update_stack("team", secrets=["openai"])
    wrong = [p for p in started(anna).report.problems if p.where.kind == "stack"]
    assert [(p.problem, p.secret) for p in wrong] == [("not_trusted", "openai")]


def test_own_code_needs_no_consent(client: Client, anna: Client) -> None:
    """References of one's own pipeline are one's own, on whoever's stack."""
    anna.create_secret("openai", {"key": "annas own"}, scope=SecretScope.USER)
    client.create_stack("team", PARTS)
    step = Step(name="train", environment={"KEY": "{{openai.key}}"})
    asked = StartRun(workspace="default", pipeline=Pipeline(name="training", steps=(step,)), stack="team")
    assert anna.send(asked).run.status is RunStatus.RUNNING
