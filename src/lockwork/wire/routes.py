"""THE table: which message is asked by which method at which path. Names in braces are the message's fields.

The path names what is asked about; every other field rides in the query of a GET, and in the JSON body of
all else. What reveals a value, or takes a text that may be one, is never a GET: URLs end up in logs. What can
be asked as a dry run is never a DELETE: a body that a proxy drops there would leave the deletion itself.
"""

from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from lockwork.messages import Message


class Route(NamedTuple):
    """A row: a message's name, and how it is asked."""

    message: str
    method: str
    path: str
    status: int = 200
    """Of a success."""


_IN = "/v1/workspaces/{workspace}"
_SECRET = f"{_IN}/secrets/{{secret}}"
_COMPONENT = f"{_IN}/components/{{type}}/{{component}}"
_STACK = f"{_IN}/stacks/{{stack}}"
_RUN = f"{_IN}/runs/{{run}}"
_STEP = f"{_RUN}/steps/{{step}}"

ROUTES: dict[str, tuple[Route, ...]] = {
    "secrets": (
        Route("CreateSecret", "POST", f"{_IN}/secrets", 201),
        Route("CreateSecrets", "POST", f"{_IN}/secrets/batch", 201),
        Route("ListSecrets", "GET", f"{_IN}/secrets"),
        Route("GetSecret", "GET", _SECRET),
        Route("RevealSecret", "POST", f"{_SECRET}/reveal"),
        Route("UpdateSecret", "PATCH", _SECRET),
        Route("DeleteSecret", "POST", f"{_SECRET}/delete"),
        Route("UndeleteSecret", "POST", f"{_SECRET}/undelete"),
        Route("ListVersions", "GET", f"{_SECRET}/versions"),
        Route("RestoreVersion", "POST", f"{_SECRET}/restore"),
        Route("DestroyVersions", "POST", f"{_SECRET}/destroy"),
        Route("GetUsage", "GET", f"{_SECRET}/usage"),
        Route("ExplainReference", "POST", f"{_IN}/references/explain"),
        Route("CheckReferences", "POST", f"{_IN}/references/check"),
        Route("RevealSecrets", "POST", f"{_IN}/secrets/reveal"),
    ),
    "stacks": (
        Route("RegisterComponent", "POST", f"{_IN}/components", 201),
        Route("ListComponents", "GET", f"{_IN}/components"),
        Route("GetComponent", "GET", _COMPONENT),
        Route("UpdateComponent", "PATCH", _COMPONENT),
        Route("ConcealAttributes", "POST", f"{_COMPONENT}/conceal"),
        Route("CopyComponent", "POST", f"{_COMPONENT}/copy", 201),
        Route("DeleteComponent", "POST", f"{_COMPONENT}/delete"),
        Route("RegisterStack", "POST", f"{_IN}/stacks", 201),
        Route("ListStacks", "GET", f"{_IN}/stacks"),
        Route("GetStack", "GET", _STACK),
        Route("UpdateStack", "PATCH", _STACK),
        Route("CopyStack", "POST", f"{_STACK}/copy", 201),
        Route("DeleteStack", "POST", f"{_STACK}/delete"),
        Route("GetTrust", "GET", f"{_STACK}/trust"),
        Route("TrustStack", "POST", f"{_STACK}/trust"),
    ),
    "runs": (
        Route("StartRun", "POST", f"{_IN}/runs", 201),
        Route("ListRuns", "GET", f"{_IN}/runs"),
        Route("GetRun", "GET", _RUN),
        Route("FinishRun", "POST", f"{_RUN}/finish"),
        Route("StillRunning", "POST", f"{_RUN}/alive"),
        Route("GetLog", "GET", f"{_RUN}/log"),
        Route("StartStep", "POST", f"{_STEP}/start"),
        Route("AppendLog", "POST", f"{_STEP}/log"),
        Route("GetLogPart", "GET", f"{_STEP}/log"),
        Route("FinishStep", "POST", f"{_STEP}/finish"),
    ),
    "access": (
        Route("WhoAmI", "GET", "/v1/me"),
        Route("LogIn", "POST", "/v1/login", 201),
        Route("LogOut", "POST", "/v1/logout"),
        Route("SetUp", "POST", "/v1/setup", 201),
        Route("ChoosePassword", "POST", "/v1/password/choose", 201),
        Route("ChangePassword", "POST", "/v1/password/change"),
        Route("CreateUser", "POST", "/v1/users", 201),
        Route("InviteUser", "POST", "/v1/users/invite", 201),
        Route("ListUsers", "GET", "/v1/users"),
        Route("GetUser", "GET", "/v1/users/{user}"),
        Route("UpdateUser", "PATCH", "/v1/users/{user}"),
        Route("DeleteUser", "POST", "/v1/users/{user}/delete"),
        Route("GetRights", "GET", f"{_IN}/rights"),
        Route("ListMembers", "GET", f"{_IN}/members"),
        Route("PutMember", "PUT", f"{_IN}/members/{{user}}"),
        Route("RemoveMember", "DELETE", f"{_IN}/members/{{user}}"),
        Route("CreateToken", "POST", "/v1/tokens", 201),
        Route("ListTokens", "GET", "/v1/tokens"),
        Route("RevokeToken", "POST", "/v1/tokens/{token}/revoke"),
    ),
    "workspaces": (
        Route("CreateWorkspace", "POST", "/v1/workspaces", 201),
        Route("ListWorkspaces", "GET", "/v1/workspaces"),
        Route("GetWorkspace", "GET", _IN),
        Route("DeleteWorkspace", "POST", f"{_IN}/delete"),
    ),
    "audit": (
        Route("ListAudit", "GET", "/v1/audit"),
        Route("GetAuditHead", "GET", "/v1/audit/head"),
        Route("VerifyAudit", "POST", "/v1/audit/verify"),
        Route("ListStrangers", "GET", "/v1/audit/strangers"),
        Route("ExportAudit", "GET", "/v1/audit/links"),
        Route("CheckAuditLinks", "POST", "/v1/audit/links/check"),
        Route("PruneAudit", "POST", "/v1/audit/prune"),
    ),
    "keys": (
        Route("ListKeys", "GET", "/v1/keys"),
        Route("AddKey", "POST", "/v1/keys", 201),
        Route("ActivateKey", "POST", "/v1/keys/activate"),
        Route("RewrapVersions", "POST", "/v1/keys/rewrap"),
        Route("RetireKeys", "POST", "/v1/keys/retire"),
        Route("DestroyKey", "POST", "/v1/keys/{key}/destroy"),
    ),
}
"""By noun: the module of `lockwork.messages` in which the message is, which is loaded when one is asked."""

ONLY_HERE = frozenset({"CopyStore", "RecordRestore", "ResetPassword", "AppointAdmin"})
"""Messages for whoever owns the store's host: no server answers them."""


def route_of(message: type[Message[Any]]) -> Route:
    """The row of a message; `KeyError` for one that no server answers."""
    return _by_name()[message.__name__]


def message_of(noun: str, route: Route) -> type[Message[Any]]:
    """The message of a row."""
    found: type[Message[Any]] = getattr(import_module(f"lockwork.messages.{noun}"), route.message)
    return found


@cache
def _by_name() -> dict[str, Route]:
    return {route.message: route for rows in ROUTES.values() for route in rows}
