"""The audit trail in a browser: looked through, verified, and kept from who does not administer it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.access.conftest import Team, heard
from tests.browser.conftest import NARROW, WIDE, Visiting

from lockwork.database.engine import Statement
from lockwork.domain.errors import LockworkError
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import LogIn
from lockwork.messages.audit import GetAuditHead
from lockwork.messages.secrets import CreateSecret, RevealSecret

AUDIT = "/w/default/audit"


def made(team: Team, name: str = "db") -> str:
    created = team.did(CreateSecret(workspace="default", name=name, values={"password": Sensitive("pw-0")}))
    return str(created.id)


def test_the_trail_is_looked_through(visiting: Visiting, team: Team) -> None:
    """By who, action, outcome, name and time, without scripts; a record opens in place and leads on."""
    id_ = made(team)
    made(team, "other")
    assert heard(team.client("viewer"), RevealSecret(workspace="default", secret="db")) == "no"
    team.client("runner").get_secret("db")
    visitor = visiting("boss", scripts=False)
    page = visitor.goto(AUDIT)
    records = page.locator(".records li")
    page.get_by_role("link", name="Refused").click()
    expect(records).to_have_count(1)
    expect(records).to_contain_text("viewer")
    expect(records.get_by_text("refused")).to_be_visible()
    page.get_by_text("lockwork audit list --outcome refused").wait_for()
    records.locator("summary").click()
    expect(records).to_contain_text("NotPermitted")
    expect(records).to_contain_text("127.0.0.1")
    visitor.goto(AUDIT)
    page.get_by_label("Action").fill("reveal")
    page.get_by_label("What").fill("db")
    page.get_by_role("button", name="Search").click()
    expect(records).to_have_count(2)
    page.get_by_label("Who").fill("startswith:run")
    page.get_by_role("button", name="Search").click()
    expect(records).to_have_count(1)
    page.get_by_text(
        "lockwork audit list --user startswith:run --action contains:reveal --name contains:db"
    ).wait_for()
    records.locator("summary").click()
    assert (
        records.get_by_role("link", name="db", exact=True).get_attribute("href")
        == f"/w/default/secrets/{id_}"
    )
    token = page.get_by_text("Token", exact=True).last.locator("..").get_by_role("link")
    token.click()
    expect(records).to_have_count(1)
    expect(page.get_by_label("Token id")).to_have_value(re.compile("[0-9a-f-]{36}"))


def test_the_trail_is_filtered_by_days(visiting: Visiting, team: Team) -> None:
    """From a day through another; what is no day is told beside the fields. The clock here stands in 2026."""
    made(team)
    visitor = visiting("boss", scripts=False)
    page = visitor.goto(f"{AUDIT}?since=2026-01-01&until=2026-01-01&action=secret.create&name=db")
    expect(page.locator(".records li")).to_have_count(1)
    page.get_by_text("--at 2026-01-01/2026-01-01").wait_for()
    for query in ("since=2026-01-02", "until=2025-12-31"):
        visitor.goto(f"{AUDIT}?{query}")
        page.get_by_text("Nothing fits").wait_for()
        assert page.get_by_label("Since (UTC)").is_visible()
    visitor.expect_refusal()
    visitor.goto(f"{AUDIT}?since=yesterday")
    expect(page.get_by_role("alert")).to_contain_text("is not a time")


def test_the_trail_is_paged_and_followed_as_one_types(visiting: Visiting, team: Team) -> None:
    """By number; with scripts the list follows what is typed, and the address with it."""
    for nth in range(30):
        made(team, f"s{nth}")
    page = visiting("boss").goto(f"{AUDIT}?action=secret.create")
    records = page.locator(".records li")
    expect(records).to_have_count(25)
    page.get_by_role("link", name="Next").click()
    expect(records).to_have_count(5)
    page.get_by_label("What").fill("s2")
    expect(records).to_have_count(11)
    page.wait_for_url("**action=secret.create&name=s2**")


def test_records_of_one_change_are_told_apart(visiting: Visiting, team: Team) -> None:
    """A rename tells the old name, and of what else it changed which kind of thing that is; to the second."""
    made(team)
    owner = team.client("editor")
    owner.register_component(
        "mlflow", "mlflow", "experiment_tracker", {"tracking_password": "{{db.password}}"}
    )
    owner.update_secret("db", new_name="pgdb", update_references=True)
    page = visiting("boss", scripts=False).goto(f"{AUDIT}?action=secret.update")
    records = page.locator(".records li summary")
    expect(records).to_have_count(2)
    told = " ".join(records.all_inner_texts())
    assert "component mlflow v2 renamed db to pgdb" in " ".join(told.split())
    assert "pgdb v2 renamed db to pgdb" in " ".join(told.split())
    assert re.search(r"2026-01-01 \d\d:\d\d:\d\d", told)


def test_hostile_records_are_text(visiting: Visiting, team: Team) -> None:
    """What a caller named and was refused for stands in the trail as they wrote it, and does nothing here."""
    hostile = '"><script>document.title = 1</script>\u202e' + "x" * 400
    wrong = RevealSecret(workspace="default", secret=hostile, run="<" * 4000, step="<" * 4000)
    for _ in range(25):
        with pytest.raises(LockworkError):
            team.client("viewer").send(wrong)
    for width in (WIDE, NARROW):
        visitor = visiting("boss", width=width)
        page = visitor.goto(f"{AUDIT}?action=secret.reveal")
        page.locator(".records summary").first.click()
        expect(page.locator(".records")).to_contain_text("<script>document.title = 1</script>\\u202e")
        assert page.title() == "Audit · Lockwork"
        visitor.check_accessible()


def test_strangers_are_told(visiting: Visiting, team: Team) -> None:
    """Failed log-ins by minute and address; before there are any, the page says what it is for."""
    visitor = visiting("boss", scripts=False)
    page = visitor.goto(f"{AUDIT}/strangers")
    page.get_by_text("No failed log-ins").wait_for()
    for _ in range(2):
        heard(team.with_token(None), LogIn(name="viewer", password=Sensitive("not this")))
    visitor.goto(f"{AUDIT}/strangers")
    row = page.locator("tbody tr").filter(has_text="log-in with a wrong name or password")
    expect(row.first).to_contain_text("127.0.0.1")


def test_a_whole_trail_is_verified(visiting: Visiting, team: Team) -> None:
    """The verdict stands on the page with the head to keep, and a head that was kept is held against it."""
    made(team)
    visitor = visiting("boss", scripts=False)
    page = visitor.goto(f"{AUDIT}/verify")
    page.get_by_role("button", name="Verify now").click()
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("The trail is intact")
    kept = str(team.did(GetAuditHead()))
    expect(page.get_by_text(kept)).to_be_visible()
    page.get_by_label("A head that you kept").fill(kept)
    page.get_by_role("button", name="Verify now").click()
    expect(verdict).to_contain_text("The head that you kept is in it")
    visitor.expect_refusal()
    page.get_by_label("A head that you kept").fill("12:<b>")
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not a head of the trail")
    assert page.get_by_label("A head that you kept").input_value() == "12:<b>"


def test_tampering_is_told(visiting: Visiting, team: Team) -> None:
    """What was changed past Lockwork is named, and a head that is not in the trail."""
    id_ = made(team)
    kept = str(team.did(GetAuditHead()))
    with team.gate.house.database.writing() as tx:
        tx.run(Statement("UPDATE secrets SET name = :name WHERE id = :id"), name="renamed", id=id_)
    page = visiting("boss").goto(f"{AUDIT}/verify")
    number, _, mac = kept.partition(":")
    page.get_by_label("A head that you kept").fill(f"{number}:{mac[::-1]}")
    page.get_by_role("button", name="Verify now").click()
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("The store differs from its trail: 2 problems")
    expect(verdict).to_contain_text("secret 'db'")


def test_who_does_not_administer_the_server_is_told_so(visiting: Visiting, team: Team) -> None:
    """Also an admin of a workspace: nothing of the trail, and who can help; nor is it verified for them."""
    made(team)
    visitor = visiting("admin", scripts=False)
    visitor.expect_refusal()
    for path in (AUDIT, f"{AUDIT}?since=nonsense", f"{AUDIT}/strangers", f"{AUDIT}/verify"):
        page = visitor.goto(path)
        expect(
            page.get_by_role("heading", name="The audit trail is for admins of the server")
        ).to_be_visible()
        assert page.locator("form[action$=verify], .records").count() == 0


@pytest.mark.parametrize(("scheme", "width"), [("light", WIDE), ("dark", NARROW)])
def test_what_is_opened_in_the_trail_can_be_used_by_everyone(
    visiting: Visiting, team: Team, scheme: str, width: int
) -> None:
    """A verdict, and a record that is opened by the keyboard alone."""
    made(team)
    visitor = visiting("boss", scheme=scheme, width=width)
    page = visitor.goto(f"{AUDIT}/verify")
    page.get_by_role("button", name="Verify now").click()
    page.locator(".verdict").wait_for()
    visitor.check_accessible()
    visitor.goto(AUDIT)
    page.locator(".records summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".records dl").first).to_be_visible()
    visitor.check_accessible()
