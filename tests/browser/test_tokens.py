"""Tokens for programs: made, told once, used, revoked."""

from __future__ import annotations

import httpx2
import pytest
from playwright.sync_api import Response
from tests.access.conftest import Team
from tests.browser.conftest import Visiting, Visitor

from lockwork.domain.sensitive import Sensitive
from lockwork.messages.secrets import CreateSecret

EVERYWHERE = """JSON.stringify([location.href, document.title, history.state, {...localStorage},
  {...sessionStorage}, document.cookie])"""


@pytest.fixture(autouse=True)
def secrets(team: Team) -> None:
    for name in ("prod-db", "prod-s3", "staging-db"):
        team.did(CreateSecret(workspace="default", name=name, values={"key": Sensitive("a value")}))


def asked(team: Team, secret: str, token: str) -> int:
    """How the server answers a program that shows this token."""
    path = f"{team.url}/v1/workspaces/default/secrets/{secret}"
    return httpx2.get(path, headers={"authorization": f"Bearer {token}"}).status_code


def made(visitor: Visitor, name: str, patterns: str = "") -> str:
    """The text of a new token, as the page tells it."""
    page = visitor.goto("/w/default/access/tokens/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Only secrets named").fill(patterns)
    page.get_by_role("button", name="Create token").click()
    page.get_by_text("Copy it now").wait_for()
    return page.locator("[data-once=text]").inner_text()


def is_told(answer: Response) -> bool:
    """Whether this is the answer with a token in it."""
    return answer.request.method == "POST" and answer.url.endswith("/tokens/new")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_token_opens_what_it_is_held_to_and_is_told_once(
    visiting: Visiting, team: Team, scripts: bool
) -> None:
    """Over HTTP it reads what its patterns take and nothing else; no page, address or storage keeps it."""
    editor = visiting("editor", scripts=scripts)
    page = editor.page
    kept: set[str | None] = set()
    page.on(
        "response", lambda answer: kept.add(answer.headers.get("cache-control")) if is_told(answer) else 0
    )
    text = made(editor, "nightly", "prod-*")
    assert kept == {"no-store"}
    assert text.startswith("lkw_")
    assert f"LOCKWORK_URL={team.url}" in editor.main().inner_text()
    assert "LOCKWORK_WORKSPACE=default" in editor.main().inner_text()
    assert [asked(team, name, text) for name in ("prod-db", "prod-s3", "staging-db")] == [200, 200, 404]
    assert text not in page.url + page.title()
    if scripts:
        assert text not in page.evaluate(EVERYWHERE)
        page.reload()
        assert text not in page.content()
    page.get_by_role("link", name="Tokens", exact=True).click()
    page.get_by_text("secrets prod-*").wait_for()
    assert text not in page.content()
    if scripts:
        page.go_back()
        page.get_by_role("button", name="Create token").wait_for()
        assert text not in page.content()
        page.go_forward()
    page.get_by_label("Revoke nightly").click()
    page.get_by_role("button", name="Yes, revoke").click()
    page.get_by_text("Revoked: it opens nothing").wait_for()
    assert asked(team, "prod-db", text) == 401


def test_patterns_say_what_they_take_while_they_are_typed(visiting: Visiting) -> None:
    """Before the token is made one sees which secrets it would open."""
    visitor = visiting("viewer")
    page = visitor.goto("/w/default/access/tokens/new")
    taken = page.locator("#taken")
    assert "For example, prod-* takes 2 of the 3 secrets" in taken.inner_text()
    page.get_by_label("Only secrets named").press_sequentially("*-db, nothing")
    taken.get_by_text("*-db nothing").wait_for()
    assert taken.locator(".badge").all_inner_texts() == ["prod-db", "staging-db"]
    assert page.get_by_label("Owner", exact=True).count() == 0  # it can be one's own alone
    visitor.expect_refusal()
    page.get_by_label("Only secrets named").fill("what?")
    page.get_by_label("Name", exact=True).fill("t")
    page.get_by_role("button", name="Create token").click()
    page.get_by_role("alert").get_by_text("'what?' is not a pattern").wait_for()


def test_patterns_are_tried_without_scripts(visiting: Visiting) -> None:
    """By a button; all that was filled in is there still."""
    visitor = visiting("viewer", scripts=False)
    page = visitor.goto("/w/default/access/tokens/new")
    page.get_by_label("Name", exact=True).fill("t")
    page.get_by_label("runner").check()
    page.get_by_role("checkbox", name="default").check()
    page.get_by_label("Only secrets named").fill("*-db")
    page.get_by_label("Until it is revoked").check()
    page.get_by_role("button", name="Show what they take").click()
    page.get_by_text("takes 2 of the 3").wait_for()
    assert page.get_by_label("Name", exact=True).input_value() == "t"
    for role, ticked in (("radio", "runner"), ("checkbox", "default"), ("checkbox", "Until it is revoked")):
        assert page.get_by_role(role, name=ticked).is_checked()  # type: ignore[arg-type]  # words of ARIA
    page.get_by_role("button", name="Create token").click()
    page.get_by_text("Good until it is revoked").wait_for()


def test_each_sees_their_own_tokens_and_an_admin_all(visiting: Visiting, team: Team) -> None:
    """A viewer's list has nobody else's; an admin of the server finds everyone's, and log-ins apart."""
    team.client("editor").create_token("of-editor")
    viewer, boss = visiting().log_in("viewer"), visiting("boss")
    viewer.goto("/w/default/access/tokens")
    viewer.page.get_by_text("No token yet").wait_for()
    boss.goto("/w/default/access/tokens")
    assert "of-editor" in boss.main().inner_text()
    assert "of viewer" not in boss.main().inner_text()
    boss.page.get_by_role("link", name="Log-ins").click()
    boss.page.get_by_text("of viewer").wait_for()
    boss.goto("/w/default/access/tokens")
    boss.page.get_by_role("link", name="Mine").click()
    boss.page.get_by_text("of boss").first.wait_for()
    assert "of-editor" not in boss.main().inner_text()
