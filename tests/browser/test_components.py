"""Components in the browser: registered by a form of their flavor, references completed; shown, changed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.access.conftest import Team
from tests.browser.conftest import NARROW, Visiting, Visitor

from lockwork.domain.errors import NotFound

TRACKER = "/w/default/components/experiment-tracker/tracker"
FORM = "/w/default/components/new?type=experiment-tracker&flavor=mlflow"
VALUE = "V4lue-that-no-page-shows"
HOSTILE = "<script>alert(1)</script>'\"&{{ \u202egnp.exe " + "w" * 5000


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        called = focused.evaluate("e => (e.labels?.[0] ?? e).textContent.trim()")
        if called == name:
            return
    raise AssertionError(f"Tab never comes to {name!r}")


def register(page: Page, name: str, **attributes: str) -> None:
    """Fill the form of an MLflow tracker and send it."""
    page.get_by_label("Name", exact=True).fill(name)
    for attribute, text in attributes.items():
        page.get_by_label(attribute, exact=True).fill(text)
    page.get_by_role("button", name="Register").click()


def saved(visitor: Visitor, place: str, note: str) -> None:
    visitor.page.wait_for_url(f"**{place}")
    visitor.page.get_by_role("status").get_by_text(note).wait_for()


def test_a_component_is_registered_by_keyboard_alone(visiting: Visiting, team: Team) -> None:
    """From the list to the new component's page without a mouse; a reference is chosen, not typed out."""
    info = team.client("editor").create_secret("db", {"user": "anna", "password": VALUE})
    visitor = visiting("editor")
    page = visitor.goto("/w/default/components")
    tab_to(page, "Register component")
    page.keyboard.press("Enter")
    page.wait_for_url("**/components/new")
    tab_to(page, "mlflowtracks experiments with MLflow")
    page.keyboard.press("Enter")
    page.wait_for_url("**/new?type=experiment-tracker&flavor=mlflow")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("tracker")
    tab_to(page, "tracking_password")
    field = page.get_by_role("combobox", name="tracking_password", exact=True)
    page.keyboard.type("{{d")
    active = page.get_by_role("listbox").get_by_role("option", selected=True)
    expect(active).to_contain_text("{{db.password}}")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(field).to_have_attribute("aria-activedescendant", active.get_attribute("id") or "none")
    visitor.check_accessible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(active).to_contain_text("{{db.password}}")
    page.keyboard.press("ArrowDown")
    expect(active).to_contain_text("{{db.user}}")
    page.keyboard.press("Enter")
    assert field.input_value() == "{{db.user}}"
    assert page.url.endswith("flavor=mlflow"), "Enter chose, and sent nothing"
    tab_to(page, "Register")
    page.keyboard.press("Enter")
    saved(visitor, TRACKER, "Registered.")
    link = page.get_by_role("link", name="{{db.user}}")
    assert link.get_attribute("href") == f"/w/default/secrets/{info.id}"


def test_references_are_completed_where_they_stand(visiting: Visiting, team: Team) -> None:
    """In the middle of any text, by what was typed of name and key; what is asked holds no value."""
    team.client("editor").create_secret("db", {"user": "anna", "password": VALUE})
    team.client("editor").create_secret("db", {"mine": VALUE}, "user")
    team.client("runner").create_secret("db-of-runner", {"key": VALUE}, "user")
    page = visiting("editor").goto(FORM)
    field = page.get_by_role("combobox", name="tracking_uri", exact=True)
    field.fill("https://@host/")
    field.evaluate("e => e.setSelectionRange(8, 8)")
    with page.expect_response("**/references?q=db") as asked:
        field.press_sequentially("{{db")
    assert asked.value.json() == [{"reference": "{{db.mine}}", "scope": "user"}]
    assert VALUE not in asked.value.text()
    page.get_by_role("option", name="{{db.mine}}").click()
    assert field.input_value() == "https://{{db.mine}}@host/"
    field.press_sequentially("{{nothing")
    expect(page.get_by_role("option", name="it can be registered later")).to_be_visible()
    field.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_an_answer_that_comes_late_opens_nothing(visiting: Visiting) -> None:
    """What was asked for a field that is left by now is not offered any more."""
    page = visiting("editor").goto(FORM)
    page.evaluate(
        """() => { const json = Response.prototype.json; window.late = [];
        Response.prototype.json = function () { return new Promise((go) => window.late.push(
          async () => { const told = await json.call(this); go(told); })); }; }"""
    )
    field = page.get_by_role("combobox", name="tracking_uri", exact=True)
    field.press_sequentially("{{")
    # Not `wait_for_function`, which evaluates text again and again: the page's policy forbids that.
    page.evaluate("async () => { while (!window.late.length) await new Promise(requestAnimationFrame); }")
    field.press("Tab")
    page.evaluate("async () => { await window.late[0](); await new Promise(requestAnimationFrame); }")
    assert page.get_by_role("listbox").count() == 0


@pytest.mark.parametrize("scripts", [True, False])
def test_a_typed_credential_becomes_a_secret(visiting: Visiting, team: Team, scripts: bool) -> None:
    """A plain value is kept as a secret and stands in no page: neither that of the component nor its form."""
    visitor = visiting("editor", scripts=scripts)
    page = visitor.goto("/w/default/components")
    page.get_by_role("link", name="Register component").click()
    page.get_by_role("link", name="tracks experiments").click()
    page.get_by_text("For the environment of steps").click()
    page.locator("[name=env-name]").first.fill("REGION")
    page.locator("[name=env-text]").first.fill("eu")
    register(page, "tracker", tracking_password=VALUE, tracking_uri="http://here.example")
    saved(visitor, TRACKER, "kept as a secret")
    reference = "{{tracker-experiment-tracker.tracking_password}}"
    expect(page.get_by_role("link", name=reference)).to_be_visible()
    shown = page.content()
    edited = visitor.goto(f"{TRACKER}/edit")
    assert edited.get_by_label("tracking_password", exact=True).input_value() == reference
    assert VALUE not in shown + edited.content()
    client = team.client("editor")
    made = client.get_component("experiment_tracker", "tracker")
    assert made.attributes == {"tracking_uri": "http://here.example", "tracking_password": reference}
    assert made.environment == {"REGION": "eu"}
    assert client.get_secret("tracker-experiment-tracker").secret_values == {"tracking_password": VALUE}


def test_what_is_typed_into_a_hidden_field_is_not_seen(visiting: Visiting) -> None:
    """A value is masked as it is typed, a reference is not; Enter sends the form and adds no line end."""
    visitor = visiting("editor")
    page = visitor.goto(FORM)
    field = page.get_by_label("tracking_token", exact=True)
    mask = "e => getComputedStyle(e).webkitTextSecurity"
    field.fill("abc")
    assert field.evaluate(mask) == "disc"
    field.fill("{{abc")
    assert field.evaluate(mask) == "none"
    page.get_by_label("Name", exact=True).fill("tracker")
    field.fill("one\ntwo")
    field.press("Enter")
    saved(visitor, TRACKER, "kept as a secret")


def test_a_slip_in_a_reference_is_not_kept_as_a_value(visiting: Visiting, team: Team) -> None:
    """Nobody could see it afterwards: it is refused where it was typed, and nothing is registered."""
    visitor = visiting("editor")
    visitor.expect_refusal()
    page = visitor.goto(FORM)
    register(page, "tracker", tracking_password="{{db.password}")
    page.get_by_role("alert").get_by_text("tracking_password looks like a reference and is none").wait_for()
    assert page.get_by_label("tracking_password", exact=True).input_value() == "{{db.password}"
    with pytest.raises(NotFound):
        team.client("editor").get_component("experiment_tracker", "tracker")


def test_what_is_wrong_is_marked_where_it_was_typed(visiting: Visiting) -> None:
    """The failure names the attribute, and its field has the focus."""
    visitor = visiting("editor")
    visitor.expect_refusal()
    page = visitor.goto("/w/default/components/new?type=artifact-store&flavor=s3")
    register(page, "store", path="gs://bucket", client_kwargs="{}")
    page.get_by_role("alert").get_by_text("attribute 'path' is written s3://BUCKET").wait_for()
    field = page.get_by_label("path", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".field", has=field)).to_contain_text("is written s3://BUCKET")
    field.fill("s3://bucket")
    page.get_by_label("client_kwargs", exact=True).fill("{")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_label("client_kwargs", exact=True)).to_be_focused()
    expect(field).not_to_have_attribute("aria-invalid", "true")
    page.get_by_label("client_kwargs", exact=True).fill('{"verify": "{{tls.ca}}"}')
    page.get_by_label("Name", exact=True).fill("no name")
    page.get_by_role("button", name="Register").click()
    expect(page.locator("main form > .problem")).to_contain_text("is not a component name")
    page.get_by_label("Name", exact=True).fill("store")
    page.get_by_role("button", name="Register").click()
    saved(visitor, "/w/default/components/artifact-store/store", "Registered.")


def test_an_edit_sets_and_takes_away(visiting: Visiting, team: Team) -> None:
    """What is changed is set, what is emptied goes, all else stays byte for byte; the name changes along."""
    client = team.client("editor")
    client.register_component(
        "tracker", "mlflow", "experiment_tracker",
        {"tracking_uri": "http://a.example", "experiment_name": "nightly", "tracking_insecure_tls": True,
         "registry_uri": "\na\r\nb\r"},
        environment={"A": "1", "B": "\n2\r\n"}, secrets={"wandb": "W_"},
    )  # fmt: skip
    visitor = visiting("editor")
    page = visitor.goto(f"{TRACKER}/edit")
    page.get_by_label("Name", exact=True).fill("renamed")
    page.get_by_label("tracking_uri", exact=True).fill("http://b.example")
    page.get_by_label("experiment_name", exact=True).fill("")
    page.locator("[name=env-name]").first.fill("")
    page.locator("[name=env-text]").first.fill("")
    page.get_by_role("button", name="Add a row").first.click()
    page.keyboard.type("C")
    page.locator("[name=env-text]").last.fill("three {{x.y}}")
    page.get_by_role("button", name="Save").click()
    saved(visitor, TRACKER.replace("tracker/tracker", "tracker/renamed"), "Saved.")
    changed = client.get_component("experiment_tracker", "renamed")
    assert changed.attributes == {
        "tracking_uri": "http://b.example",
        "tracking_insecure_tls": True,
        "registry_uri": "\na\r\nb\r",
    }
    assert changed.environment == {"B": "\n2\r\n", "C": "three {{x.y}}"}
    assert changed.secrets == {"wandb": "W_"}
    assert changed.version == 2


def test_an_edit_of_what_was_changed_meanwhile_is_refused(visiting: Visiting, team: Team) -> None:
    """What somebody else wrote is not overwritten unseen, and what was typed stays."""
    client = team.client("editor")
    client.register_component("tracker", "mlflow", "experiment_tracker", {"experiment_name": "a"})
    visitor = visiting("editor")
    visitor.expect_refusal()
    page = visitor.goto(f"{TRACKER}/edit")
    client.update_component("experiment_tracker", "tracker", {"experiment_name": "b"})
    page.get_by_label("experiment_name", exact=True).fill("c")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").get_by_text("is at version 2, not 1; nothing was changed").wait_for()
    assert page.get_by_label("experiment_name", exact=True).input_value() == "c"
    assert client.get_component("experiment_tracker", "tracker").attributes == {"experiment_name": "b"}


def test_a_credential_in_the_clear_is_not_shown_and_can_be_moved(visiting: Visiting, team: Team) -> None:
    """Kept so by other ways, it stands in no page, stays in an edit of the rest, and moves into a secret."""
    client = team.client("editor")
    held = {"tracking_password": VALUE, "experiment_name": "a"}
    client.register_component("tracker", "mlflow", "experiment_tracker", held, plaintext=True)
    visitor = visiting("editor")
    page = visitor.goto(TRACKER)
    shown = page.content()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("experiment_name", exact=True).fill("b")
    shown += page.content()
    page.get_by_role("button", name="Save").click()
    saved(visitor, TRACKER, "Saved.")
    assert VALUE not in shown
    assert client.get_component("experiment_tracker", "tracker").attributes["tracking_password"] == VALUE
    page.get_by_role("button", name="Move it into a secret").click()
    saved(visitor, TRACKER, "kept as a secret")
    assert client.get_secret("tracker-experiment-tracker").secret_values == {"tracking_password": VALUE}


@pytest.mark.parametrize("scripts", [True, False])
def test_a_copy_is_deleted_and_what_a_stack_holds_is_not(
    visiting: Visiting, team: Team, scripts: bool
) -> None:
    """Deleting what is part of a stack is not offered: it is told which stack that is."""
    visitor = visiting("editor", scripts=scripts)
    visitor.expect_refusal()
    page = visitor.goto("/w/default/components/orchestrator/default")
    assert (
        page.get_by_role("link", name="default", exact=True).get_attribute("href")
        == "/w/default/stacks/default"
    )
    page.get_by_text("Delete…").click()
    box = visitor.main().get_by_label("More").locator("details[open]")
    expect(box).to_contain_text("Orchestrator default is in use")
    assert box.get_by_role("link", name="default").get_attribute("href") == "/w/default/stacks/default"
    assert box.get_by_role("button").count() == 0
    page.get_by_text("Copy…").click()
    expect(box).to_contain_text("Name of the copy")  # and the other is closed
    page.get_by_label("Name of the copy").fill("second")
    visitor.main().get_by_label("More").get_by_role("button", name="Copy", exact=True).click()
    saved(visitor, "/w/default/components/orchestrator/second", "Created.")
    page.get_by_text("Delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    saved(visitor, "/w/default/components", "Removed.")
    assert [c.name for c in team.client("editor").list_components("orchestrator")] == ["default"]


def test_who_may_only_look_is_offered_no_change(visiting: Visiting, team: Team) -> None:
    """A viewer sees what a component refers to and no button; an address of a form says why there is none."""
    team.client("editor").register_component(
        "tracker", "mlflow", "experiment_tracker", {"tracking_password": "{{gone.key}}"}
    )
    visitor = visiting("viewer")
    visitor.expect_refusal()
    page = visitor.goto("/w/default/components")
    expect(page.get_by_role("link", name="Register component")).to_have_count(0)
    visitor.goto(TRACKER)
    expect(page.get_by_text("no such secret")).to_be_visible()
    for word in ("Edit", "Copy…", "Delete…", "Build a stack with it"):
        expect(visitor.main().get_by_text(word, exact=True)).to_have_count(0)
    for form in (FORM, f"{TRACKER}/edit", "/w/default/stacks/new"):
        visitor.goto(form)
        page.get_by_text("Your role in default does not let you do this").wait_for()
        assert visitor.main().get_by_role("textbox").count() == 0


def test_the_list_is_searched_by_name_and_type(visiting: Visiting, team: Team) -> None:
    """It follows what is typed and chosen, page by page; a type without components says how to begin."""
    client = team.client("editor")
    for n in range(27):
        client.register_component(f"store-{n:02}", "local", "artifact_store")
    visitor = visiting("editor")
    page = visitor.goto("/w/default/components")
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name="store-26")).to_be_visible()
    page.get_by_label("Search by name").fill("STORE-2".lower())
    expect(page.get_by_role("row")).to_have_count(8)
    page.get_by_label("Type").select_option("orchestrator")
    expect(page.get_by_text("Nothing fits")).to_be_visible()
    page.get_by_label("Search by name").fill("")
    expect(page.get_by_role("link", name="default")).to_be_visible()
    page.get_by_label("Type").select_option("annotator")
    expect(page.get_by_text("lockwork annotator register NAME")).to_be_visible()


def test_hostile_and_long_text_is_text(visiting: Visiting, team: Team) -> None:
    """Shown as it is, cut where it is long, within the page; its form has all of it."""
    long = "x" * 128
    team.client("editor").register_component(
        long, "s3", "artifact_store", {"path": "s3://b", "client_kwargs": {"a": HOSTILE}},
        environment={"V" * 200: HOSTILE},
    )  # fmt: skip
    visitor = visiting("editor", width=NARROW)
    page = visitor.goto(f"/w/default/components/artifact-store/{long}")
    shown = page.locator(".value", has_text="<script>alert(1)</script>")
    expect(shown).to_have_count(2)
    expect(shown.last).to_contain_text("characters more")
    visitor.check_accessible()
    visitor.goto(f"/w/default/components/artifact-store/{long}/edit")
    assert HOSTILE in page.locator("[name=env-text]").first.input_value()
