"""Stacks in the browser: built, told what they lack, given it, checked, changed, accepted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.access.conftest import Team
from tests.browser.conftest import Visiting, Visitor

from lockwork.domain.runs import Pipeline, Step
from lockwork.messages.runs import StartRun

STACKS = "/w/default/stacks"
PROD = f"{STACKS}/prod"
VALUE = "V4lue-that-no-page-shows"


def furnish(team: Team) -> None:
    """A stack `prod` that lacks a key of secret `db`, and the secrets `mlflow` and `wandb`."""
    client = team.client("editor")
    client.create_secret("db", {"user": "anna"})
    client.register_component(
        "tracker", "mlflow", "experiment_tracker",
        {"tracking_username": "{{db.user}}", "tracking_password": "{{mlflow.password}}",
         "experiment_name": "{{db}}"},
        environment={"DSN": "postgres://{{db.user}}:{{db.pass}}@host.example"},
    )  # fmt: skip
    client.register_component("ops", "slack", "alerter", {"webhook_url": "{{mlflow.password}}"})
    parts = {"orchestrator": "default", "artifact_store": "default", "experiment_tracker": "tracker"}
    client.create_stack("prod", {**parts, "alerter": "ops"}, secrets={"wandb": "WANDB_"})


def noted(visitor: Visitor, place: str, note: str) -> None:
    visitor.page.wait_for_url(f"**{place}")
    visitor.page.get_by_role("status").get_by_text(note).wait_for()


def value(page: Page, secret: str, key: str) -> None:
    page.locator(f'[name="v.{secret}.{key}"]').fill(VALUE)


@pytest.mark.parametrize("scripts", [True, False])
def test_from_a_component_to_a_stack_that_is_whole(visiting: Visiting, team: Team, scripts: bool) -> None:
    """A tracker whose password has no secret yet, a stack with it, what that lacks, and all of it given."""
    visitor = visiting("editor", scripts=scripts)
    page = visitor.goto("/w/default/components/new?type=experiment-tracker")
    page.get_by_role("link", name="tracks experiments").click()
    page.get_by_label("Name", exact=True).fill("tracker")
    page.get_by_label("tracking_password", exact=True).fill("{{mlflow.password}}")
    page.get_by_role("button", name="Register").click()
    noted(visitor, "/w/default/components/experiment-tracker/tracker", "Registered.")
    expect(page.get_by_text("no such secret")).to_be_visible()
    page.get_by_role("link", name="Build a stack with it").click()
    page.get_by_label("Name", exact=True).fill("prod")
    page.get_by_role("button", name="Build").click()
    noted(visitor, PROD, "Created.")
    expect(page.get_by_text("1 thing to mend: a run would be refused")).to_be_visible()
    expect(page.locator(".part", has_text="tracker")).to_contain_text("1 to mend")
    visitor.goto(STACKS)
    expect(page.get_by_role("row", name="prod")).to_contain_text("1 to mend")
    expect(page.get_by_role("row", name="default").first).to_contain_text("complete")
    expect(page.get_by_role("row", name="prod")).to_contain_text("experiment tracker tracker")
    page.get_by_role("link", name="prod", exact=True).click()
    page.get_by_role("link", name="Register missing secrets").click()
    expect(page.get_by_text("wanted by experiment-tracker 'tracker', tracking_password")).to_be_visible()
    page.get_by_label("password", exact=True).fill(VALUE)
    page.get_by_role("button", name="Store them").click()
    noted(visitor, PROD, "Stored.")
    expect(page.get_by_text("1 reference checked, all is there.")).to_be_visible()
    expect(page.get_by_role("link", name="Register missing secrets")).to_have_count(0)
    assert VALUE not in page.content()
    assert team.client("editor").get_secret("mlflow").secret_values == {"password": VALUE}


def test_all_that_is_missing_is_given_at_once(visiting: Visiting, team: Team) -> None:
    """Keys and whole secrets, in one's own scope if wished; what is there stays where nothing is typed."""
    furnish(team)
    visitor = visiting("editor")
    page = visitor.goto(f"{PROD}/register-secrets")
    expect(page.locator("fieldset", has=page.get_by_text("db", exact=True))).to_contain_text("wanted by")
    value(page, "db", "pass")
    value(page, "mlflow", "password")
    page.locator('[name="key.wandb"]').first.fill("api_key")
    page.locator('[name="text.wandb"]').first.fill(VALUE)
    page.get_by_label("Only me").check()
    page.get_by_role("button", name="Store them").click()
    noted(visitor, PROD, "Stored.")
    client = team.client("editor")
    assert client.get_secret("db", "workspace").secret_values == {"user": "anna", "pass": VALUE}
    assert client.get_secret("mlflow", "user").secret_values == {"password": VALUE}
    assert client.get_secret("wandb", "user").secret_values == {"api_key": VALUE}
    visitor.goto(f"{PROD}/register-secrets")
    expect(page.get_by_text("Nothing is missing.")).to_be_visible()
    page.get_by_text("Replace values that are there").click()
    page.locator('[name="v.db.user"]').fill("bert")
    page.locator('[name="v.db.user"]').press("Enter")
    noted(visitor, PROD, "Stored.")
    assert client.get_secret("db", "workspace").secret_values == {"user": "bert", "pass": VALUE}


def test_of_half_a_secret_nothing_is_stored(visiting: Visiting, team: Team) -> None:
    """A secret that still misses a value is named, nothing at all is stored, and what was typed stays."""
    furnish(team)
    team.client("editor").update_component(
        "experiment_tracker", "tracker", {"tracking_token": "{{mlflow.token}}"}
    )
    visitor = visiting("editor")
    visitor.expect_refusal()
    page = visitor.goto(f"{PROD}/register-secrets")
    value(page, "db", "pass")
    value(page, "mlflow", "password")
    page.get_by_role("button", name="Store them").click()
    page.get_by_role("alert").get_by_text("{{mlflow.token}} is still missing").wait_for()
    assert page.locator('[name="v.mlflow.password"]').input_value() == VALUE
    assert [(s.name, s.version) for s in team.client("editor").list_secrets()] == [("db", 1)]
    page.locator('[name="v.mlflow.password"]').fill("")
    page.get_by_role("button", name="Store them").click()
    noted(visitor, PROD, "Stored.")
    assert team.client("editor").describe_secret("db").version == 2


def test_what_was_stored_before_a_refusal_is_told(visiting: Visiting, team: Team) -> None:
    """Who may write their own secrets alone is refused at the workspace's, and learns what is stored."""
    furnish(team)
    visitor = visiting("viewer")
    visitor.expect_refusal()
    page = visitor.goto(f"{PROD}/register-secrets")
    page.locator('[name="key.wandb"]').first.fill("api_key")
    page.locator('[name="text.wandb"]').first.fill(VALUE)
    value(page, "db", "pass")
    page.get_by_label("Only me").check()
    page.get_by_role("button", name="Store them").click()
    told = page.get_by_role("alert").get_by_text("stored before that")
    expect(told).to_contain_text("user secret 'wandb'")
    assert [s.name for s in team.client("viewer").list_secrets(scope="user")] == ["wandb"]


def test_each_problem_leads_to_where_it_is_mended(visiting: Visiting, team: Team) -> None:
    """A secret that is not there, a key that is not there, a slip in a reference; by level and scope."""
    furnish(team)
    db = team.client("editor").describe_secret("db")
    visitor = visiting("editor")
    page = visitor.goto(PROD)
    page.get_by_role("link", name="Validate").click()
    page.wait_for_url("**/validate")
    hrefs = [link.get_attribute("href") for link in page.locator(".lack a").all()]
    assert sorted(hrefs, key=str) == [
        "/w/default/components/experiment-tracker/tracker/edit#f-a.experiment_name",
        f"/w/default/secrets/{db.id}/edit?add=pass",
        "/w/default/secrets/new?name=mlflow&keys=password",
        "/w/default/secrets/new?name=wandb&keys=",
    ]
    expect(page.get_by_role("link", name="workspace default/db v1")).to_be_visible()
    page.get_by_label("What is checked").select_option("SECRET_EXISTS")
    page.get_by_role("button", name="Check again").click()
    page.wait_for_url("**/validate?level=SECRET_EXISTS*")
    expect(page.get_by_text("2 things to mend")).to_be_visible()
    page.get_by_label("Where").select_option("user")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("3 things to mend")).to_be_visible()
    page.get_by_label("What is checked").select_option("NONE")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("Nothing was checked")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_stack_is_recomposed_renamed_copied_and_deleted(
    visiting: Visiting, team: Team, scripts: bool
) -> None:
    """Exchange, add and take out, as one new version; a copy; and away with it."""
    client = team.client("editor")
    furnish(team)
    client.register_component("other", "local", "artifact_store")
    visitor = visiting("editor", scripts=scripts)
    page = visitor.goto(f"{PROD}/edit")
    page.get_by_label("Name", exact=True).fill("new")
    page.get_by_label("Artifact store", exact=True).select_option("other")
    page.get_by_label("Alerter", exact=True).select_option("")
    page.locator("[name=secret-name]").first.fill("openai")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("status").get_by_text("Saved.").wait_for()
    changed = client.get_stack("new")
    noted(visitor, f"{STACKS}/{changed.id}", "Saved.")
    assert {t.value: c.name for t, c in changed.components.items()} == {
        "orchestrator": "default",
        "artifact_store": "other",
        "experiment_tracker": "tracker",
    }
    assert (changed.version, changed.secrets) == (2, {"openai": "WANDB_"})
    page.get_by_text("Copy…").click()
    page.get_by_label("Name of the copy").fill("second")
    page.get_by_label("More").get_by_role("button", name="Copy", exact=True).click()
    noted(visitor, f"{STACKS}/second", "Created.")
    page.get_by_text("Delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    noted(visitor, STACKS, "Removed.")
    assert [s.name for s in client.list_stacks()] == ["default", "new"]


def test_a_stack_needs_its_required_parts(visiting: Visiting, team: Team) -> None:
    """The form sends nothing before they are chosen; what somebody took meanwhile is told where one is."""
    client = team.client("editor")
    client.register_component("other", "local", "orchestrator")
    visitor = visiting("editor")
    visitor.expect_refusal()
    page = visitor.goto(f"{STACKS}/new")
    page.get_by_label("Name", exact=True).fill("mine")
    page.get_by_role("button", name="Build").click()
    assert page.get_by_label("Orchestrator", exact=True).evaluate("e => e.validity.valueMissing")
    page.get_by_label("Orchestrator", exact=True).select_option("other")
    client.delete_component("orchestrator", "other")
    page.get_by_role("button", name="Build").click()
    page.get_by_role("alert").get_by_text("no orchestrator 'other'").wait_for()


def test_what_others_changed_is_accepted_as_it_was_shown(visiting: Visiting, team: Team) -> None:
    """Attribute, secret, destination, who and when; a change after that is not accepted along with it."""
    furnish(team)
    admin = team.client("admin")
    admin.create_secret("db", {"user": "root", "pass": VALUE}, "user")
    visitor = visiting("admin")
    visitor.expect_refusal()
    page = visitor.goto(STACKS)
    visitor.goto(PROD)
    page.get_by_role("link", name="See what changed").click()
    part = page.locator("section", has=page.get_by_role("heading", name="experiment-tracker tracker"))
    for told in (
        "user 'editor'", "2026-01-01 00:00 UTC", "version 1",
        "{{db.pass}} → user admin/db v1", "postgres://{{db.user}}:{{db.pass}}@host.example",
    ):  # fmt: skip
        expect(part).to_contain_text(told)
    assert VALUE not in page.content()
    team.client("editor").update_component(
        "experiment_tracker", "tracker", environment={"DSN": "{{db.pass}}@evil"}
    )
    page.get_by_role("button", name="Accept").click()
    page.get_by_role("alert").get_by_text("is at version 2, not 1").wait_for()
    assert admin.get_stack_trust("prod").waiting
    page.reload()
    expect(part).to_contain_text("{{db.pass}}@evil")
    page.get_by_role("button", name="Accept").click()
    noted(visitor, PROD, "Accepted as it is now.")
    assert not admin.get_stack_trust("prod").waiting
    visitor.goto(f"{PROD}/trust")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    expect(page.get_by_label("Accepted as it is now")).to_contain_text("version 2")


def test_who_may_only_look_is_told_what_is_missing(visiting: Visiting, team: Team) -> None:
    """A viewer sees the picture and the lacks, and no way to change the stack."""
    furnish(team)
    page = visiting("viewer").goto(PROD)
    expect(page.get_by_text("things to mend")).to_be_visible()
    for word in ("Edit", "Copy…", "Delete…", "Could also have"):
        expect(page.get_by_role("main").get_by_text(word, exact=word != "Could also have")).to_have_count(0)
    page = visiting("viewer").goto(STACKS)
    expect(page.get_by_role("row", name="prod")).to_contain_text("4 to mend")
    expect(page.get_by_role("link", name="Build a stack")).to_have_count(0)


def test_a_stack_may_be_called_as_the_form_of_a_new_one(visiting: Visiting, team: Team) -> None:
    """All links to the stack `new` lead to it: from lists, a component, a secret, a run."""
    client = team.client("editor")
    db = client.create_secret("db", {"user": "anna"})
    stack = client.create_stack(
        "new", {"orchestrator": "default", "artifact_store": "default"}, secrets={"db": "", "gone": ""}
    )
    pipeline = Pipeline(name="p", steps=(Step(name="s"),))
    run = team.client("runner").send(StartRun(workspace="default", pipeline=pipeline, stack="new")).run
    visitor = visiting("editor", scripts=False)
    for path in (
        STACKS,
        "/w/default/components/orchestrator/default",
        f"/w/default/secrets/{db.id}",
        "/w/default/runs",
        f"/w/default/runs/{run.id}",
    ):
        visitor.goto(path).get_by_role("main").get_by_role("link", name="new", exact=True).click()
        assert visitor.at == f"{STACKS}/{stack.id}", path
    expect(visitor.main().get_by_role("heading", level=1)).to_have_text("new")
    page = visitor.goto(f"/w/default/runs/{run.id}")
    page.get_by_role("link", name="Register missing secrets").click()
    assert visitor.at == f"{STACKS}/{stack.id}/register-secrets"
