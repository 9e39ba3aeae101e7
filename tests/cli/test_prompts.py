"""Questions on a real terminal: what is typed is checked at once, and a value is never seen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lockwork import Client

SECRET = "hunter2-hunter2"
Talk = Callable[..., tuple[int, str]]
OpenTerminal = Callable[..., Any]


def stored(name: str) -> dict[str, str]:
    client = Client()
    try:
        return client.get_secret(name).secret_values
    finally:
        client.close()


def test_ask_takes_one_value_unseen(own_home: Path, talk: Talk) -> None:
    """`--ask KEY` asks for that key alone; what is typed is stored and not on the screen."""
    code, screen = talk(
        ["secret", "create", "db", "--user=anna", "--ask", "password"], ("value of password", SECRET + "\n")
    )
    assert code == 0
    assert SECRET not in screen
    assert "***" in screen
    assert stored("db") == {"user": "anna", "password": SECRET}


def test_an_interview_checks_each_key_as_it_is_typed(own_home: Path, talk: Talk) -> None:
    """`-i` asks until an empty key; a wrong key is told at once and asked for again."""
    code, screen = talk(
        ["secret", "create", "db", "-i"],
        ("key (", "1st\n"),
        ("key (", "password\n"),
        ("value of password", "\n"),
        ("value of password", SECRET + "\n"),
        ("key (", "user\n"),
        ("value of user", "anna\n"),
        ("key (", "\n"),
    )
    assert code == 0
    assert "'1st' is not a key" in screen
    assert "nothing was typed for 'password'" in screen
    assert SECRET not in screen
    assert stored("db") == {"password": SECRET, "user": "anna"}


def test_an_update_offers_each_key_that_is_there(own_home: Path, talk: Talk) -> None:
    """`update -i` goes through the present keys; an empty answer keeps a value, and new keys may follow."""
    client = Client()
    client.create_secret("db", {"password": "old", "user": "anna"})
    client.close()
    code, screen = talk(
        ["secret", "update", "db", "-i"],
        ("value of password", SECRET + "\n"),
        ("value of user", "\n"),
        ("key (", "port\n"),
        ("value of port", "5432\n"),
        ("key (", "\n"),
    )
    assert code == 0
    assert SECRET not in screen
    assert stored("db") == {"password": SECRET, "user": "anna", "port": "5432"}


@pytest.mark.parametrize(("typed", "code"), [("\x03", 130), ("\x04", 1)])
def test_an_interview_that_is_broken_off_stores_nothing(
    own_home: Path, talk: Talk, typed: str, code: int
) -> None:
    """Ctrl-C and Ctrl-D in the middle leave the store as it was; neither shows a traceback."""
    ended, screen = talk(
        ["secret", "create", "db", "-i"],
        ("key (", "password\n"),
        ("value of password", SECRET + "\n"),
        ("key (", typed),
    )
    assert ended == code
    assert "Traceback" not in screen
    client = Client()
    assert client.list_secrets().total == 0
    client.close()


def test_a_line_that_a_terminal_would_cut_is_refused(own_home: Path, open_terminal: OpenTerminal) -> None:
    """A terminal passes on 4,095 bytes of a line: more is told, with the way that has no such limit."""
    terminal = open_terminal("secret", "create", "db", "--ask", "key")
    terminal.answer("value of key", "x" * 5000 + "\n")
    terminal.answer("value of key", "short\n")
    code = terminal.end()
    assert code == 0
    assert "may be cut" in terminal.screen
    assert "@FILE" in terminal.screen
    assert stored("db") == {"key": "short"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["update", "nosuch", "--ask", "user"], "no secret 'nosuch'"),
        (["update", "nosuch", "-i"], "no secret 'nosuch'"),
        (["create", "db", "--ask", "user"], "already exists in workspace 'default'"),
        (["create", "db", "-i"], "already exists in workspace 'default'"),
        (["create", "no.name", "-i"], "'no.name' is not a secret name"),
        (["update", "db", "-i", "--if-version", "7"], "is at version 1, not 7"),
        (["update", "db", "-i", "--remove-keys", "nosuch"], "no key 'nosuch'"),
        (["update", "db", "--ask", "k", "--remove-keys", "k"], "cannot be both set and removed"),
        (["delete", "nosuch"], "no secret 'nosuch'"),
    ],
)
def test_nobody_is_asked_for_what_cannot_be_done(
    own_home: Path, talk: Talk, words: list[str], said: str
) -> None:
    """A secret that is not there, or a name that is taken or is none, is told before the first question."""
    client = Client()
    client.create_secret("db", {"k": "v"})
    client.close()
    code, screen = talk(["secret", *words])
    assert code == 1
    assert said in screen
    for question in ("value of", "key (", "[y/N]", "***"):
        assert question not in screen


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("register mlflow -f mlflow --ask tracking_password", "already exists in workspace 'default'"),
        ("register no/name -f mlflow --ask tracking_password", "'no/name'"),
        ("update mlflow --ask tracking_password --if-version 7", "is at version 1, not 7"),
    ],
)
def test_nobody_is_asked_for_what_a_component_cannot_get(
    own_home: Path, talk: Talk, words: str, said: str
) -> None:
    """Its name is taken or is none, or others have changed it since: that is told first."""
    client = Client()
    client.register_component("mlflow", "mlflow", "experiment_tracker", {"tracking_uri": "http://here"})
    client.close()
    code, screen = talk(["experiment-tracker", *words.split()])
    assert code == 1
    assert said in screen
    assert "value of" not in screen


def test_nobody_is_asked_for_the_passphrase_of_no_file(own_home: Path, talk: Talk) -> None:
    """That a backup cannot be read is told first."""
    code, screen = talk(["restore", "nosuch"])
    assert code == 1
    assert "nosuch cannot be read" in screen
    assert "passphrase" not in screen


def test_nobody_is_asked_for_what_is_skipped(own_home: Path, talk: Talk) -> None:
    """`--if-exists skip` asks for nothing where the secret is there."""
    client = Client()
    client.create_secret("db", {"k": "v"})
    client.close()
    code, screen = talk(["secret", "create", "db", "--ask", "k", "--if-exists", "skip"])
    assert code == 0
    assert "value of" not in screen


PEM = "-----BEGIN KEY-----\nbGluZTE=\nbGluZTI=\n-----END KEY-----"


@pytest.mark.parametrize("pasted", [PEM, PEM + "\n", "one\ntwo", "one\n\n"])
@pytest.mark.parametrize("how", [["--ask", "key"], ["-i"]])
def test_a_paste_of_several_lines_is_refused(own_home: Path, talk: Talk, pasted: str, how: list[str]) -> None:
    """A value is never cut after its first line: it is refused whole, with the way that takes such a one."""
    questions = [("key (", "key\n")] if how == ["-i"] else []
    code, screen = talk(["secret", "create", "db", *how], *questions, ("value of key", pasted))
    assert code == 1
    assert "more than one line was pasted" in screen
    assert "--KEY=@FILE" in screen
    assert "bGluZTI" not in screen
    assert "two" not in screen
    client = Client()
    assert client.list_secrets().total == 0
    client.close()


def test_a_paste_of_several_lines_for_a_key_is_refused(own_home: Path, talk: Talk) -> None:
    """The rest of a paste answers no other question."""
    code, screen = talk(["secret", "create", "db", "-i"], ("key (", f"password\n{SECRET}\n"))
    assert code == 1
    assert "more than one line was pasted" in screen
    assert "value of password" not in screen


@pytest.mark.parametrize(("typed", "is_gone"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_delete_asks_first(own_home: Path, talk: Talk, typed: str, is_gone: bool) -> None:
    """Only a yes deletes; anything else changes nothing and ends with 1."""
    client = Client()
    client.create_secret("db", {"password": "x"})
    code, screen = talk(["secret", "delete", "db"], ("delete workspace secret 'db'", typed))
    assert code == (0 if is_gone else 1)
    assert ("nothing was changed" in screen) is not is_gone
    assert client.list_secrets().total == (0 if is_gone else 1)
    client.close()


def test_delete_asks_for_nothing_that_is_not_there(own_home: Path, talk: Talk) -> None:
    """A name that means nothing is refused before the question."""
    code, screen = talk(["secret", "delete", "db"])
    assert code == 1
    assert "no secret 'db'" in screen
    assert "[y/N]" not in screen


IN_VAIN = {
    "secret delete db": "secret 'db' is referred to",
    "secret delete db --purge": "secret 'db' is referred to",
    "user delete default": "the user that you act as",
    "user delete anna": "has secrets of their own",
    "workspace delete default --force": "'default' stays",
    "workspace delete lab": "workspace 'lab' is not empty",
    "stack delete default": "stack 'default'",
    "orchestrator delete default": "is part of a stack",
    "key destroy ACTIVE": "is active and protects",
    "audit prune --before 2020-01-01 -f taken": "cannot be created",
    "audit prune --before 2020-01-01 -f free": "nothing in the trail is older",
}


@pytest.mark.parametrize("words", IN_VAIN)
def test_nobody_is_asked_whether_to_do_what_cannot_be_done(own_home: Path, talk: Talk, words: str) -> None:
    """A refusal that is certain is told in place of the question, and nothing is changed."""
    client = Client()
    client.create_secret("db", {"k": "v"})
    client.update_component("orchestrator", "default", environment={"K": "{{db.k}}"})
    client.create_user("anna")
    Client(user="anna").create_secret("own", {"k": "v"}, scope="user")
    client.create_workspace("lab")
    Client(workspace="lab").create_secret("db", {"k": "v"})
    Path("taken").touch()
    head = client.audit_head()
    code, screen = talk(words.replace("ACTIVE", client.list_keys()[0].id).split())
    assert code == (0 if "free" in words else 1)
    assert IN_VAIN[words] in screen
    assert "[y/N]" not in screen
    assert not Path("free").exists()
    assert client.audit_head() == head
    client.close()


def test_a_value_cannot_act_on_the_terminal(own_home: Path, talk: Talk) -> None:
    """Escape sequences in a value are shown escaped on a terminal, by every way to show it."""
    hostile = "a\x1b]0;owned\x07b\x9b31m\u202ec"
    client = Client()
    client.create_secret("db", {"k": hostile})
    client.close()
    for words in (["--reveal"], ["--key", "k"]):
        code, screen = talk(["secret", "get", "db", *words])
        assert code == 0
        assert "\x1b]0" not in screen
        assert "\x07" not in screen
        assert "\x9b" not in screen
        assert "\u202e" not in screen
        assert r"a\x1b]0;owned\x07b\x9b31m\u202ec" in screen


KEYS = [f"key-number_{n}" for n in range(9)]


def _listed(open_terminal: OpenTerminal, width: int) -> tuple[list[str], str]:
    """The lines of a list of two secrets on a terminal of this width, and when they were changed."""
    client = Client()
    client.create_secret("another", {"k": "v"})
    made = client.create_secret("a-rather-long-name-of-a-secret", dict.fromkeys(KEYS, "x"))
    client.close()
    terminal = open_terminal("secret", "list", width=width)
    assert terminal.end() == 0
    assert "…" not in terminal.screen
    lines = terminal.screen.replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()
    return lines, made.updated.strftime("%Y-%m-%d %H:%M:%SZ")


def test_lists_in_a_table_are_folded_where_that_makes_it_fit(
    own_home: Path, open_terminal: OpenTerminal
) -> None:
    """Between words: each name, time and key is on one line."""
    (heading, first, *more), updated = _listed(open_terminal, 120)
    assert heading.split() == ["NAME", "SCOPE", "OWNER", "KEYS", "VERSION", "UPDATED"]
    assert first.startswith("a-rather-long-name-of-a-secret  workspace  default  key-number_0,")
    assert first.endswith(f"  1        {updated}")
    at = heading.index("KEYS")
    assert more.pop().startswith("another ")
    listed = [first[at : heading.index("VERSION")], *more]
    assert "".join(line.replace(" ", "") for line in listed) == ",".join(KEYS)
    assert all(line[:at].isspace() for line in more)


@pytest.mark.parametrize("width", [1, 10, 30, 70, 95])
def test_on_a_narrower_terminal_each_row_is_a_block(
    own_home: Path, open_terminal: OpenTerminal, width: int
) -> None:
    """Of its fields, a line each and nothing cut: wrapped rows would have no columns."""
    lines, updated = _listed(open_terminal, width)
    assert lines[:7] == [
        "NAME     a-rather-long-name-of-a-secret",
        "SCOPE    workspace",
        "OWNER    default",
        f"KEYS     {', '.join(KEYS)}",
        "VERSION  1",
        f"UPDATED  {updated}",
        "",
    ]
    assert lines[7:9] == ["NAME     another", "SCOPE    workspace"]
    assert len(lines) == 13


def test_markup_in_data_is_text(own_home: Path, talk: Talk) -> None:
    """What reads like markup or an emoji code is printed as it is."""
    client = Client()
    client.create_secret("db", {"k": "[bold]x[/bold] :smile: [link=file:///]"})
    client.close()
    _, screen = talk(["secret", "get", "db", "--reveal"])
    assert "[bold]x[/bold] :smile: [link=file:///]" in screen


def test_no_color_is_honoured(own_home: Path, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR nothing on the terminal is coloured; without it, `error:` is."""
    assert "\x1b[1;31merror:" in talk(["secret", "get", "nope"])[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in talk(["secret", "get", "nope"])[1]
    assert "\x1b[1;31m" not in talk(["secret", "list", "--deleted"])[1]
