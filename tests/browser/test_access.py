"""Who may come in, and as what: members, users, service accounts; by role, with and without scripts."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.access.conftest import PASSWORD, Team
from tests.browser.conftest import Visiting, Visitor

from lockwork.dashboard.pages import Came
from lockwork.dashboard.sessions import ByLogIn
from lockwork.domain.access import Role
from lockwork.domain.secrets import SecretScope
from lockwork.domain.sensitive import Sensitive
from lockwork.messages import Gateway
from lockwork.messages.secrets import CreateSecret
from lockwork.service.callers import Claim

SENT_BY_HAND = """async ([path, fields]) => {
  const csrf = document.querySelector("[name=csrf]").value;
  const body = new URLSearchParams([["csrf", csrf], ...Object.entries(fields)]);
  const answer = await fetch(path, {method: "POST", headers: {accept: "application/json"}, body});
  return [answer.status, (await answer.json()).problem];
}"""


def tabs(visitor: Visitor) -> list[str]:
    return visitor.page.get_by_role("navigation", name="Access").get_by_role("link").all_inner_texts()


def line(visitor: Visitor, name: str) -> Any:
    """The line of a list that is about this one."""
    return visitor.main().get_by_role("listitem").filter(has_text=name)


@pytest.mark.parametrize("user", ["viewer", "editor"])
def test_who_is_no_admin_sees_who_is_here_and_changes_nothing(visiting: Visiting, user: str) -> None:
    """Members and roles are told; changes are not offered, and refused where they are sent all the same."""
    visitor = visiting(user)
    visitor.expect_refusal()
    page = visitor.goto("/w/default/access")
    assert tabs(visitor) == ["Members", "My tokens"]
    assert "6 members of default" in visitor.main().inner_text()
    assert "sees names and keys, never a value" in visitor.main().inner_text()
    assert f"You are {user} here" in visitor.main().inner_text()
    assert visitor.main().get_by_role("button").all_inner_texts() == [""]  # copies the command
    status, told = page.evaluate(SENT_BY_HAND, ["/w/default/access/members", {"user": user, "role": "admin"}])
    assert (status, "may not do this" in told) == (403, True)
    for path, what in (("users", "Users"), ("services", "Service accounts"), ("invite", "Users")):
        visitor.goto(f"/w/default/access/{path}")
        page.get_by_text(f"{what} are for admins of the server").wait_for()


def test_a_workspace_of_others_is_not_there(visiting: Visiting) -> None:
    """Who is no member is told what they would be told of a workspace that does not exist."""
    visitor = visiting("outsider")
    visitor.expect_refusal()
    for page in ("access", "account", "access/tokens/new"):
        visitor.goto(f"/w/default/{page}")
        assert "No workspace 'default'" in visitor.main().inner_text()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_admin_says_who_is_here_as_what(visiting: Visiting, team: Team, scripts: bool) -> None:
    """Added, given another role, taken out, each told; by an admin of this workspace alone."""
    visitor = visiting("admin", scripts=scripts)
    page = visitor.goto("/w/default/access")
    page.get_by_text("Add member").click()
    page.get_by_label("User", exact=True).fill("outsider")
    page.get_by_label("Role", exact=True).select_option("runner")
    page.get_by_role("button", name="Add to default").click()
    page.get_by_text("7 members").wait_for()
    assert line(visitor, "outsider").get_by_label("Role of outsider").input_value() == "runner"
    page.get_by_label("Role of outsider").select_option("editor")
    with page.expect_navigation():  # to the same page, which said "Saved." already
        line(visitor, "outsider").get_by_role("button", name="Save").click()
    assert {m.user: m.role for m in team.root.list_members(size=20)}["outsider"] is Role.EDITOR
    page.get_by_label("Remove outsider").click()
    line(visitor, "outsider").get_by_role("button", name="Yes, remove").click()
    page.get_by_text("6 members").wait_for()


def test_members_by_keyboard_alone(visiting: Visiting, team: Team) -> None:
    """Typed, tabbed and entered; what asks opens by Enter, closes by Escape, and gives the focus back."""
    visitor = visiting("admin")
    page = visitor.goto("/w/default/access")
    page.locator("summary", has_text="Add member").focus()
    visitor.expect_refusal()
    for key in ("Enter", "Tab", *"nobody", "Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("alert").get_by_text("no user 'nobody'").wait_for()
    assert page.get_by_label("User", exact=True).input_value() == "nobody"
    page.get_by_label("Remove viewer").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Yes, remove").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Remove viewer"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("5 members").wait_for()
    assert "viewer" not in {m.user for m in team.root.list_members(size=20)}


@pytest.mark.parametrize("scripts", [True, False])
def test_whom_a_code_lets_in(visiting: Visiting, team: Team, scripts: bool) -> None:
    """An invitation tells a code once, in no address; by it someone comes in and sees their workspace."""
    team.store.clock.now = time.time_ns() // 1000  # how long the code is good is seen on the page
    boss = visiting("boss", scripts=scripts)
    page = boss.goto("/w/default/access/invite")
    page.get_by_label("Name", exact=True).fill("anna")
    page.get_by_role("combobox", name="default", exact=True).select_option("viewer")
    page.get_by_role("combobox", name="lab", exact=True).select_option("editor")
    page.get_by_role("button", name="Invite").click()
    page.get_by_text("Copy the code now").wait_for()
    assert page.get_by_text("the earlier code no longer works").is_hidden()
    earlier = page.locator("[data-once=text]").inner_text()
    boss.goto("/w/default/access/users")
    assert "has not accepted yet" in line(boss, "anna").inner_text()
    assert "code expires in 7 days" in line(boss, "anna").inner_text()
    page.get_by_label("Manage anna").click()
    page.get_by_role("link", name="Invite again").click()
    assert page.get_by_label("Name", exact=True).input_value() == "anna"
    page.get_by_role("combobox", name="lab", exact=True).select_option("editor")
    page.get_by_role("button", name="Invite").click()
    page.get_by_text("the earlier code no longer works").wait_for()
    code = page.locator("[data-once=text]").inner_text()
    assert code.startswith("lkc_")
    assert code != earlier
    assert f"{boss.url}/invited" in boss.main().inner_text()
    assert code not in page.url + page.title()
    if scripts:
        page.get_by_role("button", name="Copy").first.click()
        assert page.evaluate("navigator.clipboard.readText()") == code
        page.reload()
        assert code not in page.content()
    anna = visiting(scripts=scripts)
    anna.goto("/invited")
    anna.page.get_by_label("Code").fill(code)
    for field in ("Password", "The same password again"):
        anna.page.get_by_label(field, exact=True).fill(PASSWORD)
    anna.page.get_by_role("button", name="Set password").click()
    anna.page.wait_for_url("**/w/default/secrets")
    boss.goto("/w/default/access/users")
    assert "has not accepted yet" not in boss.main().inner_text()
    anna.goto("/w/lab/access")
    assert "You are editor here" in anna.main().inner_text()


def test_a_name_that_is_taken_is_told_where_it_was_typed(visiting: Visiting) -> None:
    """No code is told, and what was typed stays."""
    boss = visiting("boss")
    boss.expect_refusal()
    page = boss.goto("/w/default/access/invite")
    page.get_by_label("Name", exact=True).fill("viewer")
    page.get_by_role("button", name="Invite").click()
    page.get_by_role("alert").get_by_text("already exists").wait_for()
    assert page.get_by_label("Name", exact=True).input_value() == "viewer"
    assert page.get_by_text("Copy the code now").is_hidden()


def test_whoever_is_disabled_is_out_at_once(visiting: Visiting, team: Team) -> None:
    """A session that is open ends with the click; made an admin and let in again, they come in as one."""
    editor, boss = visiting().log_in("editor"), visiting("boss")
    page = boss.goto("/w/default/access/users")
    page.get_by_label("Manage editor").click()
    page.get_by_role("button", name="Disable").click()
    page.get_by_text("Kept out: no token").wait_for()
    editor.goto("/w/default/secrets")
    assert editor.at == "/login"
    page.get_by_role("button", name="Enable").click()
    page.get_by_text("They may come in again").wait_for()
    page.get_by_role("button", name="Make an admin").click()
    page.get_by_role("button", name="Remove admin rights").wait_for()
    editor.goto("/w/default/access")
    assert editor.at == "/login"  # the log-in of before had not only slept: they log in again
    editor.log_in("editor")
    editor.goto("/w/default/access")
    assert tabs(editor) == ["Members", "Users", "Service accounts", "Tokens"]


@pytest.mark.parametrize("scripts", [True, False])
def test_deleting_someone_asks_and_says_what_goes_along(
    visiting: Visiting, team: Team, scripts: bool
) -> None:
    """Only by their name, typed; while they have secrets of their own only with the box ticked."""
    own = CreateSecret(workspace="default", name="mine", scope=SecretScope.USER, values={"k": Sensitive("v")})
    team.did(own, "editor")
    boss = visiting("boss", scripts=scripts)
    boss.expect_refusal()
    asking = f"/w/default/access/users/{team.root.get_user('editor').id}/delete"

    def delete(typed: str, *, force: bool = False) -> None:
        boss.goto(asking)
        boss.page.get_by_label("Type").fill(typed)
        boss.page.get_by_label("Delete the secrets of their own").set_checked(force)
        boss.page.get_by_role("button", name="Delete this user").click()

    delete("viewer")
    boss.page.get_by_text("the name that you typed is another").wait_for()
    delete("editor")
    boss.page.get_by_text("user 'editor' has secrets of their own: 1 secret").wait_for()
    boss.page.get_by_text("tick the box").wait_for()
    assert team.root.get_user("editor").name == "editor"
    delete("editor", force=True)
    boss.page.get_by_text("Removed.").wait_for()
    assert "editor" not in {user.name for user in team.root.list_users(size=50)}


def test_a_service_account_and_its_token(visiting: Visiting, team: Team) -> None:
    """Made as a member in a role; its page leads to a token of it, whose owner is chosen already."""
    boss = visiting("boss")
    page = boss.page
    boss.goto("/w/lab/access/services/new")
    page.get_by_label("Name", exact=True).fill("ci")
    page.get_by_role("button", name="Create").click()
    page.get_by_text("Member as runner").wait_for()
    boss.goto(f"/w/default/access/users/{team.root.get_user('ci').id}")
    page.get_by_role("link", name="New token").click()
    page.get_by_label("Name", exact=True).fill("nightly")
    page.get_by_role("button", name="Create token").click()
    page.get_by_text("Copy it now").wait_for()
    assert "LOCKWORK_WORKSPACE=lab" in boss.main().inner_text()  # where it is a member, not where it was made
    (made,) = [token for token in team.client("boss").list_tokens(size=50) if token.name == "nightly"]
    assert made.owner == "ci"


def test_names_on_a_store_of_ones_own(
    visiting: Visiting, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plainly told that they keep apart names, not people; added and deleted; no passwords, no tokens."""

    def own(_: ByLogIn, _session: str | None, _came: Came) -> Gateway:
        return OwnStore(team)

    monkeypatch.setattr(ByLogIn, "is_embedded", True)
    monkeypatch.setattr(ByLogIn, "gateway", own)
    visitor = visiting()
    page = visitor.goto("/w/default/access")
    page.get_by_text("Its names keep secrets apart, not people").wait_for()
    page.get_by_text("Add name").click()
    page.get_by_label("Name", exact=True).fill("anna")
    page.get_by_role("button", name="Add this name").click()
    page.get_by_text("Created.").wait_for()
    visitor.check_accessible()
    page.get_by_label("Delete anna").click()
    page.get_by_label("Type").fill("anna")
    page.get_by_role("button", name="Delete this name").click()
    page.get_by_text("Removed.").wait_for()
    for path in ("tokens", "tokens/new", "users", "services", "invite"):
        visitor.goto(f"/w/default/access/{path}")
        assert visitor.at == "/w/default/access"
    for path in ("account", "settings", "settings/keys", "settings/about"):
        visitor.goto(f"/w/default/{path}")
        assert "assword" not in visitor.main().inner_text().replace("No password here", "")


class OwnStore:
    """The team's store as who can read its folder asks it."""

    def __init__(self, team: Team) -> None:
        self._team = team

    def send(self, message: Any) -> Any:
        return self._team.gate.answer(Claim("default", Role.OWNER, "tester"), message)

    def close(self) -> None:
        """It is the team's."""
