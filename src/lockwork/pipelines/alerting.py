"""A message through an alerter, from a step or a script of one's own; that a run failed is told anyway."""

from lockwork.capture.streams import Mask
from lockwork.client.api import Client
from lockwork.domain import reports
from lockwork.domain.errors import ValidationFailed
from lockwork.domain.stacks import Component, needs_of_component
from lockwork.flavors import registry
from lockwork.pipelines.resolver import Resolver


def send(text: str, alerter: Component, *, client: Client | None = None) -> None:
    """Send `text`. What the alerter refers to is read for it, masked inside a step, and kept nowhere.

    ValidationFailed where something is missing; ProviderFailed where the message was not taken.
    """
    client = client or Client()
    report = client.check_references(needs_of_component(alerter))
    if not report.ok:
        told = reports.refusal(str(alerter), report, cannot="cannot send", so_far="nothing was sent")
        raise ValidationFailed(told, report)
    values = Resolver(client, None, report.found, Mask()).values([alerter.attributes])
    folder = client.profile.settings.home.value / "alerters"
    registry.alerter(alerter, values.fill(alerter.attributes), folder).send(text)
