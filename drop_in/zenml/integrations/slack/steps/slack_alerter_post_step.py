"""A step that posts into Slack, by the active stack's alerter."""

from zenml.client import Client
from zenml.decorators import step


@step
def slack_alerter_post_step(message: str) -> bool:
    """Whether the message was posted; a failure says why it was not."""
    posted: bool = Client().active_stack.alerter.post(message)
    return posted
