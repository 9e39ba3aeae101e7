"""Flavor `slack`, against a Slack of our own on loopback."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from lockwork.domain.errors import InvalidInput, ProviderFailed
from lockwork.flavors.slack import SlackAlerter

TOKEN = "xoxb-not-a-real-token"


class Slack(ThreadingHTTPServer):
    """Answers what it was told to answer, and keeps what it was asked."""

    status, body = 200, b'{"ok": true}'

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None, dict[str, Any]]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Slack

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers["Authorization"], body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def slack() -> Iterator[Slack]:
    server = Slack()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _alerter(**attributes: str) -> SlackAlerter:
    return SlackAlerter(attributes, Path("/unused"))


def _bot(slack: Slack) -> SlackAlerter:
    return _alerter(slack_token=TOKEN, slack_channel_id="C1", base_url=f"{slack.url}/api/")


@pytest.mark.parametrize("name", ["slack_channel_id", "default_slack_channel_id"])
def test_a_bot_writes_into_its_channel(slack: Slack, name: str) -> None:
    """With a token, the message goes to the channel, under either name of it, logged in."""
    _alerter(slack_token=TOKEN, base_url=f"{slack.url}/api/", **{name: "C1"}).send("run failed: ä {{x}}")
    assert slack.asked == [
        ("/api/chat.postMessage", f"Bearer {TOKEN}", {"channel": "C1", "text": "run failed: ä {{x}}"})
    ]


def test_a_webhook_goes_before_the_token(slack: Slack) -> None:
    """With a webhook, nothing else is needed and no token is sent."""
    slack.body = b"ok"
    _alerter(webhook_url=f"{slack.url}/services/T/B/x", slack_token=TOKEN).send("hello")
    assert slack.asked == [("/services/T/B/x", None, {"text": "hello"})]


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, b'{"ok": false, "error": "invalid_auth"}', "invalid_auth"),
        (500, b"<html>", "HTTP 500"),
        (200, b"not json", "HTTP 200"),
        (200, f'{{"ok": false, "error": "{TOKEN}"}}'.encode(), r"\*\*\*"),
    ],
)
def test_what_slack_refuses_is_told_in_its_words(slack: Slack, status: int, body: bytes, told: str) -> None:
    """Slack's short code is in the failure; the token never is, even if Slack says it."""
    slack.status, slack.body = status, body
    with pytest.raises(ProviderFailed, match=f"did not take the message: {told}") as failure:
        _bot(slack).send("x")
    assert TOKEN not in str(failure.value)


def test_a_webhook_that_is_gone(slack: Slack) -> None:
    """Slack's answer to an unknown webhook is told."""
    slack.status, slack.body = 404, b"no_service"
    with pytest.raises(ProviderFailed, match="no_service"):
        _alerter(webhook_url=f"{slack.url}/services/T/B/x").send("x")


@pytest.mark.parametrize(
    "webhook", ["{url}/services/T/B/hidden", "not a url hidden", "http://[hidden", "\ud800hidden"]
)
def test_an_unreachable_slack_shows_no_webhook(slack: Slack, webhook: str) -> None:
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
