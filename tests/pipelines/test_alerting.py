"""Steps and scripts send messages of their own through an alerter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.hearing import Listener, listening

from lockwork import Client, pipeline, step
from lockwork.domain.errors import ProviderFailed, ValidationFailed
from lockwork.domain.stacks import Component
from lockwork.pipelines import alerting


@pytest.fixture
def hook() -> Iterator[Listener]:
    """A webhook's other end."""
    with listening() as server:
        yield server


@pytest.fixture
def alerter(client: Client) -> Component:
    return client.register_component("slack", "slack", "alerter", {"webhook_url": "{{hook.url}}"})


def test_a_script_sends(client: Client, alerter: Component, hook: Listener):
    """The webhook, a secret's value, is filled in for the one message."""
    client.create_secret("hook", {"url": f"{hook.url}/hook/token-99"})
    alerting.send("it is done", alerter, client=client)
    assert [message.body["text"] for message in hook.heard] == ["it is done"]


def test_a_step_sends_and_the_webhook_is_masked(
    client: Client, alerter: Component, hook: Listener, capfd: pytest.CaptureFixture[str]
):
    """What a step reads by sending is masked in what it prints."""
    url = f"{hook.url}/hook/token-99"
    client.create_secret("hook", {"url": url})

    @step
    def tell() -> None:
        alerting.send("from a step", Client().get_component("alerter", "slack"))
        print(f"told {url}")

    @pipeline
    def telling() -> None:
        tell()

    telling()
    assert [message.body["text"] for message in hook.heard] == ["from a step"]
    assert "told ***" in capfd.readouterr().out


def test_nothing_is_sent_where_something_is_missing(client: Client, alerter: Component):
    """The reference that lacks its secret is told, with the command that mends it."""
    with pytest.raises(ValidationFailed, match=r"cannot send: 1 thing to mend; nothing was sent"):
        alerting.send("lost", alerter, client=client)


def test_what_was_not_taken_is_a_failure(client: Client, alerter: Component):
    """A webhook that nobody answers fails without its address."""
    client.create_secret("hook", {"url": "http://127.0.0.1:9/hook/token-99"})
    with pytest.raises(ProviderFailed) as caught:
        alerting.send("lost", alerter, client=client)
    assert "token-99" not in str(caught.value)
