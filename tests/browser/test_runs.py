"""Runs in a browser: found, looked at while they go on and afterwards, and mended where they were refused."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect
from tests.access.conftest import Team
from tests.browser.conftest import NARROW, WIDE, Visiting
from tests.browser.recorded import Recorded

from lockwork.domain.runs import MAX_LOG_PART, RunStatus, Step

RUNS = "/w/default/runs"
HOSTILE = (
    b"<script>document.title = 'owned'</script><img src=x onerror=alert(1)>\n"
    b"\x1b[31mred\x1b[0m \x1b]0;title\x07\n"
    b"\xe2\x80\xaegnp.exe\n" + b"w" * 5000 + b"\n\xff\xfe not text\n"
)


def shown_log(page: Page) -> str:
    return page.locator("#log pre").inner_text()


def test_runs_are_found(visiting: Visiting, team: Team, db: str) -> None:
    """By status and pipeline, sorted, without scripts; the list says the command that does the same."""
    visitor = visiting("viewer", scripts=False)
    page = visitor.goto(RUNS)
    page.get_by_text("Nothing has run yet").wait_for()
    page.get_by_text("lockwork pipeline run FILE.py").wait_for()
    done = Recorded(team, "nightly")
    done.over()
    Recorded(team, "training").over(RunStatus.FAILED, "no reason")
    Recorded(team, "training-2")
    visitor.goto(RUNS)
    rows = page.locator("tbody tr")
    assert [row.split("\n")[0].split()[0] for row in rows.all_inner_texts()] == [
        "training-2",
        "training",
        "nightly",
    ]
    page.get_by_role("link", name="Failed").click()
    assert rows.count() == 1
    page.get_by_text("lockwork run list --status failed").wait_for()
    page.get_by_role("link", name="Failed").click()
    page.get_by_label("Search by pipeline").fill("train")
    page.get_by_role("button", name="Search").click()
    assert rows.count() == 2
    page.get_by_role("link", name="Pipeline").click()
    assert [text.split()[0] for text in rows.all_inner_texts()] == ["training", "training-2"]
    page.get_by_role("link", name="training", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == "training"


def test_more_runs_than_a_page_holds(visiting: Visiting, team: Team, db: str) -> None:
    """Pages by number keep what was sought."""
    for _ in range(26):
        Recorded(team, "many", (Step(name="s"),))
    page = visiting("viewer", scripts=False).goto(f"{RUNS}?q=many&status=running")
    page.get_by_text("Page 1 of 2").wait_for()
    page.get_by_role("link", name="Next").click()
    assert page.locator("tbody tr").count() == 1
    assert parse_qs(urlsplit(page.url).query) == {"q": ["many"], "status": ["running"], "page": ["2"]}


def test_a_run_is_told_whole(visiting: Visiting, team: Team, db: str) -> None:
    """Graph, steps, secrets with versions, why it failed and the log of that step: all without scripts."""
    run = Recorded(team, "report")
    run.whole("load", b"loaded with ***\n")
    run.whole("train", b"trained\n")
    run.begin("evaluate")
    run.log("evaluate", b"Traceback\n")
    run.end("evaluate", RunStatus.FAILED, "ValueError: <b>no</b> rows", ("a note",))
    run.over(RunStatus.FAILED, "step 'evaluate': ValueError")
    page = visiting("viewer", scripts=False).goto(run.path)
    nodes = page.get_by_role("list", name="Steps").get_by_role("listitem")
    told = [node.get_by_role("link").get_attribute("aria-label") or "" for node in nodes.all()]
    assert [re.sub(r", [\d.]+ s", "", text) for text in told] == [
        "load: completed",
        "train: completed, after load",
        "evaluate: failed, after load",
        "report: skipped, after evaluate, load, train",
    ]
    assert page.locator(".ties path").count() == 5
    main = page.get_by_role("main")
    for text in ("step 'evaluate': ValueError", "ValueError: <b>no</b> rows", "a note", "json, 4.2 kB"):
        expect(main).to_contain_text(text)
    assert shown_log(page) == "Traceback\n"
    used = page.get_by_role("link", name="db", exact=True)
    assert used.get_attribute("href") == f"/w/default/secrets/{db}"
    nodes.get_by_role("link").first.click()
    assert shown_log(page) == "loaded with ***\n"
    on_a_telephone = visiting("viewer", width=NARROW).goto(run.path)
    expect(on_a_telephone.locator(".node.chosen.bad")).to_be_in_viewport(ratio=1)
    rows = on_a_telephone.locator(".run-steps")
    assert rows.evaluate("table => table.parentElement.scrollWidth <= table.parentElement.clientWidth")
    page.get_by_role("link", name="All steps").click()
    assert page.locator("#log pre").all_inner_texts() == ["loaded with ***\n", "trained\n", "Traceback\n"]


def test_runs_without_ties_are_drawn_as_a_row(visiting: Visiting, team: Team) -> None:
    """As those are that an earlier Lockwork recorded: no line, and nothing claimed."""
    run = Recorded(team, "old", tuple(Step(name=name) for name in ("one", "two", "three")))
    page = visiting("viewer").goto(run.path)
    assert page.locator(".ties path").count() == 0
    boxes = [box.bounding_box() for box in page.locator(".node rect").all()]
    assert len({box["y"] for box in boxes if box}) == 1


def test_hostile_names_and_output_are_text(visiting: Visiting, team: Team) -> None:
    """In failures, notes and logs: nothing acts, nothing turns around, nothing breaks out of its place."""
    name = "n" * 128
    run = Recorded(team, "hostile", (Step(name=name), Step(name="then", after=(name,))))
    run.begin(name)
    run.log(name, HOSTILE)
    run.end(name, RunStatus.FAILED, "<script>alert(2)</script>\u202e", ("<script>alert(3)</script>",))
    run.over(RunStatus.FAILED, "<script>alert(4)</script>\x1b[2J")
    for width in (WIDE, NARROW):
        visitor = visiting("viewer", width=width)
        page = visitor.goto(run.path)
        text = shown_log(page)
        assert "<script>document.title = 'owned'</script><img src=x onerror=alert(1)>" in text
        assert "\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07" in text
        assert "\\u202egnp.exe" in text
        assert "\u202e" not in page.content()
        assert "\x1b" not in page.content()
        assert page.title() == "hostile · Lockwork"
        assert page.locator("script").count() == 2
        visitor.check_accessible()


def test_a_long_log_is_read_from_its_end(visiting: Visiting, team: Team) -> None:
    """10 MiB of what grows most as HTML: each page stays small, and 'Earlier' leads back without a gap."""
    run = Recorded(team, "long", (Step(name="s"),))
    run.begin("s")
    line = b"%07d " + b'"<&' * 20 + b"\n"
    lines = [line % number for number in range(MAX_LOG_PART // 69 * 8)]
    parts = [b"".join(lines[at : at + 900]) for at in range(0, len(lines), 900)]
    run.log("s", *parts)
    run.end("s")
    run.over()
    page = visiting("viewer", scripts=False).goto(run.path)
    seen = shown_log(page)
    assert seen.endswith(lines[-1].decode())
    for _ in range(3):
        page.get_by_role("link", name="Earlier").click()
        seen = shown_log(page) + seen
    numbers = [int(text[:7]) for text in seen.splitlines()]
    assert numbers == list(range(numbers[0], len(lines)))
    page.get_by_role("link", name="To the end").click()
    assert shown_log(page).endswith(lines[-1].decode())


def test_the_page_of_a_large_run_stays_small(visiting: Visiting, team: Team) -> None:
    """Whatever it has most of: steps with long names, failures and logs that grow as HTML, things to mend."""
    names = [f"s{nth:02}" + "n" * 125 for nth in range(42)]
    wide = Recorded(
        team, "wide", tuple(Step(name=name, after=tuple(names[:nth][-2:])) for nth, name in enumerate(names))
    )
    for name in names:
        wide.begin(name)
        wide.log(name, b'"' * 20_000)
        wide.end(name, RunStatus.FAILED, "<" * 1000, ("<" * 500,) * 3)
    wide.over(RunStatus.FAILED, "<" * 3000)
    drawn = tuple(
        Step(name=f"s{nth}" + "n" * 34, environment={"A": f"{{{{x{nth}{'y' * 100}.{'k' * 100}}}}}"})
        for nth in range(40)
    )
    lacking = Recorded(team, "lacking", drawn)
    page = visiting("runner").goto(wide.path)
    expect(page.locator("tbody tr:not(.why)")).to_have_count(25)
    expect(page.locator("#standing")).to_contain_text("Too many to draw")
    page.goto(f"{page.url}?step=*")
    page.get_by_role("link", name="Next steps").click()
    expect(page.locator("#log pre")).to_have_count(8)
    page.goto(page.url.partition("?")[0] + "?step=*&steps=2")
    expect(page.locator("tbody tr:not(.why)")).to_have_count(17)
    page.goto(page.url.partition("/w/")[0] + lacking.path)
    expect(page.locator(".node")).to_have_count(40)
    expect(page.locator(".lacks > li")).to_have_count(30)
    expect(page.locator("#standing")).to_contain_text("And 10 more things")


def test_a_run_is_followed_while_it_goes_on(visiting: Visiting, team: Team, db: str) -> None:
    """Status, steps and log come by themselves; who scrolls up stays there, and comes back by a button."""
    run = Recorded(team, "live")
    run.begin("load")
    run.log("load", b"".join(b"first %d\n" % n for n in range(60)))
    visitor = visiting("viewer")
    page = visitor.goto(run.path)
    log = page.locator("#log pre")
    expect(log).to_contain_text("first 59")
    at_end = "log => log.scrollHeight - log.scrollTop - log.clientHeight < 24"
    run.log("load", b"<b>second</b>\n")
    expect(log).to_contain_text("<b>second</b>")
    assert log.evaluate(at_end)
    follow = page.get_by_role("button", name="Follow")
    expect(follow).to_be_hidden()
    log.evaluate("log => { log.scrollTop = 0 }")
    expect(follow).to_be_visible()
    run.log("load", b"third\n")
    expect(log).to_contain_text("third")
    assert log.evaluate("log => log.scrollTop") == 0
    follow.click()
    assert log.evaluate(at_end)
    expect(follow).to_be_hidden()
    page.get_by_role("link", name="load", exact=True).focus()
    run.end("load")
    run.begin("train")
    expect(page.get_by_role("link", name=re.compile("train: running"))).to_be_visible()
    expect(page.get_by_role("link", name="load", exact=True)).to_be_focused()
    expect(page.locator("#log h3")).to_have_text("train")
    expect(page.locator("#log")).to_contain_text("It has printed nothing yet.")
    run.log("train", b"of train\n")
    expect(log).to_have_text("of train\n")
    # While the server is away the page says so, and since when; it goes on by itself.
    visitor.expected.append("Failed to load resource: net::ERR_INTERNET_DISCONNECTED")
    visitor.context.set_offline(True)
    away = page.get_by_text(
        re.compile(r"Lockwork cannot be reached. This is how the run stood at \d\d:\d\d:\d\d")
    )
    expect(away).to_be_visible()
    visitor.context.set_offline(False)
    expect(away).to_be_hidden()
    run.end("train", RunStatus.FAILED, "no")
    run.over(RunStatus.FAILED, "no")
    expect(page.get_by_role("status").first).to_have_text("failed")
    expect(page.locator("#standing[data-going]")).to_have_count(0)


def test_who_follows_a_run_hears_that_their_session_has_ended(
    visiting: Visiting, team: Team, db: str
) -> None:
    """The page does not stand still: it goes to the log-in, which leads back."""
    run = Recorded(team, "live")
    visitor = visiting("viewer")
    page = visitor.goto(run.path)
    visitor.context.clear_cookies()
    page.wait_for_url("**/login?next=*")
    assert page.locator("[name=next]").get_attribute("value") == run.path


def test_all_logs_are_followed_together(visiting: Visiting, team: Team, db: str) -> None:
    """Those of steps that begin while one looks come to the page as well."""
    run = Recorded(team, "live")
    page = visiting("viewer").goto(f"{run.path}?step=*")
    expect(page.locator("#log")).to_contain_text("No step has begun.")
    run.begin("load")
    run.log("load", b"of load\n")
    logs = page.locator("#log pre")
    expect(logs).to_have_text(["of load\n"])
    run.end("load")
    for step in ("train", "evaluate"):
        run.begin(step)
        run.log(step, f"of {step}\n".encode())
    expect(logs).to_have_text(["of load\n", "of train\n", "of evaluate\n"])
    expect(page.locator("#log .standing").first).to_have_text("completed")
    run.begin("report")
    expect(page.locator("#log")).to_contain_text("It has printed nothing yet.")
    run.end("report")
    expect(page.locator("#log")).to_contain_text("It printed nothing.")


def test_a_run_of_others_is_not_there(visiting: Visiting, team: Team, db: str) -> None:
    """For who is no member, and by an id that none has; nor is a log of it."""
    run = Recorded(team, "mine")
    visitor = visiting("outsider", scripts=False)
    visitor.expect_refusal()
    for path in (run.path, f"{run.path}/log?step=load", f"{RUNS}/00000000"):
        visitor.goto(path)
        expect(visitor.main()).to_contain_text("No workspace 'default'")
    inside = visiting("viewer", scripts=False)
    inside.expect_refusal()
    inside.goto(f"{run.path}/log?step=../load")
    expect(inside.main()).to_contain_text("No step '../load'")


def test_a_log_is_reached_by_the_keyboard_alone(visiting: Visiting, team: Team, db: str) -> None:
    """From the drawing of the steps."""
    going = Recorded(team, "going")
    going.whole("load", b"loaded\n")
    going.begin("train")
    page = visiting("runner").goto(going.path)
    page.get_by_role("link", name=re.compile("load: completed")).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/*?step=load#log")
    expect(page.locator("#log pre")).to_have_text("loaded\n")
