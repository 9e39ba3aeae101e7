"""Runs that were refused, in a browser: each thing leads to where it is mended, and back."""

from __future__ import annotations

from urllib.parse import quote

from playwright.sync_api import expect
from tests.access.conftest import Team
from tests.browser.conftest import Visiting, noted
from tests.browser.recorded import Recorded

from lockwork.domain.runs import Pipeline, Step
from lockwork.domain.stacks import ComponentType
from lockwork.messages.runs import StartRun
from lockwork.messages.stacks import RegisterComponent, UpdateStack

RUNS = "/w/default/runs"


def test_a_refused_run_says_where_each_thing_is_mended(visiting: Visiting, team: Team, db: str) -> None:
    """Each point leads to the page that mends it, with what is missing filled in; all of a stack at once."""
    attributes = {"tracking_uri": "https://{{mlflow.host}}/{{ typo }}"}
    team.did(
        RegisterComponent(
            workspace="default",
            name="tracker",
            type=ComponentType.EXPERIMENT_TRACKER,
            flavor="mlflow",
            attributes=attributes,
        )
    )
    team.did(
        UpdateStack(
            workspace="default", stack="default", components={ComponentType.EXPERIMENT_TRACKER: "tracker"}
        )
    )
    needs = {"A": "{{openai.API_KEY}}", "B": "{{openai.ORG}}", "C": "{{db.nope}} {{db.no}}"}
    run = Recorded(team, "lacking", (Step(name="ask", environment=needs),))
    page = visiting("editor", scripts=False).goto(run.path)
    # Each reference at each place counts, as on the command line; what is none by mistake refuses nothing.
    expect(
        page.get_by_role("heading", name="It was refused before anything ran: 5 things to mend")
    ).to_be_visible()
    points = page.locator(".lacks > li")
    mends = {
        " ".join(point.locator("code").all_inner_texts()): point.locator("a.button").get_attribute("href")
        for point in points.all()
    }
    back = f"back={quote(run.path, safe='')}"
    shared = f"shared=1&{back}"  # a run of somebody else's finds no secret of one's own
    new = "/w/default/secrets/new"
    assert mends == {
        "{{mlflow.host}}": f"{new}?name=mlflow&keys=host&{shared}",
        "{{openai.API_KEY}} {{openai.ORG}}": f"{new}?name=openai&keys=API_KEY%2CORG&{shared}",
        # By its id: whoever looks may have one of their own of that name, which the run would not find.
        "{{db.nope}}": f"/w/default/secrets/{db}/edit?add=nope%2Cno&{back}",
        "{{db.no}}": f"/w/default/secrets/{db}/edit?add=nope%2Cno&{back}",
        "{{ typo }}": f"/w/default/components/experiment-tracker/tracker/edit?{back}#f-a.tracking_uri",
    }
    expect(points.nth(0)).to_contain_text("experiment-tracker tracker: tracking_uri")
    page.get_by_role("link", name="Add key db").first.click()
    assert page.locator("input[name=key][value=nope]").count() == 1
    page.go_back()
    page.get_by_role("link", name="Register secret openai").click()
    expect(page.get_by_label("Only me")).to_be_disabled()
    visitor = visiting("runner", scripts=False)
    page = visitor.goto(run.path)
    points = page.locator(".lacks > li")
    expect(points.filter(has_text="db.nope")).to_contain_text("Its keys: password")
    expect(points.filter(has_text="db.nope")).to_contain_text("Ask an editor of the workspace.")
    points.filter(has_text="openai.ORG").get_by_role("link", name="Register one of your own openai").click()
    assert page.get_by_label("Name", exact=True).input_value() == "openai"
    expect(page.get_by_label("Only me")).to_be_checked()
    page.go_back()
    page.get_by_role("link", name="Register missing secrets").click()
    assert visitor.at == "/w/default/stacks/default/register-secrets"
    expect(page.get_by_label("host")).to_be_visible()
    # Who looks at another's run hears what was wrong, and nothing of what there was instead.
    page = visiting("viewer", scripts=False).goto(run.path)
    expect(page.locator(".lacks > li").filter(has_text="db.nope")).not_to_contain_text("password")
    openai = page.locator(".lacks > li").filter(has_text="openai.ORG")
    expect(openai).to_contain_text("Ask an editor of the workspace.")
    expect(openai.get_by_role("link", name="Register")).to_have_count(0)


def test_the_page_of_a_refused_run_says_what_is_there_by_now(visiting: Visiting, team: Team, db: str) -> None:
    """Each mend leads back to it, without scripts too; what was mended is marked, and a secret of one's own
    mends nothing of somebody else's run. With all of it there, it shows how to run it again."""
    needs = {"A": "{{openai.API_KEY}}", "B": "{{openai.ORG}}", "C": "{{db.nope}}"}
    run = Recorded(team, "lacking", (Step(name="ask", environment=needs),))
    team.client("editor").create_secret("openai", {"API_KEY": "own", "ORG": "own"}, "user")
    visitor = visiting("editor", scripts=False)
    page = visitor.goto(run.path)
    page.get_by_role("heading", name=": 3 things to mend").wait_for()
    page.get_by_role("link", name="Register secret openai").click()
    page.locator("[name=value]").first.fill("a value")
    page.locator("[name=key]").nth(1).fill("")  # one of the two is forgotten
    page.get_by_role("button", name="Register").click()
    page.wait_for_url(f"**{run.path}")
    noted(page, "created")
    page.get_by_role("heading", name="2 of 3 things still to mend").wait_for()
    there = page.get_by_text("there by now").locator("..")
    expect(there.locator("code")).to_have_text(["{{openai.API_KEY}}"])
    for secret, key in (("openai", "ORG"), ("db", "nope")):
        page.get_by_role("link", name=f"Add key {secret}").click()
        row = page.locator("[data-row]").filter(has=page.locator(f"[name=key][value={key}]"))
        row.locator("[name=value]").fill("a value")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url(f"**{run.path}")
    page.get_by_role("heading", name="all that it lacked is there now").wait_for()
    expect(there.locator("code")).to_have_count(3)
    page.get_by_text("lockwork pipeline run FILE:lacking --stack default", exact=True).wait_for()
    expect(page.get_by_role("link", name="Register")).to_have_count(0)


def test_who_may_not_read_is_told_who_can_help(visiting: Visiting, team: Team, db: str) -> None:
    """An admin of the workspace, by name."""
    pipeline = Pipeline(name="reading", steps=(Step(name="s", environment={"PW": "{{db.password}}"}),))
    told = team.client("viewer").send(StartRun(workspace="default", pipeline=pipeline, stack="default")).run
    page = visiting("viewer", scripts=False).goto(f"{RUNS}/{told.id}")
    expect(page.locator(".lacks > li")).to_contain_text("Ask admin or other for the role 'runner'.")
