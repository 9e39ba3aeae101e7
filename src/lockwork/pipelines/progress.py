"""What a run says of itself while it goes on: a live line on a terminal, plain lines elsewhere."""

from typing import Protocol

from lockwork.domain.runs import Run, RunStatus


class Voice(Protocol):
    """Whoever writes: the masker, so that nothing goes past it."""

    def say(self, text: str) -> None:
        """A line that stays."""
        ...

    def progress(self, text: str) -> None:
        """The line that stays last until the next."""
        ...


class Progress:
    """Tells how far a run is. `is_live`: someone looks at a terminal."""

    def __init__(self, voice: Voice, *, is_live: bool) -> None:
        self._voice, self._is_live = voice, is_live
        self._total = self._over = 0
        self._running: list[str] = []

    def began(self, run: Run) -> None:
        """A run begins."""
        self._total = len(run.steps)
        self._voice.say(f"run {run.id[:8]} of pipeline {run.pipeline!r} on stack {run.stack!r}")

    def note(self, text: str) -> None:
        """Something worth knowing."""
        self._voice.say(f"note: {text}")

    def step_began(self, step: str) -> None:
        """A step begins."""
        self._running.append(step)
        if self._is_live:
            self._draw()
        else:
            self._voice.say(f"  {step} …")

    def step_ended(self, step: str, status: RunStatus, seconds: float, failure: str | None) -> None:
        """A step is over."""
        self._running.remove(step)
        self._over += 1
        why = f": {failure.splitlines()[0]}" if failure and status is RunStatus.FAILED else ""
        self._voice.say(f"  {step} {status} ({seconds:.1f} s){why}")
        self._draw()

    def ended(self, run: Run) -> None:
        """The run is over."""
        self._voice.progress("")
        for step in run.steps:
            if step.status is RunStatus.SKIPPED:
                self._voice.say(f"  {step.name} skipped")
        seconds = (run.finished - run.started).total_seconds() if run.finished else 0.0
        self._voice.say(f"run {run.id[:8]} {run.status} ({seconds:.1f} s)")

    def _draw(self) -> None:
        if self._is_live:
            names = ", ".join(self._running)
            self._voice.progress(f"  [{self._over}/{self._total}] {names}" if names else "")
