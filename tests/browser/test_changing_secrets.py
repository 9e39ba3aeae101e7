"""A secret changed: its keys, name, scope and versions; taken away and brought back. All is told before."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.access.conftest import Team
from tests.browser.conftest import Visiting, noted

from lockwork.domain.errors import NotFound
from lockwork.domain.secrets import SecretInfo

LIST = "/w/default/secrets"
BOTH = pytest.mark.parametrize("scripts", [True, False])


@pytest.fixture
def db(team: Team) -> SecretInfo:
    """A secret that a component refers to."""
    editor = team.client("editor")
    made = editor.create_secret("db", {"user": "admin", "password": "hunter2", "host": "h"})
    editor.register_component("tracker", "mlflow", "experiment-tracker", {"tracking_uri": "{{db.user}}"})
    return made


def held(team: Team, name: str = "db") -> dict[str, str]:
    return team.client("editor").get_secret(name).secret_values


def choice(page: Page, key: str, what: str) -> None:
    """One key's choice on the page of edits."""
    page.get_by_role("radiogroup", name=key).get_by_label(what).check()


@BOTH
def test_keys_are_replaced_added_and_removed_at_once(
    visiting: Visiting, team: Team, db: SecretInfo, scripts: bool
) -> None:
    """As one new version; keys that nobody touched keep their values, which the page never held."""
    page = visiting("editor", scripts=scripts).goto(f"{LIST}/{db.id}/edit?add=password,port")
    assert "hunter2" not in page.content()
    expect(page.get_by_label("New value of user")).to_be_hidden()
    page.get_by_label("New value of password").fill("new\nvalue")
    choice(page, "host", "Remove")
    assert page.get_by_placeholder("key", exact=True).first.input_value() == "port"
    page.get_by_placeholder("value", exact=True).first.fill("5432")
    page.get_by_role("button", name="Save as version 2").click()
    noted(page, "updated")
    assert held(team) == {"user": "admin", "password": "new\nvalue", "port": "5432"}
    latest = page.get_by_role("row").filter(has=page.get_by_text("current"))
    assert latest.locator(".added").all_inner_texts() == ["+port"]
    assert latest.locator(".altered").all_inner_texts() == ["~password"]
    assert "host" in latest.locator(".removed").inner_text()


@BOTH
def test_a_second_writer_is_told_and_may_go_on(
    visiting: Visiting, team: Team, db: SecretInfo, scripts: bool
) -> None:
    """Who comes second hears what changed meanwhile, keeps what was typed, and saves it on top knowingly."""
    visitor = visiting("editor", scripts=scripts)
    visitor.expect_refusal()
    page = visitor.goto(f"{LIST}/{db.id}/edit?add=password,port")
    page.get_by_label("New value of password").fill("\nmine")
    page.get_by_placeholder("value", exact=True).first.fill("1")
    choice(page, "host", "Remove")
    team.client("admin").update_secret(
        db.id, add_or_update_values={"password": "theirs", "port": "2", "more": "3"}
    )
    page.get_by_role("button", name="Save as version 2").click()
    told = page.get_by_role("alert").filter(has_text="it is at version 2, and yours")
    expect(told).to_contain_text("Meanwhile admin added 'more', 'port' and replaced 'password'")
    expect(page.get_by_label("New value of password")).to_have_value("\nmine")
    assert held(team)["password"] == "theirs"
    page.get_by_role("button", name="Save as version 3").click()
    noted(page, "updated")
    assert held(team) == {"user": "admin", "password": "\nmine", "port": "1", "more": "3"}


def test_without_scripts_a_refused_edit_comes_again(visiting: Visiting, team: Team, db: SecretInfo) -> None:
    """As it was sent, also a key that cannot be added: what is wrong is told, and can be mended at once."""
    visitor = visiting("editor", scripts=False)
    visitor.expect_refusal()
    page = visitor.goto(f"{LIST}/{db.id}/edit?add=password")
    page.get_by_label("New value of password").fill("mine")
    added = page.get_by_placeholder("key", exact=True).first
    added.fill("user")
    page.get_by_placeholder("value", exact=True).first.fill("other")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_contain_text("Key 'user' exists already")
    expect(page.get_by_label("New value of password")).to_have_value("mine")
    expect(page.get_by_placeholder("value", exact=True).first).to_have_value("other")
    added.fill("port")
    page.get_by_role("button", name="Save as version 2").click()
    noted(page, "updated")
    assert held(team) == {"user": "admin", "password": "mine", "host": "h", "port": "other"}


def test_a_key_that_is_referred_to_goes_only_knowingly(
    visiting: Visiting, team: Team, db: SecretInfo
) -> None:
    """Removing it is refused, naming the component, until that is ticked; so are stray and second values."""
    visitor = visiting("editor", width=765)
    visitor.expect_refusal()
    page = visitor.goto(f"{LIST}/{db.id}/edit")
    heights = page.locator(".segment").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert len(set(heights)) == 3, "the choices of each key stand in one line"
    page.get_by_placeholder("key", exact=True).fill("host")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Key 'host' exists already")).to_be_visible()
    expect(page.get_by_text("choose Replace beside it")).to_be_visible()
    page.get_by_placeholder("key", exact=True).fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("nothing is changed yet")).to_be_visible()
    choice(page, "host", "Replace")
    page.get_by_label("New value of host").fill("x")
    choice(page, "host", "Keep")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("a value is typed for key 'host'")).to_be_visible()
    choice(page, "host", "Replace")
    choice(page, "user", "Remove")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_contain_text("experiment-tracker 'tracker' (tracking_uri)")
    page.get_by_label("Remove keys that are referred to").check()
    page.get_by_role("button", name="Save").click()
    noted(page, "updated")
    assert held(team) == {"password": "hunter2", "host": "x"}


@BOTH
def test_renaming_rewrites_the_references(
    visiting: Visiting, team: Team, db: SecretInfo, scripts: bool
) -> None:
    """What refers to it is told, and names the new one afterwards; or breaks, where that is chosen."""
    editor = team.client("editor")
    page = visiting("editor", scripts=scripts).goto(f"{LIST}/{db.id}/rename")
    page.get_by_role("link", name="tracker").wait_for()
    page.get_by_label("New name").fill("base")
    page.get_by_role("button", name="Rename").click()
    noted(page, "renamed")
    tracker = editor.get_component("experiment-tracker", "tracker")
    assert tracker.attributes["tracking_uri"] == "{{base.user}}"
    page.goto(f"{team.url}{LIST}/{db.id}/rename")
    page.get_by_label("New name").fill("other")
    page.get_by_label("Leave them as they are").check()
    page.get_by_role("button", name="Rename").click()
    noted(page, "renamed")
    tracker = editor.get_component("experiment-tracker", "tracker")
    assert tracker.attributes["tracking_uri"] == "{{base.user}}"


def test_a_scope_is_changed_with_what_it_means_told(visiting: Visiting, team: Team, db: SecretInfo) -> None:
    """Taking it out of the workspace names what breaks, and needs the tick; who may not share is told so."""
    visitor = visiting("editor")
    visitor.expect_refusal()
    page = visitor.goto(f"{LIST}/{db.id}/move")
    page.get_by_role("button", name="Make it my own").click()
    expect(page.get_by_role("alert").first).to_contain_text("moving it would break")
    expect(page.get_by_role("alert").first).to_contain_text("choose on this page to do it all the same")
    page.get_by_label("Do it all the same").check()
    page.get_by_role("button", name="Make it my own").click()
    noted(page, "moved")
    assert "from before it changed scope" in page.get_by_role("table").last.inner_text()
    with pytest.raises(NotFound):
        team.client("admin").describe_secret("db")
    page.get_by_role("link", name="Change scope").click()
    page.get_by_role("button", name="Share it with default").click()
    noted(page, "moved")
    assert team.client("admin").describe_secret("db").version == 3
    own = team.client("viewer").create_secret("own", {"a": "b"}, "user")
    page = visiting("viewer").goto(f"{LIST}/{own.id}/move")
    page.get_by_text("Your role in default does not let you").wait_for()
    assert page.get_by_role("button", name="Share it").count() == 0


@BOTH
def test_old_versions_are_restored_and_destroyed(visiting: Visiting, team: Team, scripts: bool) -> None:
    """Restoring makes a new version; what is destroyed stays in the list, and cannot be read."""
    editor = team.client("editor")
    db = editor.create_secret("db", {"a": "1", "b": "1"})
    editor.update_secret(db.id, add_or_update_values={"a": "2", "c": "2"})
    page = visiting("editor", scripts=scripts).goto(f"{LIST}/{db.id}")
    page.get_by_role("link", name="Restore or destroy version 1").click()
    assert "takes away 1 key of the current version: c" in page.get_by_role("note").inner_text()
    page.get_by_role("button", name="Restore version 1").click()
    noted(page, "restored")
    assert held(team) == {"a": "1", "b": "1"}
    page.get_by_role("link", name="Restore or destroy version 2").click()
    page.get_by_label("I know that this cannot be undone").check()
    page.get_by_role("button", name="Destroy version 2").click()
    noted(page, "destroyed")
    page.get_by_role("link", name="Destroy old versions").click()
    page.get_by_label("I know that this cannot be undone").check()
    page.get_by_role("button", name="Destroy all but the current").click()
    noted(page, "destroyed")
    states = [version.state for version in editor.list_secret_versions(db.id)]
    assert states == ["current", "destroyed", "destroyed"]


@BOTH
def test_a_deleted_secret_comes_back_under_another_name(
    visiting: Visiting, team: Team, db: SecretInfo, scripts: bool
) -> None:
    """Deleting says what it breaks and wants it ticked; it can be undone, at once or from a list."""
    visitor, editor = visiting("editor", scripts=scripts), team.client("editor")
    visitor.expect_refusal()
    stack = {"orchestrator": "default", "artifact-store": "default", "experiment-tracker": "tracker"}
    editor.create_stack("prod", stack)
    page = visitor.goto(f"{LIST}/{db.id}/delete")
    page.get_by_role("link", name="tracker").wait_for()
    page.get_by_text("1 reference to it would fail, and with it 1 stack:").wait_for()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("deleting it would break").wait_for()
    page.goto(f"{team.url}{LIST}/{db.id}/delete")
    page.get_by_label("Delete it all the same").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    noted(page, "undeleted")
    editor.delete_secret(db.id, force=True)
    editor.create_secret("db", {"a": "b"})
    page.goto(f"{team.url}{LIST}")
    page.get_by_role("link", name="Deleted").click()
    page.wait_for_url("**deleted=1")
    page.get_by_role("link", name="db", exact=True).click()
    page.get_by_text("Another secret has its name by now").wait_for()
    page.get_by_label("Name").fill("db-of-before")
    page.get_by_role("button", name="Bring it back").click()
    noted(page, "undeleted")
    assert held(team, "db-of-before")["password"] == "hunter2"


@BOTH
def test_purging_is_a_choice_of_its_own(visiting: Visiting, team: Team, scripts: bool) -> None:
    """For good, and only by who types its name; the server holds to that by itself."""
    editor = team.client("editor")
    db = editor.create_secret("db", {"a": "b"})
    visitor = visiting("editor", scripts=scripts)
    visitor.expect_refusal()
    page = visitor.goto(f"{LIST}/{db.id}/delete")
    page.get_by_label("Type db to purge it").fill("bd")
    page.get_by_role("button", name="Purge for good").click()
    page.get_by_text("type the secret's name to purge it").wait_for()
    expect(page.get_by_text("Nothing was changed")).to_have_count(0 if scripts else 1)
    page.goto(f"{team.url}{LIST}/{db.id}/delete")
    page.get_by_label("Type db to purge it").fill("db")
    page.get_by_role("button", name="Purge for good").click()
    noted(page, "purged")
    assert not editor.list_secrets().items
    assert not editor.list_secrets(deleted=True).items


def test_the_gate_refuses_what_a_page_did_not_offer(visiting: Visiting, team: Team, db: SecretInfo) -> None:
    """A viewer who goes to the address of a change gets no form, and who sends one changes nothing."""
    visitor = visiting("viewer")
    visitor.expect_refusal()
    for what in ("rename", "delete", "destroy", "edit"):
        page = visitor.goto(f"{LIST}/{db.id}/{what}")
        page.get_by_text("Your role in default does not let you change this secret").wait_for()
        assert page.locator("main form").count() == 0
    sent = page.evaluate(
        "() => fetch('', { method: 'POST', headers: { accept: 'application/json' },"
        " body: new URLSearchParams({ csrf: document.querySelector('[name=csrf]').value, version: 1,"
        " 'do.password': 'set', key: 'password', value: 'mine' }) })"
        ".then(answer => answer.text())"
    )
    assert "may not" in sent
    assert held(team)["password"] == "hunter2"
