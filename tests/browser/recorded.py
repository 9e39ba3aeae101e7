"""Runs as a browser finds them: recorded message by message, as a runner records them."""

from __future__ import annotations

from tests.access.conftest import Team

from lockwork.domain.runs import OutputRecord, Pipeline, Run, RunStatus, Source, Step
from lockwork.messages.runs import AppendLog, FinishRun, FinishStep, StartRun, StartStep

W = "default"
DIAMOND = (
    Step(name="load", environment={"PW": "{{db.password}}"}),
    Step(name="train", inputs={"x": Source(step="load")}),
    Step(name="evaluate", inputs={"x": Source(step="load")}),
    Step(name="report", inputs={"m": Source(step="train"), "e": Source(step="evaluate")}, after=("load",)),
)


class Recorded:
    """A run of this team's, that goes on until it is told to end."""

    def __init__(
        self, team: Team, name: str, steps: tuple[Step, ...] = DIAMOND, user: str = "runner"
    ) -> None:
        self._team, self._user = team, user
        started = StartRun(workspace=W, pipeline=Pipeline(name=name, steps=steps), stack="default")
        self.run: Run = team.did(started, user).run
        self._at = {"workspace": W, "run": self.run.id}
        self._printed: dict[str, int] = {}

    def begin(self, step: str) -> None:
        self._team.did(StartStep(**self._at, step=step), self._user)

    def log(self, step: str, *parts: bytes) -> None:
        """It prints more."""
        for part in parts:
            start = self._printed.get(step, 0)
            self._team.did(AppendLog(**self._at, step=step, start=start, part=part), self._user)
            self._printed[step] = start + len(part)

    def end(
        self,
        step: str,
        status: RunStatus = RunStatus.COMPLETED,
        failure: str | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        output = OutputRecord(name="output", uri="file:///x", format="json", sha256="0" * 64, size=4200)
        outputs = (output,) if status is RunStatus.COMPLETED else ()
        ended = FinishStep(
            **self._at, step=step, status=status, failure=failure, outputs=outputs, notes=notes
        )
        self._team.did(ended, self._user)

    def whole(self, step: str, *parts: bytes) -> None:
        """A step from its beginning to its end."""
        self.begin(step)
        self.log(step, *parts)
        self.end(step)

    def over(self, status: RunStatus = RunStatus.COMPLETED, failure: str | None = None) -> None:
        self._team.did(FinishRun(**self._at, status=status, failure=failure), self._user)

    @property
    def path(self) -> str:
        return f"/w/{W}/runs/{self.run.id}"
