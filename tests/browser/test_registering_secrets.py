"""A new secret: by the guided dialog, by keyboard alone, by links that prefill it, and without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.access.conftest import Team
from tests.browser.conftest import NARROW, SCHEMES, WIDE, Visiting, noted

LIST = "/w/default/secrets"


def held(team: Team, name: str, user: str = "editor", scope: str | None = None) -> dict[str, str]:
    """What is kept now."""
    return team.client(user).get_secret(name, scope).secret_values


def opened(page: Page) -> Page:
    """The dialog, at its values, for a secret called `db`."""
    page.get_by_role("link", name="Register secret").click()
    page.get_by_label("Name", exact=True).fill("db")
    page.get_by_role("button", name="Next").click()
    page.get_by_placeholder("key", exact=True).wait_for()
    return page


def dropped(page: Page, name: str, data: bytes) -> None:
    """A file let fall onto the last value."""
    transfer = page.evaluate_handle(
        "([name, bytes]) => { const all = new DataTransfer();"
        " all.items.add(new File([new Uint8Array(bytes)], name)); return all; }",
        [name, list(data)],
    )
    page.get_by_placeholder("value", exact=True).last.dispatch_event("drop", {"dataTransfer": transfer})


def test_the_whole_registering_needs_a_keyboard_alone(visiting: Visiting, team: Team) -> None:
    """From the list to the kept secret; the focus stands where one types next, and values are unseen."""
    page = visiting("editor").goto(LIST)
    page.get_by_role("link", name="Register secret").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("db")
    page.keyboard.press("Enter")
    expect(page.get_by_placeholder("key", exact=True)).to_be_focused()
    page.keyboard.type("password")
    page.keyboard.press("Tab")
    page.keyboard.type("first line\nsecond")
    assert (
        page.get_by_placeholder("value", exact=True).evaluate(
            "field => getComputedStyle(field).webkitTextSecurity"
        )
        == "disc"
    )
    for _ in range(4):  # show, file, remove, add
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_placeholder("key", exact=True).last).to_be_focused()
    page.keyboard.type("empty")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Register", exact=True)).to_be_focused()
    look = page.get_by_role("dialog").inner_text()
    assert "•••" in look
    assert "first line" not in look
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Open the secret")).to_be_focused()
    assert held(team, "db") == {"password": "first line\nsecond", "empty": ""}
    assert "{{db.password}}" in page.get_by_role("dialog").inner_text()
    assert "first line" not in page.content()
    assert page.locator("textarea").evaluate_all("all => all.map(one => one.value)") == ["", ""]
    page.keyboard.press("Enter")
    page.wait_for_url("**/secrets/*")
    noted(page, "created")


def test_a_name_is_looked_at_as_it_is_typed(visiting: Visiting, team: Team) -> None:
    """What cannot be a name, is taken there, or would hide another is told at once; the step waits."""
    team.client("editor").create_secret("db", {"a": "b"})
    page = visiting("editor").goto(LIST)
    page.get_by_role("link", name="Register secret").click()
    name, says = page.get_by_label("Name", exact=True), page.locator("dialog .says")
    name.fill("a.b")
    expect(says).to_contain_text("no dots")
    name.fill("db")
    expect(says).to_contain_text("'db' is taken in workspace 'default'")
    page.get_by_role("button", name="Next").click()
    expect(name).to_be_focused()
    page.get_by_role("radio", name="Only me").check()
    expect(says).to_contain_text("hide the workspace's 'db'")
    name.fill("fresh")
    expect(says).to_contain_text("free among your own")
    page.get_by_role("button", name="Next").click()
    page.get_by_placeholder("key", exact=True).wait_for()


def test_escape_asks_before_anything_typed_is_lost(visiting: Visiting, team: Team) -> None:
    """Untouched it closes at once; else it asks, as a reload does, each time; dropping leaves nothing."""
    page = visiting("editor").goto(LIST)
    page.get_by_role("link", name="Register secret").click()
    page.keyboard.press("Escape")
    expect(page.locator("#register")).to_be_hidden()
    page = opened(page)
    page.get_by_placeholder("value", exact=True).fill("hunter2")
    with page.expect_event("dialog") as asked:
        page.evaluate("() => { setTimeout(() => location.reload()) }")
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    for answer in ("Enter", "Escape", "Escape"):
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Keep typing")).to_be_focused()
        page.keyboard.press(answer)
        expect(page.locator("#discard")).to_be_hidden()
        expect(page.locator("#register")).to_be_visible()
        assert page.get_by_placeholder("value", exact=True).input_value() == "hunter2"
    # A browser that lets a page keep a dialog open only once has no say: the key never comes to it.
    assert page.locator("#register").evaluate(
        "place => !place.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', cancelable: true }))"
    )
    page.get_by_role("button", name="Drop it").click()
    expect(page.locator("#register")).to_be_hidden()
    assert page.locator("#register textarea").evaluate_all("all => all.map(one => one.value).join('')") == ""
    assert not team.client("editor").list_secrets(name="db").items


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("# of the team\nexport USER=admin\nPIN=0123\nKEY='two\nlines'\n",
         {"USER": "admin", "PIN": "0123", "KEY": "two\nlines"}),
        ('{"user": "a\\r\\nb", "n": 1.50}', {"user": "a\r\nb", "n": "1.50"}),
        ("user: yes\npassword: 'it''s'\n", {"user": "yes", "password": "it's"}),
    ],
    ids=["env", "json", "yaml"],
)  # fmt: skip
def test_a_pasted_mapping_becomes_rows(
    visiting: Visiting, team: Team, pasted: str, kept: dict[str, str]
) -> None:
    """Pasted where a key is typed, it is split as written; what cannot be split is told with its place."""
    visitor = visiting("editor")
    visitor.expect_refusal()
    page = opened(visitor.goto(LIST))
    page.get_by_text("Paste a .env").click()
    page.locator("[name=pasted]").fill("user: a\nuser: b\n")
    page.get_by_role("button", name="Next").click()  # what was not split yet is split first
    expect(page.locator("[data-pasted-problem]")).to_contain_text("line 2, column 1")
    page.locator("[name=pasted]").fill("")
    page.evaluate("text => navigator.clipboard.writeText(text)", pasted)
    page.get_by_placeholder("key", exact=True).first.focus()
    with page.expect_response("**/new/rows") as split:
        page.keyboard.press("Control+V")
    assert split.value.headers["cache-control"] == "no-store"
    expect(page.get_by_placeholder("key", exact=True)).to_have_count(len(kept))
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Register", exact=True).click()
    page.get_by_role("link", name="Open the secret").wait_for()
    assert held(team, "db") == kept


def test_what_is_said_of_a_row_holds_as_long_as_it_is_true(visiting: Visiting, team: Team) -> None:
    """A complaint goes with its cause; what a pasted mapping replaced is told, and can be put back."""
    visitor = visiting("editor")
    visitor.expect_refusal()
    page = opened(visitor.goto(LIST))
    following = page.get_by_role("button", name="Next")
    key, value = page.get_by_placeholder("key", exact=True), page.get_by_placeholder("value", exact=True)
    following.click()
    expect(page.get_by_text("A secret needs at least one key")).to_be_visible()
    key.fill("a")
    expect(page.get_by_text("A secret needs at least one key")).to_be_hidden()
    value.fill("mine")
    page.get_by_role("button", name="Add a key").click()
    key.last.fill("a")
    following.click()
    expect(page.get_by_text("This key is given twice")).to_be_visible()
    key.first.fill("b")
    expect(page.get_by_text("This key is given twice")).to_be_hidden()
    page.get_by_text("Paste a .env").click()
    page.locator("[name=pasted]").fill("just words")
    page.get_by_role("button", name="Split").click()
    expect(page.locator("[data-pasted-problem]")).to_contain_text("KEY=value lines")
    expect(page.locator("[data-pasted-problem]")).not_to_contain_text("@FILE")
    page.locator("[name=pasted]").fill("b=theirs\n" + "".join(f"K{n}=v\n" for n in range(20)))
    page.get_by_role("button", name="Split").click()
    expect(page.get_by_text("replaced what was typed for b")).to_be_visible()
    assert value.first.input_value() == "theirs"
    scrolls = page.locator("#register").evaluate("place => place.scrollHeight > place.clientHeight")
    assert not scrolls, "its body does, beside which a second bar would stand"
    page.get_by_role("button", name="Put back what was typed").click()
    assert value.first.input_value() == "mine"


def test_a_file_becomes_a_value_byte_for_byte(visiting: Visiting, team: Team, tmp_path: Path) -> None:
    """CRLF and a last line break are kept and told; the break can be dropped; what is no text is refused."""
    page = opened(visiting("editor").goto(LIST))
    dropped(page, "logo.png", b"\x89PNG\xff")
    expect(page.get_by_text("logo.png is not UTF-8 text")).to_be_visible()
    dropped(page, "nul.bin", b"a\0b")
    expect(page.get_by_text("nul.bin holds a NUL character")).to_be_visible()
    page.get_by_placeholder("key", exact=True).fill("crlf")
    dropped(page, "windows.txt", b"\xef\xbb\xbfone\r\ntwo\r\n")
    expect(page.get_by_text("From windows.txt, 13 bytes; begins with a byte order mark")).to_be_visible()
    page.get_by_role("button", name="Add a key").click()
    page.get_by_placeholder("key", exact=True).last.fill("pem")
    file = tmp_path / "key.pem"
    file.write_bytes(b"-----BEGIN\r\nabc\r\n")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Take the value from a file").last.click()
    chooser.value.set_files(file)
    page.get_by_text("From key.pem, 17 bytes").wait_for()
    page.get_by_role("button", name="Drop the last line break").last.click()
    page.get_by_role("button", name="Next").click()
    rows = page.locator("[data-look-rows] tr")
    assert [row.inner_text().split("\t") for row in rows.all()] == [
        ["crlf", "••• (2 lines)"],
        ["pem", "••• (2 lines)"],
    ]
    page.get_by_role("button", name="Register", exact=True).click()
    page.get_by_role("link", name="Open the secret").wait_for()
    assert held(team, "db") == {"crlf": "\ufeffone\r\ntwo\r\n", "pem": "-----BEGIN\r\nabc"}


def test_without_scripts_a_link_prefills_the_form(visiting: Visiting, team: Team) -> None:
    """Name, keys and scope stand in the address; there are rows to spare; a pasted mapping joins them."""
    page = visiting("viewer", scripts=False).goto(f"{LIST}/new?name=mine&keys=a,b.c&scope=user")
    assert page.get_by_label("Name", exact=True).input_value() == "mine"
    assert page.get_by_role("radio", name="Only me").is_checked()
    assert page.get_by_role("radio", name="Workspace Your role").is_disabled()
    keys = page.get_by_placeholder("key", exact=True)
    assert [one.input_value() for one in keys.all()] == ["a", "b.c", "", "", "", ""]
    keys.nth(2).fill("d")
    page.get_by_placeholder("value", exact=True).nth(2).fill("more")
    page.get_by_placeholder("value", exact=True).first.fill("one\ntwo")
    page.get_by_text("Paste a .env").click()
    page.locator("[name=pasted]").fill("C='it'\n")
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/secrets/*")
    noted(page, "created")
    assert held(team, "mine", "viewer", "user") == {
        "a": "one\ntwo",
        "b.c": "",
        "d": "more",
        "C": "it",
    }


def test_who_may_make_none_in_the_workspace_makes_their_own(visiting: Visiting, team: Team) -> None:
    """A viewer's dialog keeps the secret in their own scope, and is ready for another."""
    page = opened(visiting("viewer").goto(LIST))
    page.get_by_placeholder("key", exact=True).fill("a")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Register", exact=True).click()
    page.get_by_role("link", name="Open the secret").wait_for()
    assert held(team, "db", "viewer", "user") == {"a": ""}
    page.get_by_role("button", name="Register another").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    assert page.get_by_label("Name", exact=True).input_value() == ""
    assert page.get_by_role("radio", name="Only me").is_checked()
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#results a.name")).to_have_text("db")


def test_what_was_typed_stays_where_the_server_refuses(visiting: Visiting, team: Team) -> None:
    """A key twice is refused beside the rows, which keep their values; nothing is kept by the server."""
    visitor = visiting("editor")
    visitor.expect_refusal()
    page = visitor.goto(f"{LIST}/new?name=db&keys=a,a")
    page.get_by_placeholder("value", exact=True).first.fill("hunter2")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("key 'a' is given twice")).to_be_visible()
    assert page.get_by_placeholder("value", exact=True).first.input_value() == "hunter2"
    assert not team.client("editor").list_secrets(name="db").items
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(f"**{LIST}")
    assert asked == [], "who cancels means it"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_step_can_be_used_by_everyone(visiting: Visiting, scheme: str, width: int) -> None:
    """No serious fault in the form and in each step of the dialog."""
    visitor = visiting("editor", scheme=scheme, width=width)
    visitor.goto(f"{LIST}/new?name=db&keys=a,b")
    visitor.check_accessible()
    page = opened(visitor.goto(LIST))
    page.get_by_text("Paste a .env").click()
    visitor.check_accessible()
    page.get_by_placeholder("key", exact=True).fill("k")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Register", exact=True).wait_for()
    visitor.check_accessible()
    page.keyboard.press("Escape")
    visitor.check_accessible()
