"""A run that fails tells the stack's alerter; what the alerter does never hides the failure."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from lockwork import Client, pipeline, step
from lockwork.domain.errors import RunFailed

PW = "hunter2-pw"


class Listener(ThreadingHTTPServer):
    """A webhook's other end."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.answer = 200
        super().__init__(("127.0.0.1", 0), _Hook)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook/secret-token-99"


class _Hook(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(json.loads(body))
        self.send_response(self.server.answer)
        self.end_headers()
        self.wfile.write(b"ok" if self.server.answer == 200 else b"no_service")

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def alerted(client: Client, listener: Listener) -> Client:
    client.create_secret("hook", {"url": listener.url})
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
    assert run.id in message["text"]
    assert "step 'bad': ValueError: refused: ***" in message["text"]
    assert run.notes == ()


def test_an_alerter_that_fails_is_a_note(alerted: Client, listener: Listener):
    """The step's failure is what is raised; that nobody could be told is a note, without the address."""
    listener.answer = 404
    with pytest.raises(RunFailed, match="step 'bad': ValueError"):
        failing.with_options(stack="alerted")()
    [note] = alerted.list_runs()[0].notes
    assert note.startswith("alerter 'slack' could not be told")
    assert "secret-token-99" not in note
