"""What is not there, and what its asker may not know of, are told alike: to the byte and to the statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.api.conftest import Api

from lockwork.domain.access import Limits, Role
from lockwork.domain.checks import Need, Where
from lockwork.domain.runs import Pipeline, RunStatus, Step
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.stacks import ComponentType
from lockwork.messages import Listing, Message, WorkspaceMessage, access, runs, secrets, stacks, workspaces
from lockwork.wire import routes
from lockwork.wire.requests import request_of

Makes = Callable[[str], Message[Any]]
HERE = {"workspace": "default"}
TRACKER = {**HERE, "type": ComponentType.EXPERIMENT_TRACKER}
PARTS = {ComponentType.ORCHESTRATOR: "default", ComponentType.ARTIFACT_STORE: "default"}
STEP = {**HERE, "step": "train"}


SOME = {"key": Sensitive("text")}


def of_secret(text: str, **more: Any) -> dict[str, Any]:
    return {**HERE, "secret": text, **more}


SECRETS: dict[str, Makes] = {
    "GetSecret": lambda s: secrets.GetSecret(**of_secret(s)),
    "GetSecret by prefix": lambda s: secrets.GetSecret(**of_secret(s, prefix=True)),
    "RevealSecret": lambda s: secrets.RevealSecret(**of_secret(s)),
    "RevealSecret of a version": lambda s: secrets.RevealSecret(**of_secret(s, version=1, key="user")),
    "UpdateSecret": lambda s: secrets.UpdateSecret(**of_secret(s, set={"a": Sensitive("b")})),
    "UpdateSecret moved": lambda s: secrets.UpdateSecret(**of_secret(s, new_scope="user", if_version=1)),
    "UndeleteSecret": lambda s: secrets.UndeleteSecret(**of_secret(s)),
    "DeleteSecret, for good": lambda s: secrets.DeleteSecret(**of_secret(s, purge=True)),
    "DeleteSecret": lambda s: secrets.DeleteSecret(**of_secret(s)),
    "DeleteSecret, as a dry run": lambda s: secrets.DeleteSecret(**of_secret(s, dry_run=True)),
    "ListVersions": lambda s: secrets.ListVersions(**of_secret(s)),
    "RestoreVersion": lambda s: secrets.RestoreVersion(**of_secret(s, version=1)),
    "DestroyVersions": lambda s: secrets.DestroyVersions(**of_secret(s, version=1)),
    "GetUsage": lambda s: secrets.GetUsage(**of_secret(s)),
}
BY_NAME: dict[str, Makes] = {
    "ExplainReference": lambda s: secrets.ExplainReference(**HERE, text=f"{{{{{s}.password}}}}"),
    "CheckReferences": lambda s: secrets.CheckReferences(
        **HERE, needs=(Need(secret=s, key="password", where=Where(kind="stack", name="x", path="")),)
    ),
}
LISTED = secrets.ListSecrets
BY_NAME |= {
    "ListSecrets": lambda s: LISTED(**HERE, listing=Listing(filters={"name": s})),
    "ListSecrets, deleted": lambda s: LISTED(**HERE, listing=Listing(filters={"name": s}), deleted=True),
    "CreateSecret": lambda s: secrets.CreateSecret(**HERE, name=s, values=SOME),
    "CreateSecret, or update": lambda s: secrets.CreateSecret(
        **HERE, name=s, values=SOME, if_exists="update"
    ),
    "CreateSecret, or skip": lambda s: secrets.CreateSecret(**HERE, name=s, values=SOME, if_exists="skip"),
    "CreateSecret of one's own": lambda s: secrets.CreateSecret(**HERE, name=s, values=SOME, scope="user"),
    "CreateSecrets": lambda s: secrets.CreateSecrets(**HERE, secrets=(secrets.Fresh(name=s, values=SOME),)),
    "UpdateSecret, to that name": lambda s: secrets.UpdateSecret(**of_secret("ok-mine", new_name=s)),
}
BY_ID: dict[str, Makes] = {
    "RevealSecrets": lambda s: secrets.RevealSecrets(**HERE, wanted=(secrets.Wanted(id=s, version=1),)),
}
COMPONENTS: dict[str, Makes] = {
    "GetComponent": lambda c: stacks.GetComponent(**TRACKER, component=c),
    "UpdateComponent": lambda c: stacks.UpdateComponent(**TRACKER, component=c, new_name="other"),
    "ConcealAttributes": lambda c: stacks.ConcealAttributes(**TRACKER, component=c, places=("tracking_uri",)),
    "CopyComponent": lambda c: stacks.CopyComponent(**TRACKER, component=c, new_name="other"),
    "DeleteComponent": lambda c: stacks.DeleteComponent(**TRACKER, component=c),
    "RegisterStack": lambda c: stacks.RegisterStack(
        **HERE, name="new", components={**PARTS, ComponentType.EXPERIMENT_TRACKER: c}
    ),
}
STACKS: dict[str, Makes] = {
    "GetStack": lambda s: stacks.GetStack(**HERE, stack=s),
    "UpdateStack": lambda s: stacks.UpdateStack(**HERE, stack=s, new_name="other"),
    "CopyStack": lambda s: stacks.CopyStack(**HERE, stack=s, new_name="other"),
    "DeleteStack": lambda s: stacks.DeleteStack(**HERE, stack=s),
    "GetTrust": lambda s: stacks.GetTrust(**HERE, stack=s),
    "TrustStack": lambda s: stacks.TrustStack(**HERE, stack=s, versions={}),
}
RUNS: dict[str, Makes] = {
    "GetRun": lambda r: runs.GetRun(**HERE, run=r),
    "GetLog": lambda r: runs.GetLog(**HERE, run=r),
    "GetLogPart": lambda r: runs.GetLogPart(**STEP, run=r),
    "StartStep": lambda r: runs.StartStep(**STEP, run=r),
    "AppendLog": lambda r: runs.AppendLog(**STEP, run=r, start=0, part=b"x"),
    "FinishStep": lambda r: runs.FinishStep(**STEP, run=r, status=RunStatus.COMPLETED),
    "StillRunning": lambda r: runs.StillRunning(**HERE, run=r),
    "FinishRun": lambda r: runs.FinishRun(**HERE, run=r, status=RunStatus.COMPLETED),
}
TOKENS: dict[str, Makes] = {"RevokeToken": lambda t: access.RevokeToken(token=t)}


PIPELINE = Pipeline(name="training", steps=(Step(name="train"),))
OTHERS: dict[str, Makes] = {
    "ListMembers": lambda _: access.ListMembers(**HERE),
    "GetRights": lambda _: access.GetRights(**HERE),
    "PutMember": lambda _: access.PutMember(**HERE, user="vic", role=Role.VIEWER),
    "RemoveMember": lambda _: access.RemoveMember(**HERE, user="vic"),
    "ListComponents": lambda _: stacks.ListComponents(**HERE),
    "ListStacks": lambda _: stacks.ListStacks(**HERE),
    "ListRuns": lambda _: runs.ListRuns(**HERE),
    "StartRun": lambda _: runs.StartRun(**HERE, pipeline=PIPELINE, stack="default"),
    "RegisterComponent": lambda _: stacks.RegisterComponent(**TRACKER, name="new", flavor="mlflow"),
    "GetWorkspace": lambda _: workspaces.GetWorkspace(workspace="default"),
}


class Told(NamedTuple):
    """An answer without what may differ: the words that were asked, the date, the request's id."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...]
    statements: int


def told(api: Api, who: str, message: Message[Any], *words: str) -> Told:
    asked = request_of(message)
    api.gate.house.strangers.write(api.clock())  # what is written now and then, whoever asks what
    del api.statements[:]
    response = api.ask(asked.method, asked.path, who, content_type="application/json", content=asked.body)
    body = response.text
    for word in words:
        body = body.replace(word, "<asked>")
    passing = ("date", "x-request-id", "content-length")
    headers = tuple(sorted((n, t) for n, t in response.headers.items() if n not in passing))
    return Told(response.status_code, body, headers, len(api.statements))


class World(NamedTuple):
    api: Api
    token: str
    """Of an editor, held to names that begin with `ok-`."""
    names: dict[str, dict[str, str]]
    """By kind of thing, by case: its name."""
    ids: dict[str, dict[str, str]]
    room: str
    """The id of a workspace that eve is no member of."""


@pytest.fixture(scope="module")
def world(lasting_each_api: Api) -> World:
    """Things that a narrow token of eve's cannot know of, for each reason."""
    api = lasting_each_api
    kinds = ("secret", "component", "stack", "token")
    names: dict[str, dict[str, str]] = {kind: {"absent": "q-00000000"} for kind in kinds}
    ids: dict[str, dict[str, str]] = {kind: {"absent": str(uuid4())} for kind in (*names, "run")}

    def keep(kind: str, case: str, made: dict[str, Any]) -> None:
        names[kind][case], ids[kind][case] = made["name"], made["id"]

    room_made = api.ask("POST", "/v1/workspaces", body={"name": "elsewhere1"}).json()
    api.secret("ok-mine", "eve")
    keep("secret", "another's", api.secret("q-11111111", "ada", scope="user"))
    keep("secret", "outside the pattern", api.secret("q-22222222"))
    keep("secret", "own, outside the pattern", api.secret("q-33333333", "eve", scope="user"))
    keep("secret", "deleted", api.secret("q-44444444"))
    api.ask("POST", "/v1/workspaces/default/secrets/q-44444444/delete", body={})
    keep("secret", "in another workspace", api.secret("q-55555555", workspace="elsewhere1"))

    for case, workspace, name in (
        ("deleted", "default", "q-66666666"),
        ("in another workspace", "elsewhere1", "q-77777777"),
    ):
        room = f"/v1/workspaces/{workspace}"
        tracker: dict[str, Any] = {"name": name, "type": "experiment_tracker", "flavor": "mlflow"}
        tracker |= {"attributes": {"tracking_uri": "http://x"}}
        made = api.ask("POST", f"{room}/components", body=tracker)
        assert made.status_code == 201, made.text
        keep("component", case, made.json())
        parts = {"orchestrator": "default", "artifact_store": "default"}
        made = api.ask("POST", f"{room}/stacks", body={"name": name, "components": parts})
        assert made.status_code == 201, made.text
        keep("stack", case, made.json())
    for path in ("components/experiment_tracker", "stacks"):
        assert api.ask("POST", f"/v1/workspaces/default/{path}/q-66666666/delete").status_code == 200
    started = request_of(runs.StartRun(workspace="elsewhere1", pipeline=PIPELINE, stack="default"))
    made = api.ask("POST", started.path, content=started.body, content_type="application/json")
    assert made.status_code == 201, made.text
    ids["run"]["in another workspace"] = made.json()["run"]["id"]
    keep("token", "another's", api.ask("POST", "/v1/tokens", "ada", {"name": "q-88888888"}).json()["token"])
    api.clock.step = 0  # once a minute it is written down that a token was used
    return World(api, api.limited("eve", Limits(patterns=("ok-*",))), names, ids, room_made["id"])


def cases() -> Iterator[Any]:
    for kind, table in (("secret", SECRETS), ("component", COMPONENTS), ("stack", STACKS), ("token", TOKENS)):
        for name, makes in table.items():
            yield pytest.param(kind, "names", makes, id=f"{name}, by name")
            yield pytest.param(kind, "ids", makes, id=f"{name}, by id")
    for name, makes in RUNS.items():
        yield pytest.param("run", "ids", makes, id=name)
    for name, makes in BY_NAME.items():
        yield pytest.param("secret", "names", makes, id=name)
    for name, makes in BY_ID.items():
        yield pytest.param("secret", "ids", makes, id=name)


@pytest.mark.parametrize(("kind", "by", "makes"), list(cases()))
def test_what_may_not_be_known_is_told_as_what_is_not_there(
    world: World, kind: str, by: str, makes: Makes
) -> None:
    """Status, body, headers and the number of statements are those of a thing that never was."""
    check_alike(world.api, world.token, makes, getattr(world, by)[kind])


def whole_cases() -> list[Any]:
    """Of things that a token without limits cannot know of either."""
    makes_new = ("Create", "UpdateSecret, to")
    return [case for case in cases() if not str(case.id).startswith(makes_new)]


KNOWS_DELETED = (LISTED, secrets.UndeleteSecret, secrets.DeleteSecret, secrets.RevealSecrets)
"""They are about what was deleted too, for who might see it: a run keeps what it was settled on."""


@pytest.mark.parametrize(("kind", "by", "makes"), whole_cases())
def test_the_same_for_a_token_without_limits(world: World, kind: str, by: str, makes: Makes) -> None:
    """What is deleted, another's or elsewhere is not hidden by the pattern alone."""
    texts = {case: text for case, text in getattr(world, by)[kind].items() if "pattern" not in case}
    if isinstance(makes(texts["absent"]), KNOWS_DELETED):
        texts.pop("deleted", None)
    check_alike(world.api, "eve", makes, texts)


def check_alike(api: Api, who: str, makes: Makes, texts: dict[str, str]) -> None:
    told(api, who, makes(texts["absent"]))  # what is only done the first time, is done
    expected = told(api, who, makes(texts["absent"]), texts["absent"])
    assert expected.status in (200, 403, 404), expected
    found = {case: told(api, who, makes(text), text) for case, text in texts.items()}
    differ = {case: answer for case, answer in found.items() if answer != expected}
    assert not differ, expected


@pytest.mark.parametrize("who", ["ada", "nobody", "robot", "gone", "vic"])
def test_whoever_fails_to_log_in_hears_the_same(world: World, who: str) -> None:
    """No such user, a wrong password, a program, someone kept out: alike, with as many statements."""
    api = world.api
    api.ask("POST", "/v1/users", body={"name": "robot", "service": True})
    api.ask("POST", "/v1/users", body={"name": "gone"})
    api.ask("PATCH", "/v1/users/gone", body={"disabled": True})
    api.clock.advance(days=1)  # whoever failed before makes nobody wait now
    wrong = access.LogIn(name="absent", password=Sensitive("wrong"))
    expected = told(api, "eve", wrong, "absent")
    assert expected.status == 401
    assert told(api, "eve", msgspec.structs.replace(wrong, name=who), who) == expected


def in_workspaces() -> list[Any]:
    """Every message that names a workspace, as empty as its fields allow."""
    found = []
    for table in (SECRETS, BY_NAME, BY_ID, COMPONENTS, STACKS, RUNS, OTHERS):
        found += [pytest.param(makes(str(UUID(int=0))), id=name) for name, makes in table.items()]
    return found


@pytest.mark.parametrize("message", in_workspaces())
def test_a_workspace_of_others_is_as_one_that_never_was(world: World, message: Any) -> None:
    """Whoever is no member hears of no workspace, whatever they ask in it, by name or id."""
    told(world.api, "eve", msgspec.structs.replace(message, workspace="nowhereyet"))
    expected = told(world.api, "eve", msgspec.structs.replace(message, workspace="nowhereyet"), "nowhereyet")
    assert expected.status == 404
    for there in ("elsewhere1", world.room):
        found = told(world.api, "eve", msgspec.structs.replace(message, workspace=there), there)
        assert found == expected


def test_no_message_about_one_thing_is_left_out() -> None:
    """A verb that is added is added here."""
    tried = {type(case.values[-1]).__name__ for case in in_workspaces()} | {"RevokeToken"}
    everyones = {
        row.message
        for noun, rows in routes.ROUTES.items()
        for row in rows
        if issubclass(routes.message_of(noun, row), WorkspaceMessage)
    }
    assert everyones <= tried
