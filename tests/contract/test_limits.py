"""What a secret may be called, and what it may hold."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockwork.client.api import Client
from lockwork.domain.errors import InvalidInput, NotFound
from lockwork.domain.secrets import SecretScope

MIB = 1024 * 1024

GOOD_NAMES = ["a", "0", "db", "Prod-EU_2", "a" * 128, "names", "deadbeef", "0-", "x" + "f" * 31]
BAD_NAMES = [
    "",
    "name",
    "NAME",
    "-a",
    "_a",
    "a.b",
    "a b",
    "a/b",
    "ä",
    "a" * 129,
    "a\n",
    "\n",
    "{{a}}",
    "a\x00",
]
BAD_NAMES += [
    "6f1c2b3a-0000-4000-8000-0123456789ab",
    "6F1C2B3A-0000-4000-8000-0123456789AB",
    "6f1c2b3a000040008000" + "0123456789ab",
]
GOOD_KEYS = ["a", "_", "A.b-c_9", "a" * 128, "name"]
BAD_KEYS = ["", "1a", "-a", ".a", "a b", "a=b", "ä", "a" * 129, "a\n", "a\x00"]

counter = itertools.count()


def fresh_name() -> str:
    return f"s{next(counter)}"


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_names_that_are_taken(client: Client, name: str) -> None:
    """A name of letters, digits, `-` and `_`, up to 128, is kept and found exactly."""
    client.create_secret(name, {"k": "v"})
    assert client.get_secret(name).name == name


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_are_refused(client: Client, name: str) -> None:
    """Anything else, `name` and whatever reads as an id is refused, for a new secret and for a new name."""
    with pytest.raises(InvalidInput):
        client.create_secret(name, {"k": "v"})
    client.create_secret("db", {"k": "v"})
    with pytest.raises(InvalidInput):
        client.update_secret("db", new_name=name)
    client.delete_secret("db")
    if name:
        with pytest.raises(InvalidInput):
            client.undelete_secret("db", new_name=name)
    assert len(client.list_secrets()) == 0


@pytest.mark.parametrize("key", GOOD_KEYS)
def test_keys_that_are_taken(client: Client, key: str) -> None:
    """Keys may also hold dots, and begin with a letter or `_`."""
    client.create_secret("db", {key: "v"})
    assert client.get_secret("db").secret_values == {key: "v"}


@pytest.mark.parametrize("key", BAD_KEYS)
def test_keys_that_are_refused(client: Client, key: str) -> None:
    """A bad key is named in the failure, and nothing is kept."""
    with pytest.raises(InvalidInput, match="is not a key"):
        client.create_secret("db", {"good": "v", key: "v"})
    client.create_secret("db", {"k": "v"})
    with pytest.raises(InvalidInput, match="is not a key"):
        client.update_secret("db", add_or_update_values={key: "v"})
    assert client.describe_secret("db").version == 1


@pytest.mark.parametrize("value", [1, 1.5, True, None, b"bytes", ["list"], {"a": "b"}])
def test_values_that_are_no_text_are_refused(client: Client, value: object) -> None:
    """In Python nothing is turned into text by itself; the failure names the key."""
    with pytest.raises(InvalidInput, match="'k'"):
        client.create_secret("db", {"k": value})  # type: ignore[dict-item]  # that is what is tested
    assert len(client.list_secrets()) == 0


@pytest.mark.parametrize("value", ["a\x00b", "\x00", "\ud800", "a\udfff"])
def test_values_that_cannot_be_kept_are_refused(client: Client, value: str) -> None:
    """NUL and lone surrogates are refused; the failure and its chain do not hold the value."""
    with pytest.raises(InvalidInput, match="'k'") as caught:
        client.create_secret("db", {"k": value})
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_secret_needs_a_key(client: Client) -> None:
    """Nothing to store is an error, and so is taking the last key away."""
    with pytest.raises(InvalidInput, match="at least one key"):
        client.create_secret("db", {})
    client.create_secret("db", {"k": "v"})
    with pytest.raises(InvalidInput, match="no key left"):
        client.update_secret("db", remove_values=["k"])
    assert client.get_secret("db").secret_values == {"k": "v"}


def test_a_value_holds_a_mebibyte(client: Client) -> None:
    """1 MiB in UTF-8 fits exactly; one byte more does not, however few characters it is."""
    client.create_secret("db", {"k": "é" * (MIB // 2)})
    assert client.get_secret("db").secret_values == {"k": "é" * (MIB // 2)}
    for value in ("x" * (MIB + 1), "é" * (MIB // 2) + "x"):
        with pytest.raises(InvalidInput, match="1,048,577 bytes"):
            client.update_secret("db", add_or_update_values={"k": value})
    assert client.describe_secret("db").version == 1


def test_a_secret_holds_four_mebibytes(client: Client) -> None:
    """4 MiB in all fit exactly; an update that would make it more changes nothing."""
    client.create_secret("db", {f"k{n}": "x" * MIB for n in range(4)})
    with pytest.raises(InvalidInput, match="4,194,305 bytes"):
        client.update_secret("db", add_or_update_values={"one": "x"})
    with pytest.raises(InvalidInput, match="bytes in all"):
        client.create_secret("db2", {f"k{n}": "x" * MIB for n in range(5)})
    assert [s.name for s in client.list_secrets()] == ["db"]
    assert client.describe_secret("db").version == 1


def test_a_secret_holds_a_thousand_keys(client: Client) -> None:
    """1,000 keys fit; 1,001 are refused, whether given at once or added."""
    client.create_secret("db", {f"k{n}": "" for n in range(1000)})
    assert len(client.get_secret("db").secret_values) == 1000
    with pytest.raises(InvalidInput, match="1,001 keys"):
        client.update_secret("db", add_or_update_values={"more": ""})
    with pytest.raises(InvalidInput, match="1,001 keys"):
        client.create_secret("db2", {f"k{n}": "" for n in range(1001)})
    client.update_secret("db", add_or_update_values={"more": ""}, remove_values=["k0"])


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=50)


@given(st.dictionaries(st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,10}", fullmatch=True), ANY_TEXT, min_size=1))
def test_values_come_back_as_they_went_in(lasting_client: Client, values: dict[str, str]) -> None:
    """Any Unicode text is kept exactly: quotes, `$`, newlines, any script, nothing normalised."""
    name = fresh_name()
    lasting_client.create_secret(name, values)
    assert lasting_client.get_secret(name).secret_values == values
    for key, value in values.items():
        assert lasting_client.get_secret(name, key=key).secret_values == {key: value}


@pytest.mark.parametrize(
    "value", ["", " ", "\n", "\r\n", "'\"$`\\", "{{db.k}}", "\u2028", "e\u0301", "é", "a\n"]
)
def test_awkward_values_come_back_as_they_went_in(client: Client, value: str) -> None:
    """What shells, parsers and normalisers would change is kept."""
    client.create_secret("db", {"k": value})
    assert client.get_secret("db").secret_values["k"] == value


def test_values_hide_themselves(client: Client) -> None:
    """`secret_values` is plain text; `values`, the whole answer and what is listed do not show it."""
    client.create_secret("db", {"k": "hunter2"})
    secret = client.get_secret("db")
    assert secret.secret_values["k"] == "hunter2"
    for shown in (secret, secret.values, secret.info, client.list_secrets(), client.describe_secret("db")):
        assert "hunter2" not in repr(shown) + str(shown)


@pytest.mark.parametrize("scope", ["team", "", "USER", "public"])
def test_a_scope_is_workspace_or_user(client: Client, scope: str) -> None:
    """Another scope is an error that names the two, wherever a scope is given."""
    with pytest.raises(InvalidInput, match="not a scope"):
        client.create_secret("db", {"k": "v"}, scope=scope)
    with pytest.raises(InvalidInput, match="not a scope"):
        client.get_secret("db", scope=scope)


def test_a_scope_may_be_text_or_the_enumeration(client: Client) -> None:
    """`SecretScope.USER` and `"user"` are the same."""
    client.create_secret("db", {"k": "v"}, scope="user")
    assert client.get_secret("db", scope=SecretScope.USER).scope == "user"


@pytest.mark.parametrize("text", ["\ud800", "x" * 10_000, "", "\x00", "a'b\"c", "%", "🦊"])
def test_any_text_may_be_asked_for(client: Client, text: str) -> None:
    """A name that cannot be is found nowhere: a failure of ours, never one of a driver's."""
    asks = [
        lambda: client.get_secret(text),
        lambda: client.describe_secret(text, prefix=True),
        lambda: client.update_secret(text, add_or_update_values={"k": "v"}),
        lambda: client.delete_secret(text, purge=True),
        lambda: client.undelete_secret(text),
        lambda: client.get_user(text),
        lambda: client.get_workspace(text),
    ]
    for ask in asks:
        with pytest.raises((NotFound, InvalidInput)):
            ask()
    assert client.verify_audit().ok
