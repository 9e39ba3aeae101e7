"""How attributes get in: as words, from files, and typed unseen; and what a store is asked for them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from lockwork import Client
from lockwork.cli import components
from lockwork.cli.main import run
from lockwork.domain.stacks import ComponentType

SECRET = "hunter2-hunter2"
Talk = Callable[..., tuple[int, str]]


@pytest.mark.parametrize("type_", ComponentType)
def test_every_type_has_its_group(type_: ComponentType, client: Client) -> None:
    """Each of the twelve types lists, with dashes or underscores, and says what it has none of."""
    assert getattr(components, type_.value).type is type_
    assert run([type_.dashed, "list"]) == 0
    assert run([type_.value, "list", "--output", "json"]) == 0


def test_an_attribute_is_asked_for_unseen(client: Client, talk: Talk) -> None:
    """`--ask ATTR` takes what is typed, hidden; as a sensitive attribute it becomes a secret."""
    code, screen = talk(
        ["alerter", "register", "ops", "-f", "slack", "--ask", "webhook-url"],
        ("value of webhook_url", "\n"),
        ("value of webhook_url", SECRET + "\n"),
    )
    assert code == 0
    assert "nothing was typed" in screen
    assert SECRET not in screen
    assert client.get_component("alerter", "ops").attributes == {"webhook_url": "{{ops-alerter.webhook_url}}"}
    assert client.get_secret("ops-alerter").secret_values == {"webhook_url": SECRET}


def test_asking_that_is_broken_off_makes_nothing(client: Client, talk: Talk) -> None:
    """Ctrl-C at the question leaves no component and no secret."""
    words = ["alerter", "register", "ops", "-f", "slack", "--ask", "webhook-url"]
    assert talk(words, ("value of webhook_url", "\x03"))[0] == 130
    assert client.list_components("alerter").total == 0
    assert client.list_secrets().total == 0


@pytest.mark.parametrize(("typed", "is_gone"), [("y\n", True), ("\n", False)])
def test_delete_asks_first(client: Client, talk: Talk, typed: str, is_gone: bool) -> None:
    """Only a yes deletes a component."""
    client.register_component("o", "local", "orchestrator")
    code, _ = talk(["orchestrator", "delete", "o"], ("delete orchestrator 'o'?", typed))
    assert code == (0 if is_gone else 1)
    assert client.list_components("orchestrator").total == (1 if is_gone else 2)


def test_a_value_on_standard_input_is_kept_byte_for_byte(client: Client) -> None:
    """`@-` takes any text as it is, a newline at its end too, and says so."""
    text = "pä$$ '\"\\ \n"
    done = subprocess.run(
        [sys.executable, "-m", "lockwork", "alerter", "register", "ops", "-f", "slack", "--webhook-url=@-"],
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0
    assert "ends in a newline" in done.stderr
    assert "pä$$" not in done.stdout + done.stderr
    assert client.get_secret("ops-alerter").secret_values == {"webhook_url": text}


def test_a_component_of_a_flavor_that_is_not_installed_is_shown(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """A component's own declaration says what is sensitive, where its flavor's package is not here."""
    import msgspec

    from lockwork.domain.stacks import Attribute, Flavor
    from lockwork.messages.stacks import RegisterComponent

    foreign = Flavor(
        name="pager",
        type=ComponentType.ALERTER,
        help="of another package",
        attributes=(Attribute(name="token", help="a token", sensitive=True),),
    )
    client.send(
        RegisterComponent(
            workspace=client.workspace,
            name="duty",
            type=ComponentType.ALERTER,
            flavor="pager",
            attributes={"token": SECRET},
            declaration=foreign,
            plaintext=True,
        )
    )
    assert run(["alerter", "describe", "duty", "--output", "json"]) == 0
    shown = msgspec.json.decode(capsys.readouterr().out)
    assert shown["attributes"] == {"token": "***"}
    assert run(["alerter", "update", "duty", "--token={{a.b}}"]) == 0
    assert client.get_component("alerter", "duty").attributes == {"token": "{{a.b}}"}


def test_what_is_no_name_of_a_secret_is_not_quoted(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--secret` is an attribute of other flavors: a value that is given here by mistake is not shown."""
    assert run(["artifact-store", "register", "bucket", "-f", "local", f"--secret=+{SECRET}="]) == 1
    told = capsys.readouterr().err
    assert "what --secret was given is not a secret name" in told
    assert SECRET not in told
