"""Components through the Client, on a real store."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.domain.errors import (
    AlreadyExists,
    InvalidInput,
    LockworkError,
    NotFound,
    StillReferenced,
    VersionMismatch,
)
from lockwork.domain.secrets import SecretScope
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.stacks import Attribute, Component, ComponentType, Flavor
from lockwork.messages.stacks import RegisterComponent, UpdateComponent

TRACKER = ComponentType.EXPERIMENT_TRACKER
PLAIN = "correct horse battery"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = Client(gateway=Embedded(tmp_path / "home", user="default"))
    yield client
    client.close()


def _tracker(client: Client, name: str = "mlflow", **attributes: Any) -> Component:
    return client.register_component(name, "mlflow", TRACKER, attributes)


def _secrets(client: Client) -> list[str]:
    return [s.name for s in client.list_secrets()]


def test_a_component_is_kept_as_given(client: Client) -> None:
    """What is registered is what is told, by name and by id, in any case of the id."""
    made = _tracker(client, tracking_uri="http://h", tracking_insecure_tls="yes")
    assert made.attributes == {"tracking_uri": "http://h", "tracking_insecure_tls": True}
    assert (made.version, made.owner, made.workspace, made.problems) == (1, "default", "default", ())
    assert client.get_component(TRACKER, "mlflow") == made
    assert client.get_component("experiment-tracker", made.id.upper()) == made


def test_a_taken_name_is_refused_within_its_type_only(client: Client) -> None:
    """Two trackers cannot share a name; a tracker and an orchestrator can."""
    _tracker(client, "default")
    with pytest.raises(AlreadyExists, match="experiment tracker 'default' already exists in workspace"):
        _tracker(client, "default")


def test_unknown_components_and_flavors_are_told_with_near_misses(client: Client) -> None:
    """What is not there gets the near miss and where to look."""
    _tracker(client)
    with pytest.raises(NotFound, match="no experiment tracker 'mlfow'; did you mean 'mlflow'") as failure:
        client.get_component(TRACKER, "mlfow")
    assert "lockwork experiment-tracker list" in (failure.value.hint or "")
    with pytest.raises(NotFound, match="no flavor of experiment tracker 'mlfolw'; did you mean 'mlflow'"):
        client.register_component("x", "mlfolw", TRACKER)


def test_attributes_are_checked_and_nothing_is_kept_on_failure(client: Client) -> None:
    """A wrong attribute refuses the whole: no component, no secret from the plain value beside it."""
    with pytest.raises(InvalidInput, match="no attribute 'tracking_ur'"):
        _tracker(client, tracking_ur="x", tracking_password=PLAIN)
    with pytest.raises(InvalidInput, match="cannot set a variable"):
        client.register_component(
            "mlflow", "mlflow", TRACKER, {"tracking_password": PLAIN}, environment={"1X": ""}
        )
    assert not client.list_components(TRACKER)
    assert not _secrets(client)


def test_a_reference_is_accepted_before_its_secret_exists(client: Client) -> None:
    """The answer names what is missing, where, and the command that mends it."""
    made = _tracker(client, tracking_password="{{login.password}}", tracking_uri="http://{{login}}")
    told = [(p.problem, p.where.path, p.fix) for p in made.problems]
    assert told[0] == ("no_secret", "tracking_password", "lockwork secret create login --ask password")
    assert told[1][:2] == ("malformed", "tracking_uri")
    client.create_secret("login", {"user": "u"})
    (problem, _) = client.update_component(
        TRACKER, "mlflow", {"tracking_username": "{{login.user}}"}
    ).problems
    assert (problem.problem, problem.keys) == ("no_key", ("user",))
    assert client.get_component(TRACKER, "mlflow").problems == ()


def test_a_plain_value_of_a_sensitive_attribute_becomes_a_secret(client: Client, tmp_path: Path) -> None:
    """Its reference takes its place, the notes say so, and the value is nowhere in the component's row."""
    made = _tracker(client, "ml.flow", tracking_password=PLAIN, tracking_username="anna")
    assert made.attributes == {
        "tracking_password": "{{ml-flow-experiment-tracker.tracking_password}}",
        "tracking_username": "{{ml-flow-experiment-tracker.tracking_username}}",
    }
    assert made.problems == ()
    assert any("tracking_password is kept in workspace secret" in note for note in made.notes)
    assert PLAIN not in repr(made)
    secret = client.get_secret("ml-flow-experiment-tracker", scope=SecretScope.WORKSPACE)
    assert secret.secret_values == {"tracking_password": PLAIN, "tracking_username": "anna"}
    rows = sqlite3.connect(tmp_path / "home" / "lockwork.db")
    assert not rows.execute("SELECT 1 FROM components WHERE instr(body, ?) > 0", [PLAIN]).fetchall()
    rows.close()


def test_a_later_plain_value_is_a_new_version_of_that_secret(client: Client) -> None:
    """The component goes on referring to the same secret; a new attribute joins it."""
    _tracker(client, tracking_password="first")
    client.update_component(TRACKER, "mlflow", {"tracking_password": "second", "tracking_username": "u"})
    secret = client.get_secret("mlflow-experiment-tracker")
    assert secret.version == 2
    assert secret.secret_values == {"tracking_password": "second", "tracking_username": "u"}
    assert client.get_component(TRACKER, "mlflow").version == 2


def test_a_secret_that_the_component_did_not_make_is_left_alone(client: Client) -> None:
    """A plain value never lands in somebody else's secret: refused, naming it, and nothing changes."""
    client.create_secret("mlflow-experiment-tracker", {"tracking_password": "somebody's"})
    with pytest.raises(AlreadyExists, match="'mlflow-experiment-tracker' already exists") as failure:
        _tracker(client, tracking_password=PLAIN)
    assert PLAIN not in f"{failure.value} {failure.value.hint}"
    assert client.get_secret("mlflow-experiment-tracker").secret_values == {"tracking_password": "somebody's"}
    assert not client.list_components(TRACKER)


def test_a_user_secret_of_that_name_is_not_touched(client: Client) -> None:
    """The secret of plain values is the workspace's; a user's own of the same name stays as it is."""
    client.create_secret("mlflow-experiment-tracker", {"mine": "1"}, scope=SecretScope.USER)
    made = _tracker(client, tracking_password=PLAIN)
    mine = client.get_secret("mlflow-experiment-tracker", scope=SecretScope.USER)
    assert mine.secret_values == {"mine": "1"}
    assert any("hides" in note for note in made.notes)


@pytest.mark.parametrize("text", ["{{db.pw}}", "prefix-{{db.pw}}", "{{a.b}}{{c.d}}"])
def test_text_with_a_reference_is_not_plain(client: Client, text: str) -> None:
    """A sensitive attribute that holds a reference anywhere stays as written and makes no secret."""
    assert _tracker(client, tracking_password=text).attributes == {"tracking_password": text}
    assert not _secrets(client)


def test_an_escaped_reference_is_plain(client: Client) -> None:
    r"""`\{{db.pw}}` is text: it goes into the secret, and comes out as it went in."""
    _tracker(client, tracking_password=r"\{{db.pw}}")
    values = client.get_secret("mlflow-experiment-tracker").secret_values
    assert values == {"tracking_password": r"\{{db.pw}}"}


def test_plaintext_is_kept_with_a_warning(client: Client) -> None:
    """`plaintext` keeps the value in the component; the notes warn without quoting it."""
    made = client.register_component("m", "mlflow", TRACKER, {"tracking_password": PLAIN}, plaintext=True)
    assert made.attributes == {"tracking_password": PLAIN}
    assert any("tracking_password is kept as plain text" in note for note in made.notes)
    assert PLAIN not in " ".join(made.notes)
    assert not _secrets(client)


def test_credentials_where_none_are_declared_are_warned_about(client: Client) -> None:
    """A password in a URL, in a nested attribute or in a variable is kept, and told."""
    made = client.register_component(
        "store", "s3", "artifact-store",
        {"path": "s3://b", "endpoint_url": "https://u:pw@host", "client_kwargs": {"session_token": "abc"}},
        environment={"DB_PASSWORD": "abc", "LEVEL": "high"},
    )  # fmt: skip
    told = " ".join(made.notes)
    assert "endpoint_url looks like it holds a URL with a password" in told
    assert "client_kwargs.session_token is named like a credential" in told
    assert "DB_PASSWORD is named like a credential" in told
    assert "LEVEL" not in told


def test_variables_that_decide_too_much_are_refused(client: Client) -> None:
    """A component's environment cannot set PATH, LD_PRELOAD, proxies or what Lockwork reads."""
    for variable in ("PATH", "LD_PRELOAD", "https_proxy", "LOCKWORK_HOME"):
        with pytest.raises(InvalidInput, match=f"may not set {variable}"):
            client.register_component("m", "mlflow", TRACKER, environment={variable: "x"})


def test_an_update_sets_and_removes_at_once(client: Client) -> None:
    """Attributes, variables and declared secrets change together, as one new version."""
    client.register_component(
        "m", "mlflow", TRACKER, {"tracking_uri": "http://a", "experiment_name": "e"},
        environment={"A": "1", "B": "2"}, secrets={"db": "DB_", "old": ""},
    )  # fmt: skip
    made = client.update_component(
        TRACKER, "m", {"tracking-uri": "http://b"}, remove=["experiment-name"],
        environment={"C": "{{db.c}}"}, remove_environment=["A"],
        secrets=["new"], remove_secrets=["old"], new_name="n", if_version=1,
    )  # fmt: skip
    assert made.attributes == {"tracking_uri": "http://b"}
    assert made.environment == {"B": "2", "C": "{{db.c}}"}
    assert made.secrets == {"db": "DB_", "new": ""}
    assert (made.name, made.version) == ("n", 2)
    stored = client.get_component(TRACKER, "n")
    assert (stored.attributes, stored.environment, stored.secrets) == (
        made.attributes, made.environment, made.secrets,
    )  # fmt: skip
    with pytest.raises(NotFound):
        client.get_component(TRACKER, "m")


@pytest.mark.parametrize(
    ("change", "failure"),
    [
        ({}, InvalidInput),
        ({"new_name": "m"}, InvalidInput),
        ({"new_name": "other"}, AlreadyExists),
        ({"new_name": "a b"}, InvalidInput),
        ({"attributes": {"tracking_uri": "x"}, "remove": ["tracking-uri"]}, InvalidInput),
        ({"environment": {"A": "x"}, "remove_environment": ["A"]}, InvalidInput),
        ({"secrets": ["db"], "remove_secrets": ["db"]}, InvalidInput),
        ({"remove": ["experiment_name"]}, InvalidInput),
        ({"remove_environment": ["B"]}, NotFound),
        ({"remove_secrets": ["dc"]}, NotFound),
        ({"secrets": ["no.dots"]}, InvalidInput),
        ({"secrets": {"db": "1-"}}, InvalidInput),
        ({"environment": {"X": "nul\x00"}}, InvalidInput),
        ({"attributes": {"tracking_uri": 5}}, InvalidInput),
        ({"environment": {"X": "y"}, "if_version": 2}, VersionMismatch),
    ],
)
def test_a_refused_update_changes_nothing(
    client: Client, change: dict[str, Any], failure: type[LockworkError]
) -> None:
    """Whatever is wrong with an update, the component is afterwards what it was."""
    _tracker(client, "other")
    was = client.register_component(
        "m", "mlflow", TRACKER, {"tracking_uri": "u"}, environment={"A": "1"}, secrets=["db"]
    )
    with pytest.raises(failure):
        client.update_component(TRACKER, "m", **change)
    now = client.get_component(TRACKER, "m")
    assert (now.attributes, now.environment, now.secrets) == (was.attributes, was.environment, was.secrets)
    assert now.version == 1


def test_a_copy_is_its_own_component(client: Client) -> None:
    """It refers to the same secret, and a plain value given to it makes a secret of its own."""
    _tracker(client, tracking_password=PLAIN)
    made = client.copy_component(TRACKER, "mlflow", "twin")
    assert made.attributes == client.get_component(TRACKER, "mlflow").attributes
    client.update_component(TRACKER, "twin", {"tracking_password": "other"})
    assert client.get_secret("mlflow-experiment-tracker").secret_values == {"tracking_password": PLAIN}
    assert client.get_secret("twin-experiment-tracker").secret_values == {"tracking_password": "other"}
    with pytest.raises(AlreadyExists):
        client.copy_component(TRACKER, "mlflow", "twin")


def test_a_component_in_a_stack_is_not_deleted(client: Client) -> None:
    """The refusal names the stacks; out of them, it goes, and its secret stays with a note."""
    _tracker(client, tracking_password=PLAIN)
    parts = {"orchestrator": "default", "artifact_store": "default", "experiment_tracker": "mlflow"}
    client.create_stack("tracked", parts)
    with pytest.raises(StillReferenced, match="stack 'tracked'"):
        client.delete_component(TRACKER, "mlflow")
    client.update_stack("tracked", remove=[TRACKER])
    gone = client.delete_component(TRACKER, "mlflow")
    assert any("'mlflow-experiment-tracker' stays" in note for note in gone.notes)
    assert _secrets(client) == ["mlflow-experiment-tracker"]
    client.delete_secret("mlflow-experiment-tracker")  # nothing refers to it any more


def test_listing_filters_sorts_and_pages(client: Client) -> None:
    """By type, name and flavor; a page past the end is empty and still counts all."""
    for name in ("b", "a", "ab"):
        _tracker(client, name)
    assert [c.name for c in client.list_components(TRACKER, name="startswith:a")] == ["a", "ab"]
    assert [c.name for c in client.list_components(TRACKER, sort_by="desc:name", size=2)] == ["b", "ab"]
    assert len(client.list_components(flavor="local")) == 2
    assert client.list_components().total == 5
    past = client.list_components(TRACKER, page=9)
    assert (past.items, past.total) == ((), 3)


def test_a_list_is_two_statements_however_long(tmp_path: Path) -> None:
    """Listing components reads them at once and counts them at once."""
    seen: list[str] = []
    client = Client(gateway=Embedded(tmp_path / "home", user="default", watch=seen.append))
    for n in range(5):
        _tracker(client, f"t{n}", tracking_uri="{{a.b}}")
    seen.clear()
    assert len(client.list_components(TRACKER)) == 5
    assert sum("FROM components" in statement for statement in seen) == 2
    client.close()


def test_components_stay_in_their_workspace(client: Client) -> None:
    """Another workspace sees none of them, by name or by id."""
    made = _tracker(client)
    client.create_workspace("other")
    elsewhere = Client(workspace="other", gateway=client._gateway)
    for name in ("mlflow", made.id):
        with pytest.raises(NotFound):
            elsewhere.get_component(TRACKER, name)
    assert elsewhere.list_components().total == 2  # its own defaults


ELSEWHERE = Flavor(
    name="pager",
    type=ComponentType.ALERTER,
    help="of a package that is not installed here",
    attributes=(Attribute(name="key", help="", sensitive=True), Attribute(name="room", help="")),
)


def test_a_flavor_that_is_not_here_travels_with_its_declaration(client: Client) -> None:
    """Its attributes are checked, its sensitive ones protected, and later updates know it still."""
    message = RegisterComponent(
        workspace="default", name="p", type=ComponentType.ALERTER, flavor="pager",
        attributes={"key": Sensitive(PLAIN)}, declaration=ELSEWHERE,
    )  # fmt: skip
    made = client.send(message)
    assert made.declaration == ELSEWHERE
    assert made.attributes == {"key": "{{p-alerter.key}}"}
    assert client.update_component("alerter", "p", {"room": "r"}).attributes["room"] == "r"
    with pytest.raises(InvalidInput, match="no attribute 'rom'; did you mean 'room'"):
        client.update_component("alerter", "p", {"rom": "r"})


def test_a_declaration_cannot_pose_as_a_built_in_flavor(client: Client) -> None:
    """Who says that mlflow's password is not sensitive is not believed."""
    harmless = Flavor(
        name="mlflow", type=TRACKER, help="", attributes=(Attribute(name="tracking_password", help=""),)
    )
    made = client.send(
        RegisterComponent(
            workspace="default",
            name="m",
            type=TRACKER,
            flavor="mlflow",
            attributes={"tracking_password": PLAIN},
            declaration=harmless,
        )
    )
    assert made.attributes == {"tracking_password": "{{m-experiment-tracker.tracking_password}}"}
    assert made.declaration is None


def test_an_attribute_given_both_openly_and_hidden_is_refused(client: Client) -> None:
    """Which of the two would count is not guessed."""
    _tracker(client)
    with pytest.raises(InvalidInput, match="'tracking_token' is given twice"):
        client.send(
            UpdateComponent(
                workspace="default",
                type=TRACKER,
                component="mlflow",
                attributes={"tracking-token": "a"},
                credentials={"tracking_token": Sensitive("b")},
            )
        )


def test_changes_are_recorded_with_their_version(client: Client) -> None:
    """The audit trail tells each change of a component and of the secret that it made; never a value."""
    _tracker(client, tracking_password=PLAIN)
    client.update_component(TRACKER, "mlflow", {"tracking_uri": "u"})
    records = [(r.action, r.kind, r.name, r.version) for r in client.list_audit()]
    assert ("component.register", "component", "mlflow", 1) in records
    assert ("component.register", "secret", "mlflow-experiment-tracker", 1) in records
    assert ("component.update", "component", "mlflow", 2) in records
    assert client.verify_audit().ok


# --- text that moves into the component's secret later ------------------------------------------------------


def _plain(client: Client) -> Component:
    return client.register_component(
        "store", "s3", "artifact-store",
        {
            "path": "s3://b",
            "endpoint_url": "https://u:pw@host",
            "client_kwargs": {"tokens": ["abc", r"\{{x}}"]},
        },
        environment={"DSN": "redis://:pw@h", "endpoint_url": "other"},
    )  # fmt: skip


def test_plain_text_moves_into_the_components_secret(client: Client) -> None:
    """Each place holds the reference then, at any depth; what a run gets stays the same, byte for byte."""
    was = _plain(client)
    places = ["endpoint_url", "client_kwargs.tokens[1]", "environment.DSN", "environment.endpoint_url"]
    changed = client.conceal_attributes(was.type, "store", places, if_version=1)
    own = "store-artifact-store"
    assert changed.attributes == {
        "path": "s3://b",
        "endpoint_url": f"{{{{{own}.endpoint_url}}}}",
        "client_kwargs": {"tokens": ["abc", f"{{{{{own}.client_kwargs.tokens_1_}}}}"]},
    }
    assert changed.environment == {
        "DSN": f"{{{{{own}.DSN}}}}",
        "endpoint_url": f"{{{{{own}.endpoint_url_}}}}",
    }
    assert (changed.version, changed.problems) == (2, ())
    assert client.get_component(was.type, "store").attributes == changed.attributes
    assert client.get_secret(own).secret_values == {
        "endpoint_url": "https://u:pw@host",
        "client_kwargs.tokens_1_": "{{x}}",  # where it stood, the backslash kept it from being a reference
        "DSN": "redis://:pw@h",
        "endpoint_url_": "other",
    }


def test_moving_text_never_takes_the_place_of_another(client: Client) -> None:
    """A key that the component refers to elsewhere keeps its value; the new one gets another key."""
    was = _plain(client)
    client.conceal_attributes(was.type, "store", ["endpoint_url"])
    client.conceal_attributes(was.type, "store", ["environment.endpoint_url"])
    values = client.get_secret("store-artifact-store").secret_values
    assert values == {"endpoint_url": "https://u:pw@host", "endpoint_url_": "other"}


@pytest.mark.parametrize(
    ("place", "failure"),
    [
        ("nothing", NotFound),
        ("client_kwargs", NotFound),
        ("endpoint_url", InvalidInput),
        (None, InvalidInput),
    ],
)
def test_what_is_no_plain_text_is_not_moved(client: Client, place: str | None, failure: type) -> None:
    """A place that is not there, or that holds a reference, refuses the whole; nothing changes."""
    was = _plain(client)
    client.update_component(was.type, "store", {"endpoint_url": "https://{{a.b}}:pw@host"})
    with pytest.raises(failure) as refused:
        client.conceal_attributes(was.type, "store", [] if place is None else ["environment.DSN", place])
    assert "pw@" not in f"{refused.value} {refused.value.hint}"
    assert client.get_component(was.type, "store").version == 2
    assert not _secrets(client)


def test_moving_text_is_refused_where_register_would(client: Client) -> None:
    """A secret of that name that the component did not make is left alone; so is a component that changed."""
    was = _plain(client)
    with pytest.raises(VersionMismatch):
        client.conceal_attributes(was.type, "store", ["endpoint_url"], if_version=3)
    client.create_secret("store-artifact-store", {"mine": "1"})
    with pytest.raises(AlreadyExists, match="did not make it"):
        client.conceal_attributes(was.type, "store", ["endpoint_url"])
    assert client.get_secret("store-artifact-store").secret_values == {"mine": "1"}
    assert client.get_component(was.type, "store").attributes["endpoint_url"] == "https://u:pw@host"
