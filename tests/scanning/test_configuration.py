"""Components that hold credentials in the clear, values that the store knows, and moving what is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.domain.errors import AlreadyExists, VersionMismatch
from lockwork.domain.scans import Finding
from lockwork.domain.secrets import SecretScope
from lockwork.domain.stacks import ComponentType
from lockwork.messages import Listing
from lockwork.scanning import configuration
from lockwork.scanning.configuration import Held, held_by
from lockwork.scanning.known import Known, known_to

TRACKER = ComponentType.EXPERIMENT_TRACKER
PLAIN = "hunter2-of-mine"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = Client(gateway=Embedded(tmp_path / "home", user="default"))
    yield client
    client.close()


def held(client: Client, name: str = "mlflow", known: Known | None = None) -> Held:
    return held_by(client.get_component(TRACKER, name), known or Known())


def told(found: Held) -> dict[str | None, str]:
    return {finding.attribute: finding.kind for finding in found.findings}


def registered(client: Client) -> None:
    client.register_component(
        "mlflow", "mlflow", TRACKER,
        {"tracking_uri": f"https://u:{PLAIN}@h", "tracking_username": "anna", "tracking_password": PLAIN},
        environment={"DSN": "redis://:{{db.pw}}@h", "MIXED": f"pg://{{{{db.user}}}}:{PLAIN}@h", "LEVEL": "1"},
        plaintext=True,
    )  # fmt: skip


def test_what_components_hold_in_the_clear_is_told(client: Client) -> None:
    """By shape, by name, and whatever the flavor calls sensitive; references and the rest are not."""
    registered(client)
    assert told(held(client)) == {
        "tracking_uri": "a URL with a password",
        "tracking_username": "plain text of a sensitive attribute",
        "tracking_password": "plain text, named like a credential",
        "environment.MIXED": "a URL with a password",
    }
    assert PLAIN not in repr(held(client).findings)


def test_all_components_are_looked_at(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every type, page after page, whether a stack holds them or not."""
    for number in range(5):
        client.register_component(f"m{number}", "mlflow", TRACKER, {"tracking_uri": "http://h"})
    monkeypatch.setattr(configuration, "_PAGE", 2)
    names = sorted(component.name for component in configuration.components(client))
    assert names == ["default", "default", "m0", "m1", "m2", "m3", "m4"]


def test_what_is_found_moves_into_the_components_secret(client: Client) -> None:
    """The reference takes its place; what stands beside a reference stays, and is still told."""
    registered(client)
    after, notes = configuration.moved(client, held(client))
    own = "mlflow-experiment-tracker"
    fixed = {finding.attribute: finding.instead for finding in after.findings if finding.fixed}
    assert fixed == {
        "tracking_uri": f"{{{{{own}.tracking_uri}}}}",
        "tracking_username": f"{{{{{own}.tracking_username}}}}",
        "tracking_password": f"{{{{{own}.tracking_password}}}}",
    }
    assert client.get_secret(own).secret_values == {
        "tracking_uri": f"https://u:{PLAIN}@h",
        "tracking_username": "anna",
        "tracking_password": PLAIN,
    }
    assert len(notes) >= 3
    assert told(held(client)) == {"environment.MIXED": "a URL with a password"}
    assert configuration.movable(held(client)) == []
    again, nothing = configuration.moved(client, held(client))
    assert (again, nothing) == (held(client), [])


def test_a_component_that_changed_meanwhile_stays_as_it_is(client: Client) -> None:
    """What was looked at is what moves: another version is refused."""
    registered(client)
    before = held(client)
    client.update_component(TRACKER, "mlflow", {"tracking_password": "{{db.pw}}"})
    with pytest.raises(VersionMismatch):
        configuration.moved(client, before)


def test_a_secret_that_the_component_did_not_make_stays(client: Client) -> None:
    """As `register` refuses it."""
    client.create_secret("mlflow-experiment-tracker", {"mine": "1"})
    registered(client)
    with pytest.raises(AlreadyExists):
        configuration.moved(client, held(client))
    assert client.get_secret("mlflow-experiment-tracker").secret_values == {"mine": "1"}


# --- values that the store holds ----------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["%s", "x%sy", "pg://u:%s@h"])
def test_a_value_of_the_store_is_known_wherever_it_stands(client: Client, form: str) -> None:
    """With the reference that stands for it, by line."""
    client.create_secret("db", {"pw": PLAIN, "pem": "line one of it\nline two of it"})
    known = known_to(client)
    assert list(map(str, [known.reference_in(form % PLAIN)])) == ["{{db.pw}}"]
    text = f"a\n{form % PLAIN}\n\nline two of it\n"
    assert [(line, str(reference)) for line, reference in known.lines_in(text)] == [
        (2, "{{db.pw}}"),
        (4, "{{db.pem}}"),
    ]


def test_a_value_is_known_in_other_encodings(client: Client) -> None:
    """In each that masking knows: base64, URL-quoted, JSON."""
    client.create_secret("db", {"pw": 'p"w/ü-of-mine'})
    known = known_to(client)
    for text in ("cCJ3L8O8LW9mLW1pbmU=", "p%22w%2F%C3%BC-of-mine", r"p\"w/\u00fc-of-mine"):
        assert str(known.reference_in(text)) == "{{db.pw}}"


@pytest.mark.parametrize("kind", ["PRIVATE KEY", "CERTIFICATE", "OPENSSH PRIVATE KEY"])
def test_the_armour_of_a_key_tells_of_none(client: Client, kind: str) -> None:
    """Its first and last line are every key's; the lines between, and the whole, are its own."""
    body = "MIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB"
    first, last = f"-----BEGIN {kind}-----", f"-----END {kind}-----"
    client.create_secret("tls", {"key": f"{first}\n{body}\n{last}\n"})
    known = known_to(client)
    for armour in (first, last, first.replace(" ", "%20"), first.replace(" ", "+")):
        assert known.reference_in(f"if text == '{armour}':\n{armour}\r\n") is None
    for own in (*body.split("\n"), f"{first}\n{body}\n{last}", f"{first}\\n{body}".replace("\n", "\\n")):
        assert str(known.reference_in(own)) == "{{tls.key}}"


def test_short_and_ordinary_values_are_not_looked_for(client: Client) -> None:
    """They would be found everywhere; how many, is counted. Under a credential's name a word counts."""
    client.create_secret("db", {"user": "postgres", "port": "54321000", "pw": "short", "empty": ""})
    client.create_secret("app", {"password": "correcthorse"})
    known = known_to(client)
    assert known.passed_by == 3
    assert known.reference_in("image: postgres:16 at 54321000, short") is None
    assert str(known.reference_in("correcthorse")) == "{{app.password}}"


def test_the_users_own_secret_stands_first(client: Client) -> None:
    """A value that several hold is told by the one that a reference would mean."""
    client.create_secret("db", {"pw": PLAIN})
    client.create_secret("aaa", {"pw": PLAIN}, scope=SecretScope.USER)
    assert str(known_to(client).reference_in(PLAIN)) == "{{aaa.pw}}"


def test_reading_all_values_is_recorded(client: Client) -> None:
    """In one request for many secrets, and a record for each."""
    for number in range(12):
        client.create_secret(f"s{number}", {"pw": f"{PLAIN}-{number}"})
    known_to(client)
    records = client.list_audit(Listing(size=100))
    read = [record.name or "" for record in records if record.action == "secret.reveal"]
    assert sorted(read) == sorted(f"s{number}" for number in range(12))


def test_a_known_value_in_a_component_is_told_with_its_reference(client: Client) -> None:
    """The reference to write instead; moving it leaves the component's own."""
    client.create_secret("db", {"pw": PLAIN})
    registered(client)
    found = held(client, known=known_to(client)).findings
    expected = Finding(
        where="component",
        name="experiment-tracker mlflow",
        attribute="tracking_password",
        kind="a value of the store",
        instead="{{db.pw}}",
    )
    assert expected in found
