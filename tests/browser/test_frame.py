"""What stands around every page: the main sections, the current one in sight, also beside what went wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.access.conftest import Team
from tests.browser.conftest import NARROW, SCHEMES, WIDE, Visiting


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
    nothing is said of changes. Around a workspace that is not there no link could work, so none is shown."""
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
    visitor.goto("/w/nowhere/secrets")
    expect(visitor.main()).to_contain_text("no workspace 'nowhere'")
    expect(sections).to_have_count(0)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_went_wrong_can_be_read_by_everyone(visiting: Visiting, scheme: str) -> None:
    """In the frame and alone, wide and narrow."""
    for width in (WIDE, NARROW):
        visitor = visiting("viewer", scheme=scheme, width=width)
        visitor.expect_refusal()
        for path in ("/w/default/stacks/none", "/w/nowhere/stacks"):
            visitor.goto(path)
            visitor.check_accessible()
