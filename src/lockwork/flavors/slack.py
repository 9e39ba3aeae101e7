"""Flavor `slack`: an alerter that writes into a channel, by a bot's token or by an incoming webhook."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lockwork.domain.errors import InvalidInput, ProviderFailed
from lockwork.domain.stacks import Attribute, ComponentType, Flavor
from lockwork.flavors.contract import Provider

_SECONDS = 10
_LONGEST = 40_000  # characters of one message; Slack cuts what is longer
_WEB_API = "https://slack.com/api"


class SlackAlerter:
    """Sends text. A token or webhook is in no failure: Slack's own short code is."""

    def __init__(self, attributes: Mapping[str, Any], folder: Path) -> None:  # noqa: ARG002 - it keeps no files
        self._webhook = attributes.get("webhook_url")
        self._token = attributes.get("slack_token")
        self._channel = attributes.get("slack_channel_id") or attributes.get("default_slack_channel_id")
        self._api = str(attributes.get("base_url") or _WEB_API).rstrip("/")
        if not self._webhook and not (self._token and self._channel):
            raise InvalidInput("a Slack alerter needs webhook_url, or slack_token and slack_channel_id")

    def send(self, text: str) -> None:
        """Deliver `text`, or say in Slack's words why not."""
        text = text[:_LONGEST]
        if self._webhook:
            answer = self._post(self._webhook, {"text": text}, {})
            self._check(answer.status_code == 200, answer.text[:80])
            return
        message = {"channel": self._channel, "text": text}
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = self._post(f"{self._api}/chat.postMessage", message, headers)
        try:
            told = answer.json()
        except ValueError:
            told = {}
        self._check(bool(told.get("ok")), str(told.get("error", f"HTTP {answer.status_code}"))[:80])

    def _post(self, url: str, message: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
        import httpx2  # lazy: only who sends pays for it

        try:
            return httpx2.post(url, json=message, headers=dict(headers), timeout=_SECONDS)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, UnicodeError) as error:
            failed = type(error).__name__
        # Raised out here: the library's failure holds the request, and that the webhook or token.
        raise ProviderFailed(f"Slack could not be reached: {failed}")

    def _check(self, delivered: bool, code: str) -> None:
        if delivered:
            return
        for hidden in (self._webhook, self._token):
            code = code.replace(hidden, "***") if hidden else code
        raise ProviderFailed(
            f"Slack did not take the message: {code}",
            hint="check the alerter's token or webhook and its channel",
        )


PROVIDERS = (
    Provider(
        flavor=Flavor(
            name="slack",
            type=ComponentType.ALERTER,
            help="writes into a Slack channel",
            ways=(
                ("slack_token", "slack_channel_id"),
                ("slack_token", "default_slack_channel_id"),
                ("webhook_url",),
            ),
            attributes=(
                Attribute(name="slack_token", help="a bot's token, xoxb-…", sensitive=True),
                Attribute(name="slack_channel_id", help="the channel to write to, with slack_token"),
                Attribute(name="default_slack_channel_id", help="the same, as older scripts call it"),
                Attribute(name="webhook_url", help="an incoming webhook, in place of both", sensitive=True),
                Attribute(name="base_url", help="of another Slack than the public one", default=_WEB_API),
            ),
        ),
        act=SlackAlerter,
    ),
)
