"""The store itself: workspaces made and deleted, the root key exchanged, how it stands."""

from __future__ import annotations

import pytest
from tests.access.conftest import Team
from tests.browser.conftest import Visiting, noted

from lockwork.domain.keys import KeyState
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.keys import AddKey
from lockwork.messages.secrets import CreateSecret


@pytest.mark.parametrize("scripts", [True, False])
def test_a_workspace_is_made_and_deleted(visiting: Visiting, team: Team, scripts: bool) -> None:
    """One stands in it at once; it goes by its typed name, and with what is in it only if that is ticked."""
    boss = visiting("boss", scripts=scripts)
    boss.expect_refusal()
    page = boss.goto("/w/default/settings")
    page.get_by_text("New workspace").click()
    page.get_by_label("Name", exact=True).fill("research")
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url("**/w/research/secrets")
    noted(page, "created")
    team.did(CreateSecret(workspace="research", name="db", values={"k": Sensitive("v")}))

    def delete(*, force: bool) -> None:
        boss.goto("/w/research/settings")
        page.get_by_label("Delete research").click()
        page.get_by_text("1, and those deleted").wait_for()
        page.get_by_label("Type").fill("research")
        page.get_by_label("Delete all that is in it").set_checked(force)
        page.get_by_role("button", name="Delete this workspace").click()

    delete(force=False)
    page.get_by_text("workspace 'research' is not empty: 1 secret").wait_for()
    assert "research" in {room.name for room in team.root.list_workspaces()}
    delete(force=True)
    page.wait_for_url("**/w/default/settings")
    noted(page, "removed")
    assert "research" not in {room.name for room in team.root.list_workspaces()}
    assert page.get_by_label("Delete default").count() == 0


def test_settings_for_who_administers_nothing(visiting: Visiting, team: Team) -> None:
    """Their workspaces and what this server is; no making, no deleting, no keys, and that is said."""
    editor = visiting("editor")
    editor.expect_refusal()
    page = editor.goto("/w/default/settings")
    assert "1 workspace\n" in editor.main().inner_text()
    assert "lab" not in editor.main().inner_text()
    assert page.get_by_role("button", name="Create workspace").count() == 0
    assert page.get_by_role("link", name="Root keys").count() == 0
    page.get_by_role("link", name="About").click()
    page.get_by_text("Details are for admins of the server").wait_for()
    assert page.get_by_role("link", name="The API, verb by verb").get_attribute("href") == "/docs"
    for path in ("keys", f"workspaces/{team.root.active_workspace.id}/delete"):
        editor.goto(f"/w/default/settings/{path}")
        page.get_by_text("are for admins of the server").wait_for()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_root_key_is_exchanged_step_by_step(visiting: Visiting, team: Team, scripts: bool) -> None:
    """Added, made active, everything moved; the old key is retired, and its end left to the command line."""
    team.did(CreateSecret(workspace="default", name="db", values={"k": Sensitive("v")}))
    boss = visiting("boss", scripts=scripts)
    page = boss.goto("/w/default/settings/keys")
    page.get_by_role("button", name="Add a key").click()
    page.get_by_text("A new root key waits").wait_for()
    page.get_by_role("button", name="Make it active and move everything").click()
    page.get_by_text("The root key is exchanged").wait_for()
    old, new = team.root.list_keys()
    assert [(key.state, key.wraps) for key in (old, new)] == [(KeyState.RETIRED, 0), (KeyState.ACTIVE, 1)]
    assert f"lockwork key destroy {old.id}" in boss.main().inner_text()
    assert team.root.get_secret("db").values["k"].reveal() == "v"


def test_an_exchange_that_was_interrupted_goes_on(visiting: Visiting, team: Team) -> None:
    """A key made active by another hand: the page says how much is left, and finishes."""
    team.did(CreateSecret(workspace="default", name="db", values={"k": Sensitive("v")}))
    team.did(AddKey())
    team.root.activate_key(reseal=True)
    boss = visiting("boss")
    page = boss.goto("/w/default/settings/keys")
    page.get_by_text("1 version still under the old key").wait_for()
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("The root key is exchanged").wait_for()
    assert [key.state for key in team.root.list_keys()] == [KeyState.RETIRED, KeyState.ACTIVE]


def test_how_the_store_stands(visiting: Visiting, team: Team) -> None:
    """An admin of the server sees the active key, and an end of the audit trail that holds."""
    boss = visiting("boss")
    boss.goto("/w/default/settings/about")
    told = boss.main().inner_text()
    (key,) = team.root.list_keys()
    assert f"present {key.id}" in told
    assert str(team.root.audit_head()) in told
