"""Logs of steps on their way into the store: to a server's as they come, and the rest once a step has ended.

So whoever may look at a run sees from everywhere what its steps print. Only what stays as it is goes while a
step runs: the line that it is about to draw or to finish waits. Where a part cannot be sent, as when the
network is away, the step goes on, and the next look sends it too.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lockwork.capture import logs
from lockwork.capture.logs import StepLog
from lockwork.client.api import Client
from lockwork.domain.errors import LockworkError, NotLoggedIn, Refused, Unavailable
from lockwork.domain.runs import MAX_LOG_PART
from lockwork.messages.runs import AppendLog, GetLogPart
from lockwork.pipelines.signals import left_to_the_main_thread

EVERY = 2.0
"""Seconds between two looks."""


class _Following:
    """The log of a step that runs, and how far it is in the store."""

    def __init__(self, step: str, log: StepLog) -> None:
        self.step, self.log = step, log
        self.sent = 0
        self.is_over = False
        """What follows is sent by whoever ends the step."""


class Sending:
    """The logs of one run."""

    def __init__(self, client: Client, run: str) -> None:
        self._client, self._run = client, run
        self._following: dict[str, _Following] = {}
        self._turn = threading.Lock()
        """One sends at a time: so parts come in their order. A child that a step forks never asks for it."""

    @contextmanager
    def meanwhile(self) -> Iterator[None]:
        """While this lasts, logs are sent as they come. A store beside us reads them by itself."""
        if self._client.profile.server is None:
            yield
            return
        over = threading.Event()
        # A thread waits, and is no burden to who forks: it holds nothing but while it asks.
        thread = threading.Thread(target=self._look, args=(over,), name="lockwork-logs", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()

    def begin(self, step: str, log: StepLog) -> None:
        """A step runs and prints into this log."""
        self._following[step] = _Following(step, log)

    def end(self, step: str, log: StepLog, trace: str) -> None:
        """Send what is not in the store yet of a step that has ended, and behind it where it failed."""
        following = self._following.pop(step, None) or _Following(step, log)
        following.is_over = True
        with self._turn:
            try:
                self._send_rest(following, trace)
            except Refused:  # a store that was put back to an earlier state lacks what it had
                following.sent = self._recorded(step)
                self._send_rest(following, trace)

    def _look(self, over: threading.Event) -> None:
        left_to_the_main_thread()
        while not over.wait(EVERY):
            for following in list(self._following.values()):  # in one go: steps begin and end meanwhile
                self._look_at(following)

    def _look_at(self, following: _Following) -> None:
        fd, sent = following.log.fd, following.sent
        try:
            for part in logs.parts(fd, sent, logs.settled(fd, sent)):
                with self._turn:
                    if following.is_over:
                        return
                    self._send(following, part)
        except Unavailable as trouble:  # it may be back the next time, but for whoever is let in no more
            following.is_over = isinstance(trouble, NotLoggedIn)
        except (LockworkError, OSError):  # the run's own messages hear why
            following.is_over = True

    def _send_rest(self, following: _Following, trace: str) -> None:
        for part in logs.rest(following.log.fd, following.sent):
            self._send(following, part)
        if where := trace.encode("utf-8", "replace")[-MAX_LOG_PART:]:
            self._send(following, where)

    def _recorded(self, step: str) -> int:
        question = GetLogPart(workspace=self._client.workspace, run=self._run, step=step, most=0)
        return self._client.send(question).size

    def _send(self, following: _Following, part: bytes) -> None:
        self._client.send(
            AppendLog(
                workspace=self._client.workspace,
                run=self._run,
                step=following.step,
                start=following.sent,
                part=part,
            )
        )
        following.sent += len(part)
