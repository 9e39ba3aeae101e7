"""The list of secrets and the page of one: found, revealed, copied, and what is told beside."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.access.conftest import Team
from tests.browser.conftest import NARROW, Visiting

from lockwork.domain.runs import Pipeline, Step
from lockwork.domain.secrets import SecretInfo
from lockwork.messages import Listing
from lockwork.messages.runs import StartRun

LIST = "/w/default/secrets"
HOSTILE = "<img src=x onerror=alert(1)> \u202egnp.exe \"quoted\" 'too' {{db.user}}\n\n  last"


def named(page: Page) -> list[str]:
    """What the list shows."""
    return page.locator("#results a.name").all_inner_texts()


def made(team: Team, name: str = "db", scope: str = "workspace", **values: str) -> SecretInfo:
    """A secret of the editor's."""
    return team.client("editor").create_secret(name, values or {"password": HOSTILE, "user": "admin"}, scope)


def read_records(team: Team) -> int:
    """How many readings of values the audit trail holds."""
    return team.root.list_audit(Listing(filters={"action": "secret.reveal"}, sort_by="desc:number")).total


def test_the_list_follows_what_is_typed_and_chosen(visiting: Visiting, team: Team) -> None:
    """Search, chips, sort and pages work together, stand in the address, and tell the same command."""
    editor = team.client("editor")
    for number in range(30):
        editor.create_secret(f"service-{number:02}", {"a": "b"})
    editor.create_secret("mine", {"a": "b"}, "user")
    team.client("admin").create_secret("service-of-admin", {"a": "b"})
    page = visiting("editor").goto(LIST)
    assert len(named(page)) == 25
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**page=2")
    assert named(page)[-1] == "service-of-admin"
    page.get_by_role("searchbox").press_sequentially("-of")
    expect(page.locator("#count")).to_have_text("1 secret")
    assert named(page) == ["service-of-admin"]
    page.get_by_role("searchbox").fill("service")
    expect(page.locator("#count")).to_have_text("31 secrets")
    expect(page.locator(".command code")).to_have_text("lockwork secret list --name contains:service")
    # What was typed is one step of the history: going back skips nothing that was there before.
    page.go_back()
    page.wait_for_url("**/secrets?page=2")
    expect(page.locator("#count")).to_have_text("32 secrets")
    page.go_forward()
    expect(page.locator("#count")).to_have_text("31 secrets")
    page.get_by_role("link", name="Made by me").click()
    page.wait_for_url("**q=service&owner=editor")
    assert page.locator("#count").inner_text() == "30 secrets"
    page.get_by_role("link", name="Name").click()
    page.wait_for_url("**sort=-name")
    assert named(page)[0] == "service-29"
    assert "lockwork secret list --name contains:service --owner editor --sort-by desc:name" in (
        page.locator(".command").inner_text()
    )
    editor.create_secret("n" * 128, {"k" * 128: "b"}, "user")
    page.goto(f"{team.url}{LIST}?scope=user")
    assert named(page) == ["mine", "n" * 128]
    owner = page.locator("td.owner a").first.bounding_box()
    assert owner is not None
    assert owner["height"] < 24, "the owner stands in one line beside the longest name"
    page.goto(f"{team.url}{LIST}?updated=day")
    assert named(page) == []  # the clock of the store stands at the beginning of the year
    page.get_by_role("link", name="Show all").click()
    page.wait_for_url(f"**{LIST}")


def test_a_value_is_nowhere_before_it_is_asked_for(visiting: Visiting, team: Team) -> None:
    """Reveal and copy are one recorded question each; what is shown is text, what is unseen is told."""
    db = made(team)
    visitor = visiting("editor")
    visitor.page.clock.install()
    page = visitor.goto(f"{LIST}/{db.id}")
    assert "onerror" not in page.content()
    assert read_records(team) == 0
    row = page.get_by_role("row", name="password")
    row.get_by_role("button", name="Reveal").click()
    expect(row.locator("output")).to_have_text(HOSTILE, use_inner_text=True)
    assert row.locator("output").evaluate("place => place.textContent") == HOSTILE
    expect(row.get_by_text("not seen or turn its order around: U+202E")).to_be_visible()
    assert read_records(team) == 1
    row.get_by_role("button", name="Hide").click()
    assert row.locator("output").inner_text() == "••••••••"
    row.get_by_role("button", name="Reveal").click()
    row.get_by_role("button", name="Hide").wait_for()
    page.clock.fast_forward(29_000)
    assert "onerror" in row.inner_text()
    page.clock.fast_forward(2_000)
    expect(row.locator("output")).to_have_text("••••••••")
    assert read_records(team) == 2
    row.get_by_role("button", name="Copy the value").click()
    expect(row.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == HOSTILE
    assert read_records(team) == 3
    assert "onerror" not in page.content()
    row.get_by_role("button", name="Copy the reference").click()
    page.wait_for_function("navigator.clipboard.readText().then(text => text === '{{db.password}}')")


def test_without_scripts_a_value_is_plain_text(visiting: Visiting, team: Team) -> None:
    """The same button answers the value alone, as text that no browser keeps; it promises no hiding."""
    db = made(team)
    page = visiting("editor", scripts=False).goto(f"{LIST}/{db.id}")
    expect(page.get_by_text("hides itself after 30 seconds")).to_be_hidden()
    expect(page.get_by_text("which does not hide itself")).to_be_visible()
    with page.expect_response("**/reveal") as answered:
        page.get_by_role("row", name="user").get_by_role("button", name="Reveal").click()
    assert answered.value.text() == "admin"
    assert answered.value.headers["content-type"].startswith("text/plain")
    assert answered.value.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("user", "reveals", "edits"), [("viewer", 0, 0), ("runner", 2, 0), ("editor", 2, 1)])
def test_a_page_offers_what_a_role_may(
    visiting: Visiting, team: Team, user: str, reveals: int, edits: int
) -> None:
    """Who may list sees keys, who may read values, who may write the changes; one's own are one's own."""
    db, own = made(team), team.client(user).create_secret("own", {"a": "b"}, "user")
    page = visiting(user).goto(f"{LIST}/{db.id}")
    assert page.get_by_role("button", name="Reveal").count() == reveals
    assert page.get_by_role("link", name="Edit keys").count() == edits
    assert page.get_by_role("link", name="Delete").count() == edits
    page.goto(f"{team.url}{LIST}/{own.id}")
    assert page.get_by_role("button", name="Reveal").count() == 1
    assert page.get_by_role("link", name="Edit keys").count() == 1


def test_a_secret_tells_who_uses_it_and_what_it_hides(visiting: Visiting, team: Team) -> None:
    """Components and stacks by links, who last read it, and what one's own hides, on both pages."""
    db, editor = made(team), team.client("editor")
    own = made(team, scope="user", password="mine")
    editor.register_component("tracker", "mlflow", "experiment-tracker", {"tracking_uri": "{{db.user}}"})
    editor.create_stack(
        "prod", {"orchestrator": "default", "artifact-store": "default", "experiment-tracker": "tracker"}
    )
    team.client("runner").get_secret(db.id)
    pipeline = Pipeline(name="training", steps=(Step(name="train", experiment_tracker="tracker"),))
    run = editor.send(StartRun(workspace="default", pipeline=pipeline, stack="prod", scope=db.scope)).run
    page = visiting("editor").goto(f"{LIST}/{db.id}")
    tracker = page.get_by_role("link", name="tracker")
    assert tracker.get_attribute("href") == "/w/default/components/experiment-tracker/tracker"
    assert page.get_by_role("link", name="prod").get_attribute("href") == "/w/default/stacks/prod"
    assert page.get_by_role("link", name="training").get_attribute("href") == f"/w/default/runs/{run.id}"
    assert "by runner" in page.get_by_text("Last read").inner_text()
    hides = page.get_by_text("hides this one from you").get_by_role("link")
    assert hides.get_attribute("href") == f"{LIST}/{own.id}"
    page.goto(f"{team.url}{LIST}/{own.id}")
    hidden = page.get_by_text("of your own hides").get_by_role("link")
    assert hidden.get_attribute("href") == f"{LIST}/{db.id}"


def test_a_thousand_keys_of_the_longest_names_are_paged(visiting: Visiting, team: Team) -> None:
    """No page of a secret goes over the limit of its size, whatever it is called and holds."""
    values = {f"k{number:03}{'y' * 124}": "v" for number in range(1000)}
    large = team.client("editor").create_secret("n" * 128, values)
    visitor = visiting("editor")  # who watches the sizes
    for path in ("", "?keys=34", "/edit", f"/edit?add=k999{'y' * 124}", "/versions/1", "/rename", "/delete"):
        page = visitor.goto(f"{LIST}/{large.id}{path}")
    page.goto(f"{team.url}{LIST}/{large.id}?keys=34")
    assert page.get_by_role("button", name="Reveal").count() == 10


def test_without_scripts_the_list_is_searched_by_a_form(visiting: Visiting, team: Team) -> None:
    """What was chosen before stays chosen."""
    for name, scope in (("db", "user"), ("mail", "user"), ("mail", "workspace")):
        made(team, name, scope)
    page = visiting("editor", scripts=False).goto(f"{LIST}?scope=user&sort=-name")
    page.get_by_role("searchbox").fill("ai")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**q=ai&scope=user&sort=-name")
    assert named(page) == ["mail"]


@pytest.mark.parametrize(
    "path",
    [
        "?q=<script>alert(1)</script>&owner=\"'><img>&sort=evil&scope=x&updated=x&page=-1&deleted=<b>",
        "?page=999999999",
        "/new?name=\"'><script>alert(1)</script>&keys=<b>,\u202egnp&scope=x",
    ],
)
def test_a_hostile_address_shows_as_text(visiting: Visiting, team: Team, path: str) -> None:
    """What stands in an address is no markup, and a word that means nothing counts as not given."""
    made(team)
    visitor = visiting("editor", width=NARROW)
    page = visitor.goto(LIST + path)
    page.get_by_role("heading", level=1).wait_for()
    assert page.locator("main script, main img, main b:not(label b, #register b)").count() == 0
    visitor.check_accessible()
