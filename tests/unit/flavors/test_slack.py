"""Flavor `slack`, against a Slack of our own on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.hearing import Listener, listening

from lockwork.domain.errors import InvalidInput, ProviderFailed
from lockwork.flavors.slack import SlackAlerter

TOKEN = "xoxb-not-a-real-token"


@pytest.fixture
def slack() -> Iterator[Listener]:
    with listening() as server:
        yield server


def _alerter(**attributes: str) -> SlackAlerter:
    return SlackAlerter(attributes, Path("/unused"))


def _bot(slack: Listener) -> SlackAlerter:
    return _alerter(slack_token=TOKEN, slack_channel_id="C1", base_url=f"{slack.url}/api/")


@pytest.mark.parametrize("name", ["slack_channel_id", "default_slack_channel_id"])
def test_a_bot_writes_into_its_channel(slack: Listener, name: str) -> None:
    """With a token, the message goes to the channel, under either name of it, logged in."""
    _alerter(slack_token=TOKEN, base_url=f"{slack.url}/api/", **{name: "C1"}).send("run failed: ä {{x}}")
    assert slack.heard == [
        ("/api/chat.postMessage", f"Bearer {TOKEN}", {"channel": "C1", "text": "run failed: ä {{x}}"})
    ]


def test_a_webhook_goes_before_the_token(slack: Listener) -> None:
    """With a webhook, nothing else is needed and no token is sent."""
    slack.body = b"ok"
    _alerter(webhook_url=f"{slack.url}/services/T/B/x", slack_token=TOKEN).send("hello")
    assert slack.heard == [("/services/T/B/x", None, {"text": "hello"})]


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, b'{"ok": false, "error": "invalid_auth"}', "invalid_auth"),
        (500, b"<html>", "HTTP 500"),
        (200, b"not json", "HTTP 200"),
        (200, f'{{"ok": false, "error": "{TOKEN}"}}'.encode(), r"\*\*\*"),
    ],
)
def test_what_slack_refuses_is_told_in_its_words(
    slack: Listener, status: int, body: bytes, told: str
) -> None:
    """Slack's short code is in the failure; the token never is, even if Slack says it."""
    slack.status, slack.body = status, body
    with pytest.raises(ProviderFailed, match=f"did not take the message: {told}") as failure:
        _bot(slack).send("x")
    assert TOKEN not in str(failure.value)


def test_a_webhook_that_is_gone(slack: Listener) -> None:
    """Slack's answer to an unknown webhook is told."""
    slack.status, slack.body = 404, b"no_service"
    with pytest.raises(ProviderFailed, match="no_service"):
        _alerter(webhook_url=f"{slack.url}/services/T/B/x").send("x")


@pytest.mark.parametrize(
    "webhook", ["{url}/services/T/B/hidden", "not a url hidden", "http://[hidden", "\ud800hidden"]
)
def test_an_unreachable_slack_shows_no_webhook(slack: Listener, webhook: str) -> None:
    """The failure, its cause and its context hold nothing of the address, which is a credential."""
    url = slack.url
    slack.server_close()
    with pytest.raises(ProviderFailed, match="could not be reached") as failure:
        _alerter(webhook_url=webhook.replace("{url}", url)).send("x")
    assert "hidden" not in str(failure.value)
    assert failure.value.__cause__ is None
    assert failure.value.__context__ is None


def test_it_needs_a_way_in() -> None:
    """Neither webhook nor token with channel is refused."""
    for attributes in ({}, {"slack_token": TOKEN}, {"slack_channel_id": "C1"}):
        with pytest.raises(InvalidInput, match="needs webhook_url, or slack_token and"):
            _alerter(**attributes)
