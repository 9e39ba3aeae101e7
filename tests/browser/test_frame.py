"""What stands around every page: the main sections, the current one in sight, also beside what went wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.access.conftest import Team
from tests.browser.conftest import NARROW, SCHEMES, WIDE, Visiting, noted

from lockwork.messages.workspaces import CreateWorkspace


def test_the_current_section_is_in_sight_on_a_telephone(visiting: Visiting) -> None:
    """The strip of sections is moved to it, and nothing else is."""
    visitor = visiting("admin", width=NARROW)
    for section in ("secrets", "settings", "settings/about"):
        page = visitor.goto(f"/w/default/{section}")
        for here in page.locator("nav [aria-current=page]").all():
            expect(here).to_be_in_viewport(ratio=1)
        assert page.evaluate("[scrollX, scrollY]") == [0, 0], section


def test_what_went_wrong_is_told_in_the_frame(visiting: Visiting, team: Team) -> None:
    """Without scripts a refused form comes again with what was typed, and one can go on. Of what is read,
    nothing is said of changes. What is not there stands in the frame too, whose links lead on; a slash too
    many, or a workspace alone, leads to what was meant."""
    visitor = visiting("editor", scripts=False)
    visitor.expect_refusal()
    page = visitor.goto("/w/default/secrets/new")
    page.get_by_label("Name", exact=True).fill("not a name")
    page.get_by_label("Key", exact=True).first.fill("key")
    page.get_by_label("Value", exact=True).first.fill("\nvalue")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("alert")).to_contain_text("'not a name' is not a secret name")
    expect(page.get_by_label("Name", exact=True)).to_have_value("not a name")
    expect(page.get_by_placeholder("value").first).to_have_value("\nvalue")
    sections = page.get_by_role("navigation", name="Main")
    expect(sections.get_by_role("link", name="Secrets")).to_have_attribute("aria-current", "page")
    page.locator("summary[aria-label='Account of editor']").click()
    page.get_by_role("button", name="Dark").click()
    assert visitor.at == "/w/default/secrets"
    visitor.goto("/w/default/secrets/nobody")
    expect(visitor.main()).not_to_contain_text("Nothing was changed")
    expect(sections).to_be_visible()
    sections.get_by_role("link", name="Stacks").click()
    assert visitor.at == "/w/default/stacks"
    for path, told in (
        ("/w/nowhere/secrets", "No workspace 'nowhere'"),
        ("/w/default/nothing", "No page '/w/default/nothing'"),
        ("/secrets", "No page '/secrets'"),
    ):
        visitor.goto(path)
        expect(page.get_by_role("heading", name="Not found")).to_be_visible()
        expect(visitor.main()).to_contain_text(told)
        sections.get_by_role("link", name="Secrets").click()
        assert visitor.at == "/w/default/secrets", path
    for path in ("/w/default", "/w/default/", "/w/default/secrets/"):
        visitor.goto(path)
        assert visitor.at == "/w/default/secrets", path


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_went_wrong_can_be_read_by_everyone(visiting: Visiting, scheme: str) -> None:
    """In the frame and alone, wide and narrow."""
    for width in (WIDE, NARROW):
        visitor = visiting("viewer", scheme=scheme, width=width)
        visitor.expect_refusal()
        for path in ("/w/default/stacks/none", "/w/nowhere/stacks"):
            visitor.goto(path)
            visitor.check_accessible()


def test_a_command_that_is_shown_means_the_workspace_of_its_page(visiting: Visiting, team: Team) -> None:
    """Wherever a page shows one, whatever is active where it is pasted; what an address names acts in no
    shell. Where one begins it is as short as one types it."""
    team.did(CreateWorkspace(name="research"))
    client = team.client("boss", "research")
    pgdb = client.create_secret("pgdb", {"password": "no matter"})
    visitor = visiting("boss", scripts=False)
    secret = f"secrets/{pgdb.id}"
    for path in (
        *("secrets", secret, f"{secret}/edit", f"{secret}/delete", f"{secret}/rename", f"{secret}/move"),
        *("secrets?deleted=1", "components", "stacks", "stacks/new", "stacks/default", "runs"),
    ):
        page = visitor.goto(f"/w/research/{path}")
        shown = [text for text in page.locator("main code").all_inner_texts() if "lockwork" in text]
        assert shown, path
        assert all(text.startswith("lockwork --workspace research ") for text in shown), shown
        copied = page.locator("main [data-copy^=lockwork]").first.get_attribute("data-copy")
        assert copied in shown, path
    visitor.goto(f"/w/research/{secret}/delete")
    page.get_by_text("lockwork --workspace research secret delete pgdb --scope workspace").wait_for()
    visitor.goto("/w/research/runs?q=%27%3B+reboot+%23")
    page.get_by_text(
        """lockwork --workspace research run list --pipeline 'contains:'"'"'; reboot #'"""
    ).wait_for()
    visitor.goto("/w/research/stacks/new?orchestrator=%24(reboot)")
    page.get_by_text("--orchestrator '$(reboot)'").wait_for()
    visitor.goto("/w/research/settings")
    assert "--workspace" not in visitor.main().inner_text()
    visitor.goto("/w/default/secrets/new?name=db&keys=host,port")
    page.get_by_text("lockwork secret create db --ask host --ask port", exact=True).wait_for()


def test_what_was_done_is_told_once(visiting: Visiting, team: Team) -> None:
    """On the page that follows, without scripts too; not again on a reload, and not for an address
    that somebody pasted."""
    visitor = visiting("editor", scripts=False)
    page = visitor.goto("/w/default/secrets/new")
    page.get_by_label("Name", exact=True).fill("db")
    page.get_by_label("Key", exact=True).first.fill("key")
    page.get_by_role("button", name="Register").click()
    noted(page, "created")
    assert "created" not in page.url
    page.reload()
    expect(page.get_by_role("heading", name="db")).to_be_visible()
    expect(page.locator(".note")).to_have_count(0)
    for word in ("created", "purged"):
        visitor.goto(f"/w/default/secrets?note={word}")
        expect(page.locator(".note")).to_have_count(0)
