"""Each cell of the table in docs/access.md: every question, asked over HTTP as every kind of caller."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from tests.access.conftest import PASSWORD, Team, heard
from tests.contract.conftest import EmbeddedStore, OverHttp
from tests.loading import loaded

from lockwork.client.api import Client
from lockwork.domain.access import Role
from lockwork.domain.audit import AuditHead, AuditPart
from lockwork.domain.runs import Pipeline, RunStatus, Step
from lockwork.domain.secrets import SecretInfo, SecretScope
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.stacks import ComponentType
from lockwork.messages import Message, access, audit, keys, runs, secrets, stacks, workspaces
from lockwork.messages.secrets import OneSecret

PAGE = loaded("scripts/access_page.py")
HERE = "default"
VALUES = {"a": Sensitive("1"), "b": Sensitive("2")}
SECRET_FIELDS: dict[str, dict[str, Any]] = {
    "UpdateSecret": {"set": {"a": Sensitive("3")}},
    "RestoreVersion": {"version": 1},
}
OWNERS = {"held": "boss", "elsewhere": "boss", "nobody": "other"}
"""Whose things a caller's own are, where they are called otherwise."""
ONE_STEP = Pipeline(name="p", steps=(Step(name="s"),))


class Questions:
    """Questions that would be answered, each about things made for it, so that nothing else is in the way."""

    def __init__(self, team: Team) -> None:
        self.team = team

    def made(self, name: str, message: type[Message[Any]], owner: str, place: str) -> Message[Any]:
        """A question of this kind about something at that place; a caller's own things are `owner`'s."""
        if issubclass(message, OneSecret) or name == "RevealSecrets":
            info = self._secret(owner, place)
            if name == "RevealSecrets":
                return secrets.RevealSecrets(
                    workspace=HERE, wanted=(secrets.Wanted(id=info.id, version=info.version),)
                )
            if name == "UndeleteSecret":
                asked_by = "other" if place == PAGE.Place.OTHERS else owner
                self.team.did(secrets.DeleteSecret(workspace=HERE, secret=info.id), asked_by)
            return message(workspace=HERE, secret=info.id, **SECRET_FIELDS.get(name, {}))
        found: Message[Any] = getattr(self, name)(owner, place)
        assert type(found) is message
        return found

    def _secret(self, owner: str, place: str) -> SecretInfo:
        """With two versions."""
        scope = SecretScope.WORKSPACE if place == PAGE.Place.WORKSPACE else SecretScope.USER
        owner = "other" if place == PAGE.Place.OTHERS else owner
        made = self.team.did(
            secrets.CreateSecret(workspace=HERE, name=self.team.fresh(), values=VALUES, scope=scope), owner
        )
        again = secrets.UpdateSecret(workspace=HERE, secret=made.id, set={"b": Sensitive("4")})
        found: SecretInfo = self.team.did(again, owner)
        return found

    # ---- secrets ----

    def CreateSecret(self, _owner: str, place: str) -> Message[Any]:
        return secrets.CreateSecret(
            workspace=HERE, name=self.team.fresh(), values=VALUES, scope=_scope_at(place)
        )

    def CreateSecrets(self, _owner: str, place: str) -> Message[Any]:
        fresh = secrets.Fresh(name=self.team.fresh(), values=VALUES, scope=_scope_at(place))
        return secrets.CreateSecrets(workspace=HERE, secrets=(fresh,))

    def ListSecrets(self, *_: str) -> Message[Any]:
        return secrets.ListSecrets(workspace=HERE)

    def ExplainReference(self, *_: str) -> Message[Any]:
        return secrets.ExplainReference(workspace=HERE, text="{{x.y}}")

    def CheckReferences(self, *_: str) -> Message[Any]:
        return secrets.CheckReferences(workspace=HERE, needs=())

    # ---- stacks ----

    def _component(self) -> dict[str, Any]:
        name = self.team.fresh()
        self.team.did(
            stacks.RegisterComponent(
                workspace=HERE, name=name, type=ComponentType.ALERTER, flavor="slack",
                attributes={"slack_token": "in-the-clear", "slack_channel_id": "c"}, plaintext=True,
            )
        )  # fmt: skip
        return {"workspace": HERE, "type": ComponentType.ALERTER, "component": name}

    def _stack(self) -> dict[str, Any]:
        name = self.team.fresh()
        self.team.did(stacks.CopyStack(workspace=HERE, stack="default", new_name=name))
        return {"workspace": HERE, "stack": name}

    def RegisterComponent(self, *_: str) -> Message[Any]:
        return stacks.RegisterComponent(
            workspace=HERE, name=self.team.fresh(), type=ComponentType.ORCHESTRATOR, flavor="local"
        )

    def ListComponents(self, *_: str) -> Message[Any]:
        return stacks.ListComponents(workspace=HERE)

    def GetComponent(self, *_: str) -> Message[Any]:
        return stacks.GetComponent(**self._component())

    def UpdateComponent(self, *_: str) -> Message[Any]:
        return stacks.UpdateComponent(**self._component(), new_name=self.team.fresh())

    def ConcealAttributes(self, *_: str) -> Message[Any]:
        return stacks.ConcealAttributes(**self._component(), places=("slack_token",))

    def CopyComponent(self, *_: str) -> Message[Any]:
        return stacks.CopyComponent(**self._component(), new_name=self.team.fresh())

    def DeleteComponent(self, *_: str) -> Message[Any]:
        return stacks.DeleteComponent(**self._component())

    def RegisterStack(self, *_: str) -> Message[Any]:
        parts = {ComponentType.ORCHESTRATOR: "default", ComponentType.ARTIFACT_STORE: "default"}
        return stacks.RegisterStack(workspace=HERE, name=self.team.fresh(), components=parts)

    def ListStacks(self, *_: str) -> Message[Any]:
        return stacks.ListStacks(workspace=HERE)

    def GetStack(self, *_: str) -> Message[Any]:
        return stacks.GetStack(**self._stack())

    def UpdateStack(self, *_: str) -> Message[Any]:
        return stacks.UpdateStack(**self._stack(), new_name=self.team.fresh())

    def CopyStack(self, *_: str) -> Message[Any]:
        return stacks.CopyStack(**self._stack(), new_name=self.team.fresh())

    def DeleteStack(self, *_: str) -> Message[Any]:
        return stacks.DeleteStack(**self._stack())

    def GetTrust(self, *_: str) -> Message[Any]:
        return stacks.GetTrust(**self._stack())

    def TrustStack(self, *_: str) -> Message[Any]:
        return stacks.TrustStack(**self._stack(), versions={})

    # ---- runs ----

    def StartRun(self, *_: str) -> Message[Any]:
        return runs.StartRun(workspace=HERE, pipeline=ONE_STEP, stack="default")

    def _run(self, owner: str, *, begun: bool = False) -> dict[str, Any]:
        settled = self.team.did(runs.StartRun(workspace=HERE, pipeline=ONE_STEP, stack="default"), owner)
        at = {"workspace": HERE, "run": settled.run.id}
        if begun:
            self.team.did(runs.StartStep(**at, step="s"), owner)
        return at

    def ListRuns(self, *_: str) -> Message[Any]:
        return runs.ListRuns(workspace=HERE)

    def GetRun(self, owner: str, _place: str) -> Message[Any]:
        return runs.GetRun(**self._run(owner))

    def GetLog(self, owner: str, _place: str) -> Message[Any]:
        return runs.GetLog(**self._run(owner))

    def GetLogPart(self, owner: str, _place: str) -> Message[Any]:
        return runs.GetLogPart(**self._run(owner), step="s")

    def StartStep(self, owner: str, _place: str) -> Message[Any]:
        return runs.StartStep(**self._run(owner), step="s")

    def StillRunning(self, owner: str, _place: str) -> Message[Any]:
        return runs.StillRunning(**self._run(owner))

    def AppendLog(self, owner: str, _place: str) -> Message[Any]:
        return runs.AppendLog(**self._run(owner, begun=True), step="s", start=0, part=b"line\n")

    def FinishStep(self, owner: str, _place: str) -> Message[Any]:
        return runs.FinishStep(**self._run(owner, begun=True), step="s", status=RunStatus.COMPLETED)

    def FinishRun(self, owner: str, _place: str) -> Message[Any]:
        return runs.FinishRun(**self._run(owner), status=RunStatus.COMPLETED)

    # ---- people and machines ----

    def _user(self) -> str:
        name = self.team.fresh()
        self.team.did(access.CreateUser(name=name))
        return name

    def WhoAmI(self, *_: str) -> Message[Any]:
        return access.WhoAmI()

    def LogIn(self, *_: str) -> Message[Any]:
        return access.LogIn(name="other", password=Sensitive(PASSWORD))

    def LogOut(self, *_: str) -> Message[Any]:
        return access.LogOut()

    def SetUp(self, *_: str) -> Message[Any]:
        return access.SetUp(code=Sensitive("lkc_x"), name="x", password=Sensitive(PASSWORD))

    def ChoosePassword(self, *_: str) -> Message[Any]:
        code = self.team.did(access.ResetPassword(user="other"))
        return access.ChoosePassword(code=code.text, password=Sensitive(PASSWORD))

    def ChangePassword(self, *_: str) -> Message[Any]:
        return access.ChangePassword(name="other", password=Sensitive(PASSWORD), new=Sensitive(PASSWORD))

    def CreateUser(self, *_: str) -> Message[Any]:
        return access.CreateUser(name=self.team.fresh())

    def InviteUser(self, *_: str) -> Message[Any]:
        return access.InviteUser(name=self.team.fresh())

    def ListUsers(self, *_: str) -> Message[Any]:
        return access.ListUsers()

    def GetUser(self, *_: str) -> Message[Any]:
        return access.GetUser(user="other")

    def UpdateUser(self, *_: str) -> Message[Any]:
        return access.UpdateUser(user=self._user(), disabled=True)

    def DeleteUser(self, *_: str) -> Message[Any]:
        return access.DeleteUser(user=self._user())

    def GetRights(self, *_: str) -> Message[Any]:
        return access.GetRights(workspace=HERE)

    def ListMembers(self, *_: str) -> Message[Any]:
        return access.ListMembers(workspace=HERE)

    def PutMember(self, *_: str) -> Message[Any]:
        return access.PutMember(workspace=HERE, user=self._user(), role=Role.VIEWER)

    def RemoveMember(self, *_: str) -> Message[Any]:
        name = self._user()
        self.team.did(access.PutMember(workspace=HERE, user=name, role=Role.VIEWER))
        return access.RemoveMember(workspace=HERE, user=name)

    def CreateToken(self, _owner: str, place: str) -> Message[Any]:
        owner = "robot" if place == PAGE.Place.OTHERS else None
        return access.CreateToken(name=self.team.fresh(), owner=owner)

    def ListTokens(self, *_: str) -> Message[Any]:
        return access.ListTokens()

    def RevokeToken(self, owner: str, place: str) -> Message[Any]:
        made = self.team.did(
            access.CreateToken(name=self.team.fresh()), "other" if place == PAGE.Place.OTHERS else owner
        )
        return access.RevokeToken(token=made.token.id)

    # ---- the store ----

    def CreateWorkspace(self, *_: str) -> Message[Any]:
        return workspaces.CreateWorkspace(name=self.team.fresh())

    def ListWorkspaces(self, *_: str) -> Message[Any]:
        return workspaces.ListWorkspaces()

    def GetWorkspace(self, *_: str) -> Message[Any]:
        return workspaces.GetWorkspace(workspace=HERE)

    def DeleteWorkspace(self, *_: str) -> Message[Any]:
        name = self.team.fresh()
        self.team.did(workspaces.CreateWorkspace(name=name))
        return workspaces.DeleteWorkspace(workspace=name)

    def ListAudit(self, *_: str) -> Message[Any]:
        return audit.ListAudit()

    def GetAuditHead(self, *_: str) -> Message[Any]:
        return audit.GetAuditHead()

    def VerifyAudit(self, *_: str) -> Message[Any]:
        return audit.VerifyAudit()

    def ListStrangers(self, *_: str) -> Message[Any]:
        return audit.ListStrangers()

    def ExportAudit(self, *_: str) -> Message[Any]:
        return audit.ExportAudit(before=self.team.store.clock())

    def _oldest(self) -> AuditPart:
        """The oldest link that is in the trail."""
        part: AuditPart = self.team.did(audit.ExportAudit(before=self.team.store.clock()))
        return msgspec.structs.replace(part, links=part.links[:1])

    def CheckAuditLinks(self, *_: str) -> Message[Any]:
        oldest = self._oldest()
        return audit.CheckAuditLinks(start=oldest.start, links=oldest.links)

    def PruneAudit(self, *_: str) -> Message[Any]:
        (link,) = self._oldest().links
        return audit.PruneAudit(through=AuditHead(number=link.number, mac=link.mac))

    def ListKeys(self, *_: str) -> Message[Any]:
        return keys.ListKeys()

    def AddKey(self, *_: str) -> Message[Any]:
        return keys.AddKey()

    def ActivateKey(self, *_: str) -> Message[Any]:
        self.team.did(keys.AddKey())
        return keys.ActivateKey()

    def RewrapVersions(self, *_: str) -> Message[Any]:
        return keys.RewrapVersions(size=1)

    def RetireKeys(self, *_: str) -> Message[Any]:
        return keys.RetireKeys()

    def DestroyKey(self, *_: str) -> Message[Any]:
        active = next(key for key in self.team.did(keys.ListKeys()) if key.state == "active")
        return keys.DestroyKey(key=active.id)


def _scope_at(place: str) -> SecretScope:
    return SecretScope.USER if place == PAGE.Place.OWN else SecretScope.WORKSPACE


ALLOWED_BUT = {
    "SetUp": "Refused: this server has been set up already",
    "DestroyKey": "Refused: ",
}
"""What is refused to those who may ask it, too, for a reason of its own."""


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Questions]:
    made = OverHttp(EmbeddedStore(tmp_path_factory.mktemp("matrix") / "store"))
    yield Questions(Team(made))
    made.close()


@pytest.fixture(scope="module")
def callers(questions: Questions) -> Iterator[dict[str, Client]]:
    """A client of each kind of caller."""
    team = questions.team
    clients = {who: team.client(who) for who in PAGE.WHO if who not in OWNERS}
    clients["nobody"] = team.with_token(None)
    clients["held"] = team.client("boss", role=Role.VIEWER)
    clients["elsewhere"] = team.client("boss", workspaces=("lab",))
    yield clients
    for client in clients.values():
        client.close()


@pytest.mark.parametrize("name", [message.__name__ for _, message in PAGE.questions()])
def test_every_cell(questions: Questions, callers: dict[str, Client], name: str) -> None:
    """Every kind of caller hears to this question what the table says, wherever they ask it."""
    (message,) = [message for _, message in PAGE.questions() if message.__name__ == name]
    told, expected = {}, {}
    for place in PAGE.places(message):
        for who, kind in PAGE.WHO.items():
            asked = questions.made(name, message, OWNERS.get(who, who), place)
            # Who goes takes a token along that nobody needs.
            leaves = name == "LogOut" and who != "nobody"
            client = questions.team.client(OWNERS.get(who, who)) if leaves else callers[who]
            told[place, who] = _in_words(name, heard(client, asked))
            if leaves:
                client.close()
            expected[place, who] = PAGE.answer(message, kind, place).value
    assert told == expected


def _in_words(name: str, answer: str) -> str:
    return "yes" if name in ALLOWED_BUT and answer.startswith(ALLOWED_BUT[name]) else answer


def test_no_question_is_left_out(matrix: ModuleType) -> None:
    """The table has a row for every message that a server answers, and docs/access.md holds it as it is."""
    page = (Path(__file__).parents[2] / "docs" / "access.md").read_text("utf-8")
    assert matrix.table() in page
    for _, message in matrix.questions():
        assert f"| `{message.__name__}` |" in page
