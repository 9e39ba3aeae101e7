"""Tokens over HTTP, on both databases: their limits, their owner's rights as they are now, their end."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.access.conftest import HERE, PASSWORD, Team, heard, log_in
from tests.access.test_matrix import ONE_STEP

from lockwork.client.api import Client
from lockwork.domain.access import Limits, Role
from lockwork.domain.checks import Need, ValidationLevel, Where
from lockwork.domain.errors import InvalidInput, LockworkError, NotFound, NotLoggedIn, NotPermitted
from lockwork.domain.runs import Pipeline, Step
from lockwork.domain.secrets import SecretScope
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import (
    ChangePassword,
    CreateToken,
    LogIn,
    LogOut,
    PutMember,
    RemoveMember,
    RevokeToken,
    UpdateUser,
)
from lockwork.messages.audit import VerifyAudit
from lockwork.messages.runs import StartRun
from lockwork.messages.secrets import DeleteSecret, RevealSecret, UndeleteSecret, Wanted

REVEAL = RevealSecret(workspace=HERE, secret="prod-db", scope=SecretScope.WORKSPACE)


CHANGES: dict[str, tuple[Callable[[], Any], str]] = {
    "demoted": (lambda: PutMember(workspace=HERE, user="editor", role=Role.VIEWER), "no"),
    "out of the workspace": (lambda: RemoveMember(workspace=HERE, user="editor"), "absent"),
    "disabled": (lambda: UpdateUser(user="editor", disabled=True), "who?"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_owner_who_may_less_takes_their_tokens_along(stocked: Team, change: str) -> None:
    """From the next question on, a token may no more than its owner; back again, it may again."""
    client = stocked.client("editor")
    assert heard(client, REVEAL) == "yes"
    make, then = CHANGES[change]
    stocked.did(make())
    assert heard(client, REVEAL) == then
    stocked.did(UpdateUser(user="editor", disabled=False))
    stocked.did(PutMember(workspace=HERE, user="editor", role=Role.RUNNER))
    assert heard(client, REVEAL) == "yes"
    client.close()


def test_an_admin_of_the_server_no_more(stocked: Team) -> None:
    """Who administered the server, and is a member of nothing, sees no workspace from then on."""
    client = stocked.client("boss")
    assert heard(client, REVEAL) == "yes"
    stocked.did(UpdateUser(user="boss", admin=False))
    assert heard(client, REVEAL) == "absent"
    assert client.list_workspaces().items == ()
    with pytest.raises(NotPermitted):
        client.create_user("x")
    client.close()


def test_a_token_is_held_to_its_workspaces(stocked: Team) -> None:
    """Others are as if they were not there, also for an admin of the server, and in lists."""
    client = stocked.client("boss", workspaces=("lab",))
    assert [w.name for w in client.list_workspaces()] == ["lab"]
    for name in (HERE, "none"):
        with pytest.raises(NotFound) as caught:
            client.get_workspace(name)
        assert caught.value.message == f"no workspace {name!r}"
    assert heard(client, REVEAL) == "absent"
    assert client.get_workspace("lab").name == "lab"
    client.close()


def failure(act: Callable[[], Any], *names: str) -> tuple[str, str, str | None]:
    """How it failed, with what was named left out."""
    with pytest.raises(LockworkError) as caught:
        act()
    told = (caught.value.message, caught.value.hint or "")
    for name in names:
        told = (told[0].replace(name, "NAME"), told[1].replace(name, "NAME"))
    return type(caught.value).__name__, *told


LIKE_THEM = {"dev-db": "dew-db", "Prod-db": "Qrod-db", "xprod-db": "yprod-db"}
"""Names of what is there and may not be known of, and such as nothing has, as near to what may."""


def test_what_does_not_fit_the_pattern_is_absent(stocked: Team) -> None:
    """By name, by id, in lists, near misses, references, usage, versions; `*` only, whole name, with case."""
    client = stocked.client("admin", patterns=("prod-*",))
    assert [s.name for s in client.list_secrets()] == ["prod-api", "prod-db"]
    assert client.list_secrets().total == 2
    assert client.get_secret("prod-db").secret_values == {"k": "v"}
    ids = {s.name: s.id for s in stocked.root.list_secrets()}
    asked: list[Callable[[str], Any]] = [
        client.get_secret,
        client.describe_secret,
        lambda name: client.describe_secret(name, prefix=True),
        client.secret_usage,
        client.list_secret_versions,
        lambda name: client.update_secret(name, add_or_update_values={"k": "w"}),
        client.delete_secret,
        lambda name: client.delete_secret(name, purge=True),
        lambda name: client.reveal_secrets([Wanted(id=name, version=1)]),
    ]
    no_id = "00000000-0000-4000-8000-000000000000"
    for ask in asked:
        for name, none in LIKE_THEM.items():
            assert failure(lambda a=ask, n=name: a(n), name) == failure(lambda a=ask, n=none: a(n), none)
            id_ = ids[name]
            assert failure(lambda a=ask, n=id_: a(n), id_) == failure(lambda a=ask: a(no_id), no_id)
    near = failure(lambda: client.get_secret("dev-d"))
    assert "dev-db" not in str(near)
    needs = [Need(secret=name, key="k", where=Where(kind="stack", name="s", path="p")) for name in ids]
    report = client.check_references(needs)
    assert {p.secret: p.problem for p in report.problems} == dict.fromkeys(
        ("Prod-db", "dev-db", "xprod-db"), "no_secret"
    )
    assert {f.name for f in report.found} == {"prod-db", "prod-api"}
    assert not client.explain_reference("{{dev-db.k}}").found
    assert client.active_workspace.secrets == 2
    client.close()


def test_what_was_deleted_outside_the_pattern_stays_absent(stocked: Team) -> None:
    """It is not in the list of deleted ones, and cannot be brought back."""
    gone = stocked.root.describe_secret("dev-db")
    stocked.did(DeleteSecret(workspace=HERE, secret="dev-db"))
    client = stocked.client("admin", patterns=("prod-*",))
    for name in ("dev-db", gone.id):
        assert heard(client, UndeleteSecret(workspace=HERE, secret=name)) == "absent"
    client.close()


def test_a_pattern_is_left_by_no_new_name(stocked: Team) -> None:
    """Making and renaming to another name is refused alike, whether or not there is such a secret."""
    client = stocked.client("admin", patterns=("prod-*",))
    for act in (
        lambda name: client.create_secret(name, {"k": "v"}),
        lambda name: client.create_secret(name, {"k": "v"}, if_exists="skip"),
        lambda name: client.update_secret("prod-db", new_name=name),
    ):
        there, free = (failure(lambda a=act, n=name: a(n), name) for name in ("dev-db", "free"))
        assert there == free
        assert there[0] == "NotPermitted"
    assert client.create_secret("prod-new", {"k": "v"}).name == "prod-new"
    client.close()


def test_a_pattern_is_left_by_letting_nobody_in(stocked: Team) -> None:
    """Whom such a token made an admin could see every name; one without patterns changes members."""
    held = stocked.client("admin", patterns=("prod-*",))
    with pytest.raises(NotPermitted):
        held.send(PutMember(workspace="default", user="viewer", role=Role.ADMIN))
    with pytest.raises(NotPermitted):
        held.send(RemoveMember(workspace="default", user="viewer"))
    free = stocked.client("admin", workspaces=("default",))
    assert free.send(PutMember(workspace="default", user="viewer", role=Role.RUNNER)).role is Role.RUNNER
    held.close()
    free.close()


def test_runs_tell_a_token_no_other_names(stocked: Team) -> None:
    """The secrets of a run are those that the token may know of."""
    step = Step(name="s", secrets={"prod-db": "A_", "dev-db": "B_"})
    started = StartRun(workspace=HERE, pipeline=Pipeline(name="p", steps=(step,)), stack="default")
    run = stocked.did(started, "admin").run
    everything, some = stocked.client("admin"), stocked.client("admin", patterns=("prod-*",))
    assert {s.name for s in everything.get_run(run.id).secrets} == {"prod-db", "dev-db"}
    assert {s.name for s in some.get_run(run.id).secrets} == {"prod-db"}
    assert {s.name for r in some.list_runs() for s in r.secrets} == {"prod-db"}
    everything.close()
    some.close()


def test_runs_tell_others_nothing_of_ones_own(stocked: Team) -> None:
    """Neither by the secrets used, nor by notes, nor by near misses and keys in a refused run's report."""
    anna = stocked.client("editor")
    anna.create_secret("prod-db", {"mine": "v"}, scope="user")
    anna.create_secret("very-own", {"mine": "v"}, scope="user")
    used = Step(name="s", secrets={"prod-db": "A_"})
    run = anna.send(StartRun(workspace=HERE, pipeline=Pipeline(name="p", steps=(used,)), stack="default")).run
    lacking = Step(name="s", environment={"X": "{{very-owm.k}} {{very-own.other}}"})
    refused = anna.send(
        StartRun(workspace=HERE, pipeline=Pipeline(name="p", steps=(lacking,)), stack="default")
    ).run
    assert "very-own" in str(anna.get_run(refused.id).report)
    boss = stocked.client("boss")
    seen = [boss.get_run(run.id), boss.get_run(refused.id), *boss.list_runs()]
    assert all(r.secrets == () and r.notes == () for r in seen)
    report = seen[1].report
    assert report is not None
    assert [(p.secret, p.problem, p.keys) for p in report.problems] == [
        ("very-owm", "no_secret", ()),
        ("very-own", "no_key", ()),
    ]
    assert "did you mean" not in str(report)
    assert "mine" not in str(report)
    anna.close()
    boss.close()


def test_a_token_mints_only_within_its_limits(stocked: Team) -> None:
    """What goes beyond its role, workspaces or patterns is refused; what is not said is as it is held."""
    asking = stocked.client("admin", role=Role.RUNNER, workspaces=(HERE,), patterns=("prod-*", "x*y"))
    for beyond in (
        {"role": "editor"},
        {"patterns": ["*"]},
        {"patterns": ["prod*"]},
        {"patterns": ["prod-db", "dev-db"]},
        {"patterns": ["x*yz"]},
    ):
        with pytest.raises(NotPermitted, match="only within its own limits"):
            asking.create_token("t", **beyond)
    with pytest.raises(NotFound):
        asking.create_token("t", workspaces=["lab"])
    held = asking.create_token("as-it-is").token.limits
    assert held == Limits(role=Role.RUNNER, workspaces=(HERE,), patterns=("prod-*", "x*y"))
    narrower = asking.create_token("narrower", role="viewer", patterns=["prod-d*", "xay"])
    assert narrower.token.limits.patterns == ("prod-d*", "xay")
    client = stocked.with_token(narrower.text)
    assert [s.name for s in client.list_secrets()] == ["prod-db"]
    assert heard(client, REVEAL) == "no"
    asking.close()
    client.close()


def test_no_member_and_no_token_is_an_owner(team: Team) -> None:
    """That role is an embedded store's alone; it is refused in the words that came, and not in Python's."""
    for question in (
        PutMember(workspace=HERE, user="robot", role=Role.OWNER),
        CreateToken(name="ci", owner="robot", limits=Limits(role=Role.OWNER)),
    ):
        with pytest.raises(InvalidInput, match="'owner' is not a role"):
            team.root.send(question)


def test_a_token_is_held_to_so_many_names_at_most(stocked: Team) -> None:
    """Each question looks at all of them."""
    boss = stocked.client("boss")
    with pytest.raises(InvalidInput, match="at most 100 patterns, not 101"):
        boss.send(CreateToken(name="many", limits=Limits(patterns=("a*",) * 101)))
    boss.close()


def test_who_logs_out_leaves_programs_their_tokens(stocked: Team) -> None:
    """Log-ins end with `logout`, what was minted with them does not; another password ends both."""
    here, there = (stocked.with_token(log_in(stocked, "editor")) for _ in range(2))
    program = stocked.with_token(here.create_token("ci").text)
    other = stocked.with_token(there.create_token("other").text)
    here.send(LogOut())
    assert [heard(c, REVEAL) for c in (here, there, program, other)] == ["who?", "yes", "yes", "yes"]
    new = Sensitive("another good password")
    there.send(ChangePassword(name="editor", password=Sensitive(PASSWORD), new=new))
    assert [heard(c, REVEAL) for c in (there, other)] == ["yes", "yes"]
    stranger = stocked.with_token(None)
    closing = stocked.with_token(stranger.send(LogIn(name="editor", password=new)).text)
    closing.send(LogOut(everywhere=True))
    assert [heard(c, REVEAL) for c in (there, program, other)] == ["who?", "yes", "yes"]
    assert stocked.did(VerifyAudit()).problems == ()
    for client in (here, there, program, other, stranger, closing):
        client.close()


def test_a_token_expires(stocked: Team) -> None:
    """To the second; a log-in after 30 days."""
    boss = stocked.client("boss")
    made = stocked.with_token(boss.create_token("week", days=7).text)
    session = stocked.with_token(log_in(stocked, "editor"))
    assert heard(made, REVEAL) == "yes"
    stocked.store.clock.advance(days=7)
    with pytest.raises(NotLoggedIn, match="expired"):
        made.list_secrets()
    assert heard(session, REVEAL) == "yes"
    stocked.store.clock.advance(days=23)
    assert heard(session, REVEAL) == "who?"
    for client in (boss, made, session):
        client.close()


def test_the_last_use_is_told_to_the_minute(stocked: Team) -> None:
    """Of reading, revealing and changing alike; and a minute's questions make one write."""
    boss = stocked.client("boss")
    used = stocked.with_token(boss.create_token("used").text)
    assert boss.list_tokens(name="used").items[0].last_used is None
    for ask in (
        used.list_secrets,
        lambda: used.get_secret("prod-db"),
        lambda: used.update_secret("prod-db", add_or_update_values={"n": str(stocked.store.clock.now)}),
    ):
        stocked.store.clock.advance(days=1)
        ask()
        last = boss.list_tokens(name="used").items[0].last_used
        assert last is not None
        assert (last.second, last.microsecond) == (0, 0)
        assert 0 <= stocked.store.clock.now / 1e6 - last.timestamp() < 120
    used.close()
    boss.close()


def test_admins_mint_for_service_accounts_alone(team: Team) -> None:
    """For no other person, and nobody else for anyone."""
    boss, admin = team.client("boss"), team.client("admin")
    made = boss.create_token("ci", owner="robot", role="runner")
    assert (made.token.owner, made.token.limits.role) == ("robot", Role.RUNNER)
    with pytest.raises(NotPermitted, match="is a person"):
        boss.create_token("x", owner="editor")
    with pytest.raises(NotPermitted, match="of their own alone"):
        admin.create_token("x", owner="robot")
    assert {t.owner for t in boss.list_tokens(size=100)} >= {"robot", "boss", "admin"}
    assert {t.owner for t in admin.list_tokens()} == {"admin"}
    assert heard(admin, RevokeToken(token=made.token.id)) == "absent"
    held = team.client("boss", workspaces=(HERE,))
    with pytest.raises(NotPermitted):
        held.create_token("x", owner="robot")
    for client in (boss, admin, held):
        client.close()


def test_a_robot_has_no_password(team: Team) -> None:
    """What is wrong is told as for someone who does not exist."""
    stranger = team.with_token(None)
    told = [
        failure(lambda n=name: stranger.send(LogIn(name=n, password=Sensitive(PASSWORD))))
        for name in ("robot", "nobody-at-all")
    ]
    assert told[0] == told[1]
    stranger.close()


def refusals(client: Client) -> list[str]:
    step = Step(name="s", secrets={"prod-db": ""}, environment={"X": "{{dev-db.k}}"})
    settled = client.send(
        StartRun(workspace=HERE, pipeline=Pipeline(name="p", steps=(step,)), stack="default")
    )
    return [p.problem for p in settled.report.problems]


def test_who_may_only_list_can_check(stocked: Team) -> None:
    """At each level the check works and says that a run would be refused; the run is, as `not_readable`."""
    viewer, runner = stocked.client("viewer"), stocked.client("runner")
    needs = [Need(secret="prod-db", key="k", where=Where(kind="stack", name="s", path="p"))]
    for level in (ValidationLevel.SECRET_EXISTS, ValidationLevel.SECRET_AND_KEY_EXISTS):
        report = viewer.check_references(needs, level=level)
        assert [p.problem for p in report.problems] == ["not_readable"]
        assert "a run would be refused" in report.problems[0].detail
    assert viewer.check_references(needs, level=ValidationLevel.NONE).ok
    assert "a run would be refused" in " ".join(viewer.check_references([]).notes)
    assert refusals(viewer) == ["not_readable", "not_readable"]
    with pytest.raises(NotPermitted, match="needs run"):
        viewer.send(StartRun(workspace=HERE, pipeline=ONE_STEP, stack="default"))
    assert refusals(runner) == []
    viewer.close()
    runner.close()


def test_the_trail_agrees_after_people_and_workspaces_went(stocked: Team) -> None:
    """Members go with their workspace, tokens and memberships with their user: recorded, and verified."""
    boss = stocked.client("boss")
    boss.create_workspace("team")
    boss.add_member("viewer", "editor", "team")
    boss.add_member("robot", "runner", "team")
    boss.create_token("ci", owner="robot")
    assert [m.user for m in boss.list_members("team")] == ["robot", "viewer"]
    boss.delete_workspace("team")
    boss.remove_member("runner", HERE)
    boss.update_user("other", admin=True)
    boss.update_user("editor", disabled=True)
    boss.delete_user("robot")
    boss.delete_user("viewer")
    verdict = boss.verify_audit()
    assert verdict.problems == ()
    gone = [r.name for r in boss.list_audit() if r.action == "workspace.delete" and r.kind == "member"]
    assert sorted(gone) == ["robot", "viewer"]
    boss.close()
