"""What belongs to a user or a workspace is not that of another one who comes under the same name."""

import pytest
from tests.access.conftest import HERE, Team, heard
from tests.access.test_matrix import ONE_STEP

from lockwork.domain.access import Role
from lockwork.domain.errors import NotFound
from lockwork.domain.runs import Pipeline, RunStatus, Step
from lockwork.messages.access import CreateUser, DeleteUser, PutMember
from lockwork.messages.runs import AppendLog, FinishRun, StartRun, StartStep
from lockwork.messages.secrets import RevealSecret


def test_a_run_is_the_users_and_not_the_names(team: Team) -> None:
    """Who comes under the name of one that went records nothing in their runs, and sees none of their own."""
    anna = team.client("editor")
    anna.create_secret("very-own", {"k": "v"}, scope="user")
    step = Step(name="s", secrets={"very-own": "A_"})
    pipeline = Pipeline(name="p", steps=(step,))
    run = anna.send(StartRun(workspace=HERE, pipeline=pipeline, stack="default")).run
    assert [s.name for s in anna.get_run(run.id).secrets] == ["very-own"]
    team.did(DeleteUser(user="editor", force=True))
    team.did(CreateUser(name="editor"))
    team.did(PutMember(workspace=HERE, user="editor", role=Role.EDITOR))
    other = team.client("editor")
    seen = other.get_run(run.id)
    assert (seen.by, seen.secrets) == ("editor", ())
    for message in (
        StartStep(workspace=HERE, run=run.id, step="s"),
        AppendLog(workspace=HERE, run=run.id, step="s", start=0, part=b"x\n"),
        FinishRun(workspace=HERE, run=run.id, status=RunStatus.COMPLETED),
    ):
        assert heard(other, message) == "no"
    own = other.send(StartRun(workspace=HERE, pipeline=ONE_STEP, stack="default")).run
    assert heard(other, FinishRun(workspace=HERE, run=own.id, status=RunStatus.COMPLETED)) == "yes"
    anna.close()
    other.close()


def test_what_a_step_fetches_goes_into_a_run_of_the_same_user_alone(team: Team) -> None:
    """And into none of one who had the name before."""
    team.root.create_secret("db", {"k": "v"})
    anna = team.client("editor")
    runs = [anna.send(StartRun(workspace=HERE, pipeline=ONE_STEP, stack="default")).run]
    team.did(DeleteUser(user="editor", force=True))
    team.did(CreateUser(name="editor"))
    team.did(PutMember(workspace=HERE, user="editor", role=Role.EDITOR))
    other = team.client("editor")
    runs.append(other.send(StartRun(workspace=HERE, pipeline=ONE_STEP, stack="default")).run)
    for run in runs:
        other.send(RevealSecret(workspace=HERE, secret="db", run=run.id, step="s"))
    assert [[s.name for s in other.get_run(run.id).secrets] for run in runs] == [[], ["db"]]
    anna.close()
    other.close()


@pytest.mark.parametrize("of", ["boss", "robot"])
def test_a_token_is_held_to_the_workspace_and_not_to_its_name(team: Team, of: str) -> None:
    """Another workspace that is made under the name of one that went is none of the token's."""
    boss = team.client("boss")
    boss.create_workspace("team")
    boss.add_member("robot", "runner", "team")
    made = boss.create_token("held", owner=of, role="viewer", workspaces=["lab", "team"])
    assert made.token.limits.workspaces == ("lab", "team")
    first = boss.get_workspace("team")
    held = team.with_token(made.text, "team")
    assert held.get_workspace("team").id == first.id
    boss.delete_workspace("team")
    boss.create_workspace("team")
    boss.add_member("robot", "runner", "team")
    with pytest.raises(NotFound):
        held.list_secrets()
    with pytest.raises(NotFound):
        held.get_workspace("team")
    with pytest.raises(NotFound, match="workspace 'team'"):
        held.create_token("again", workspaces=["team"])
    assert "team" not in [w.name for w in held.list_workspaces()]
    (told,) = boss.list_tokens(name="held").items
    assert told.limits.workspaces == ("lab", first.id)
    for client in (boss, held):
        client.close()
