"""A run that fails tells the stack's alerter; what the alerter does never hides the failure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.hearing import Listener, listening

from lockwork import Client, pipeline, step
from lockwork.domain.errors import RunFailed

PW = "hunter2-pw"


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A webhook's other end."""
    with listening() as server:
        yield server


@pytest.fixture
def alerted(client: Client, listener: Listener) -> Client:
    client.create_secret("hook", {"url": f"{listener.url}/hook/secret-token-99"})
    client.register_component("slack", "slack", "alerter", {"webhook_url": "{{hook.url}}"})
    parts = {"orchestrator": "default", "artifact-store": "default", "alerter": "slack"}
    client.create_stack("alerted", parts)
    return client


@step(environment={"PW": "{{db.pw}}"})
def bad() -> None:
    import os

    raise ValueError(f"refused: {os.environ['PW']}")


@step
def good() -> None:
    pass


@pipeline
def failing() -> None:
    bad()


@pipeline
def working() -> None:
    good()


def test_a_failure_is_told(alerted: Client, listener: Listener):
    """The alerter hears which run and step failed and why, masked; of a run that worked, nothing."""
    working.with_options(stack="alerted")()
    assert listener.heard == []
    with pytest.raises(RunFailed):
        failing.with_options(stack="alerted")()
    [message] = listener.heard
    run = alerted.list_runs()[0]
    assert run.id in message.body["text"]
    assert "step 'bad': ValueError: refused: ***" in message.body["text"]
    assert run.notes == ()


def test_an_alerter_that_fails_is_a_note(alerted: Client, listener: Listener):
    """The step's failure is what is raised; that nobody could be told is a note, without the address."""
    listener.status, listener.body = 404, b"no_service"
    with pytest.raises(RunFailed, match="step 'bad': ValueError"):
        failing.with_options(stack="alerted")()
    [note] = alerted.list_runs()[0].notes
    assert note.startswith("alerter 'slack' could not be told")
    assert "secret-token-99" not in note
