"""`zenml secret …` as scripts and ZenML's own tests drive it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zenml.client import Client
from zenml.enums import SecretScope

from .conftest import Run

VALUE = "hunter2-hunter2"


# ---- create ----


def test_create(run: Run):
    """A secret of any keys; it is said what will be registered, and no value."""
    result = run("secret create", "db", f"--password={VALUE}", "--user-name=anna", exit_code=0)
    assert "The following secret will be registered." in result.output
    assert "successfully created" in result.output
    assert VALUE not in result.output
    made = Client().get_secret("db")
    assert made.values["password"].get_secret_value() == VALUE
    assert made.secret_values == {"password": VALUE, "user-name": "anna"}
    assert made.scope == SecretScope.WORKSPACE


EITHER = [
    *(["--a=1", "db"], ["db", "--a=1"], ["--values=a: 1", "db"]),
    *(["-v", '{"a": "1"}', "db"], ["db", "-va: 1"]),
]


@pytest.mark.parametrize("words", EITHER, ids=" ".join)
def test_the_name_stands_first_or_last(run: Run, words: list[str]):
    """Keys may come before the name and after it, values as JSON or YAML too."""
    run("secret create", *words, exit_code=0)
    assert Client().get_secret("db").secret_values == {"a": "1"}


PRIVATE = [["-s", "user"], ["--scope=user"], ["--scope", "user"], ["-p"], ["--private"], ["--private=true"],
           ["--private", "True"], ["-p", "yes"]]  # fmt: skip
SHARED = [
    [],
    ["-s", "workspace"],
    ["--scope=workspace"],
    ["--private=false"],
    ["--private", "no"],
    ["-p", "0"],
]


@pytest.mark.parametrize("words", PRIVATE, ids=" ".join)
@pytest.mark.parametrize("is_last", [True, False])
def test_create_a_private_secret(run: Run, words: list[str], is_last: bool):
    """`--scope user` and `--private`, with or without a yes, before the name and after it, are the same."""
    run("secret create", "--a=1", *(["db", *words] if is_last else [*words, "db"]), exit_code=0)
    assert Client().get_secret("db").scope == SecretScope.USER


@pytest.mark.parametrize("words", SHARED, ids=" ".join)
def test_create_a_shared_secret(run: Run, words: list[str]):
    """Without a scope, or with a no, a secret is everyone's."""
    run("secret create", "db", "--a=1", *words, exit_code=0)
    assert Client().get_secret("db").private is False


def test_what_is_no_option_is_a_key(run: Run):
    """Options of Lockwork and of other commands are keys like all others."""
    keys = ["workspace", "output", "user", "as", "new-scope", "filename", "ask", "strip", "version", "yes"]
    run("secret create", "db", *(f"--{key}=of {key}" for key in keys), exit_code=0)
    assert Client().get_secret("db").secret_values == {key: f"of {key}" for key in keys}
    run("secret update", "db", "--scope=x", "--workspace=y", exit_code=0)
    changed = Client().get_secret("db").secret_values
    assert (changed["scope"], changed["workspace"]) == ("x", "y")


def test_values_come_from_files(run: Run):
    """`--key=@file` reads one value, `-v @file` a mapping."""
    Path("key.pem").write_text("line 1\nline 2\n")
    Path("all.yaml").write_text("a: 1\nb: two\n")
    run("secret create", "db", "--pem=@key.pem", "-v", "@all.yaml", exit_code=0)
    assert Client().get_secret("db").secret_values == {"pem": "line 1\nline 2\n", "a": "1", "b": "two"}


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["db"], 1, "Secret fields must be passed as arguments"),
        (["name", "--a=1"], 1, "cannot be called"),
        (["db", "--a=1", "--scope=everyone"], 2, "--scope takes one of workspace, user"),
        (["db", "--a=1", "--private=perhaps"], 2, "--private has a value that it does not take"),
        (["db", "--a=1", "--private", "--scope=workspace"], 2, "say different things"),
        (["db", "--a=1", "--a=2"], 2, "'a' is given twice"),
        (["db", "--a"], 2, "--a has no value"),
        (["db", "more", "--a=1"], 2, "a word too many"),
        (["db.eu", "--a=1"], 1, "not a secret name"),
        (["--a=1"], 2, "missing argument"),
        (["db", "-v", "@nowhere.yaml"], 1, "nowhere.yaml"),
        (["db", "-v", "[1]"], 1, "not a mapping"),
        (["db", "-i"], 2, "needs a terminal"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_create_refuses_cleanly(run: Run, words: list[str], code: int, says: str):
    """What is wrong is said in the runner's output, with its exit code; nothing is kept."""
    result = run("secret create", *words, exit_code=code)
    assert says in result.output
    assert result.output.startswith("error: ")
    assert len(Client().list_secrets()) == 0


def test_a_name_that_is_taken(run: Run):
    """The second of a name is refused, and the first stays."""
    run("secret create", "db", "--a=1", exit_code=0)
    assert "Secret with name already exists" in run("secret create", "db", "--a=2", exit_code=1).output
    assert Client().get_secret("db").secret_values == {"a": "1"}
    run("secret create", "db", "--a=2", "--scope=user", exit_code=0)


# ---- get ----


def test_get(run: Run):
    """Values are shown, by name, by id and by a beginning of either."""
    assert "Could not find a secret" in run("secret get", "db", exit_code=1).output
    made = Client().create_secret("db-prod", {"password": VALUE, "many": "1\n2"})
    for word in ("db-prod", "db", str(made.id), str(made.id)[:8]):
        result = run("secret get", word, exit_code=0)
        assert VALUE in result.output
        assert "db-prod" in result.output


def test_get_says_which_of_two(run: Run):
    """With a name in both scopes the own one is shown, else the one that is named."""
    Client().create_secret("db", {"a": "everyone's"})
    Client().create_secret("db", {"a": "my own"}, private=True)
    assert "my own" in run("secret get", "db", exit_code=0).output
    for words in (["-s", "workspace"], ["--scope=workspace"], ["--private=false"], ["-p", "false"]):
        assert "everyone's" in run("secret get", "db", *words, exit_code=0).output
    for words in (["-s", "user"], ["-p"], ["--private", "true"]):
        assert "my own" in run("secret get", *words, "db", exit_code=0).output


def test_a_beginning_of_two_names_finds_none(run: Run):
    """An ambiguous beginning is refused, and shows no value; a part that is none finds nothing."""
    Client().create_secret("db-eu", {"a": VALUE})
    Client().create_secret("db-us", {"a": VALUE})
    result = run("secret get", "db", exit_code=1)
    assert "db-eu" in result.output
    assert "db-us" in result.output
    assert VALUE not in result.output
    assert "Could not find a secret" in run("secret get", "eu", exit_code=1).output


# ---- list ----


def test_list(run: Run):
    """Names, ids and scopes, and never a value; without any, that there are none."""
    assert "No secrets found" in run("secret list", exit_code=0).output
    made = Client().create_secret("db", {"a": VALUE})
    result = run("secret list", exit_code=0)
    for word in ("db", str(made.id), "workspace"):
        assert word in result.output
    assert VALUE not in result.output


@pytest.fixture
def three(own_home: Path) -> Client:
    client = Client()
    client.create_secret("db-eu", {"a": "1"})
    client.create_secret("db-us", {"a": "1"})
    client.create_secret("mail", {"a": "1"}, private=True)
    return client


FILTERS = [
    (["--name=db-eu"], ["db-eu"]),
    (["--name", "contains:eu"], ["db-eu"]),
    (["--name=startswith:db", "--sort_by=desc:name"], ["db-us", "db-eu"]),
    (["--sort-by", "desc:created"], ["mail", "db-us", "db-eu"]),
    (["--scope=user"], ["mail"]),
    (["--private=true"], ["mail"]),
    (["--private", "false", "--sort_by=name"], ["db-eu", "db-us"]),
    (["-p"], ["mail"]),
    (["--name=mail", "--id=contains:-", "--logical_operator=and"], ["mail"]),
    (["--name=mail", "--created=gte:2020-01-01", "--logical_operator=or"], ["db-eu", "db-us", "mail"]),
    (["--name=db-eu", "--scope=user", "--logical_operator=or"], ["db-eu", "mail"]),
    (["--name=db-eu", "-p", "--logical_operator", "or"], ["db-eu", "mail"]),
    (["--updated=lt:2020-01-01"], []),
    (["--created=gte:2020-01-01", "--size=1", "--page=2"], ["db-us"]),
    (["--page=9"], []),
    (["--user=default", "--size", "2"], ["db-eu", "db-us"]),
    (["--user_id=default", "--workspace_id=default"], ["db-eu", "db-us", "mail"]),
]


@pytest.mark.parametrize(("words", "names"), FILTERS, ids=lambda value: " ".join(value))
def test_list_filters(run: Run, three: Client, words: list[str], names: list[str]):
    """Each filter and each order that ZenML's list takes, with underscores and dashes."""
    result = run("secret list", *words, "-o", "json", exit_code=0)
    assert [item["name"] for item in json.loads(result.stdout)["items"]] == names


def test_list_for_programs(run: Run, three: Client):
    """`-o` gives items and pagination, `-c` chooses columns; a column that there is not is refused."""
    found = json.loads(run("secret list", "--size=2", "-o", "json", exit_code=0).stdout)
    assert found["pagination"] == {"index": 1, "max_size": 2, "total_pages": 2, "total": 3}
    assert found["items"][0]["private"] is False
    assert run("secret list", "-o", "csv", "-c", "name,scope").stdout.splitlines()[:2] == [
        "name,scope",
        "db-eu,workspace",
    ]
    assert run("secret list", "-c", "name").stdout.splitlines()[0] == "NAME"
    assert "there are: id, name" in run("secret list", "-c", "colour", exit_code=2).output
    nothing = run("secret list", "--name=zzz", "-o", "json", exit_code=0).stdout
    assert json.loads(nothing)["items"] == []


# ---- update ----


def test_update(run: Run):
    """Keys are set and removed, others stay; the scope can be changed in the same call."""
    Client().create_secret("db", {"a": "1", "b": "2", "c": "3"})
    result = run("secret update", "db", "--a=9", "-r", "b", "--remove_keys=c", "-s", "user", exit_code=0)
    assert "successfully updated" in result.output
    changed = Client().get_secret("db")
    assert (changed.secret_values, changed.scope) == ({"a": "9"}, SecretScope.USER)
    run("secret update", "db", "-v", '{"d": "4"}', "--private=false", exit_code=0)
    changed = Client().get_secret("db")
    assert (changed.secret_values, changed.private) == ({"a": "9", "d": "4"}, False)
    run("secret update", "--new_scope=user", "db", exit_code=0)
    assert Client().get_secret("db").private is True


def test_update_what_is_not_there(run: Run):
    """A secret that is not there, a key that is not there, and nothing to change are refused."""
    assert "does not exist" in run("secret update", "db", "--a=1", exit_code=1).output
    Client().create_secret("db", {"a": "1"})
    assert "'z'" in run("secret update", "db", "-r", "z", exit_code=1).output
    assert "nothing to change" in run("secret update", "db", exit_code=1).output
    assert "takes a key without a value" in run("secret update", "db", "-r", f"a={VALUE}", exit_code=2).output


@pytest.mark.parametrize("command", ["update", "rename", "delete"])
def test_a_change_of_one_of_two_is_refused(run: Run, command: str):
    """A name in both scopes is changed by no guess: the way out is its id."""
    for private in (True, False):
        Client().create_secret("db", {"a": "1"}, private=private)
    words = {"update": [f"--a={VALUE}"], "rename": ["-n", "other"], "delete": ["-y"]}[command]
    result = run(f"secret {command}", "db", *words, exit_code=1)
    assert "its id" in result.output
    assert VALUE not in result.output
    mine = Client().get_secret("db", private=True)
    run(f"secret {command}", str(mine.id), *words, exit_code=0)
    assert Client().get_secret("db", private=False).secret_values == {"a": "1"}


# ---- rename, delete ----


@pytest.mark.parametrize("option", [["-n", "new"], ["--new-name=new"], ["--new_name", "new"]], ids=" ".join)
def test_rename(run: Run, option: list[str]):
    """A secret is called something else; its values stay."""
    Client().create_secret("db", {"a": "1"})
    assert "successfully renamed" in run("secret rename", "db", *option, exit_code=0).output
    assert Client().get_secret("new").secret_values == {"a": "1"}
    with pytest.raises(KeyError):
        Client().get_secret("db")


def test_rename_refuses_cleanly(run: Run):
    """`name` is no name, whether or not the secret is there; nor is nothing."""
    assert "cannot be called" in run("secret rename", "db", "-n", "name", exit_code=1).output
    assert "does not exist" in run("secret rename", "db", "-n", "other", exit_code=1).output
    assert "new-name" in run("secret rename", "db", exit_code=2).output
    for name in ("db", "other"):
        Client().create_secret(name, {"a": "1"})
    assert "already exists" in run("secret rename", "db", "-n", "other", exit_code=1).output


def test_delete(run: Run):
    """With -y a secret goes, before the name or after it; it can be brought back. Others are not there."""
    assert "does not exist" in run("secret delete", "-y", "db", exit_code=1).output
    Client().create_secret("db", {"a": "1"})
    assert "--yes" in run("secret delete", "db", exit_code=2).output
    result = run("secret delete", "db", "--yes", exit_code=0)
    assert "successfully deleted" in result.output
    assert "lockwork secret undelete" in result.output
    assert "No secrets found" in run("secret list").output


# ---- export ----


def test_export_and_create_again(run: Run):
    """A file for its owner alone, called as the secret, which `create -v @file` takes back byte for byte."""
    values = {"plain": VALUE, "odd": " #: '\"{{x}}\n\u2028yes", "empty": ""}
    Client().create_secret("db-prod", values)
    result = run("secret export", "db-prod", exit_code=0)
    assert "successfully exported" in result.output
    assert VALUE not in result.output
    assert Path("db-prod.yaml").stat().st_mode & 0o777 == 0o600
    run("secret create", "again", "-v", "@db-prod.yaml", exit_code=0)
    assert Client().get_secret("again").secret_values == values


def test_export_replaces_what_is_there(run: Run):
    """A file that is there is replaced, and is its owner's alone afterwards; a link or folder is not."""
    Client().create_secret("db", {"a": "1"})
    path = Path("out.yaml")
    path.write_text("old")
    path.chmod(0o644)
    for words in (["-f", "out.yaml"], ["--filename=out.yaml"]):
        run("secret export", "db", *words, exit_code=0)
    assert (path.read_text(), path.stat().st_mode & 0o777) == ('a: "1"\n', 0o600)
    Path("link.yaml").symlink_to("out.yaml")
    assert "not a regular file" in run("secret export", "db", "-f", "link.yaml", exit_code=1).output


def test_export_says_which_of_two(run: Run):
    """A beginning of a name and a scope find it, as in `get`."""
    Client().create_secret("db", {"a": "everyone's"})
    Client().create_secret("db", {"a": "my own"}, private=True)
    run("secret export", "d", "-s", "workspace", "-f", "1.yaml", exit_code=0)
    run("secret export", "db", "-p", "-f", "2.yaml", exit_code=0)
    assert "everyone" in Path("1.yaml").read_text()
    assert "my own" in Path("2.yaml").read_text()
    assert "Could not find a secret" in run("secret export", "mail", exit_code=1).output


# ---- hostile words ----


@pytest.mark.parametrize("command", ["create", "get", "list", "update", "rename", "delete", "export"])
@pytest.mark.parametrize(
    "words",
    [
        ["db", f"password={VALUE}"],
        [f"password={VALUE}"],
        ["db", "x", VALUE],
        [f"--scope={VALUE}", "db"],
        [f"--new-scope={VALUE}", f"--private={VALUE}", "db"],
        ["db", "-s", VALUE],
        ["db", f"--{VALUE * 20}=x"],
        ["--", "db", "--a=1", VALUE],
    ],
    ids=["bare", "alone", "many", "scope", "private", "short", "long key", "after dashes"],
)
def test_no_failure_repeats_a_value(run: Run, command: str, words: list[str]):
    """What lost its dashes, or stands where something else belongs, is refused without being shown."""
    result = run(f"secret {command}", *words)
    assert result.exit_code in (1, 2)
    assert f"password={VALUE}" not in result.output
    if VALUE * 2 not in "".join(words):
        assert VALUE not in result.output
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
