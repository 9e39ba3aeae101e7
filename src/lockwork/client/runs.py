"""What the Client can do with runs."""

from lockwork import messages
from lockwork.client.asking import Asking, listing, named, number
from lockwork.domain.runs import MAX_LOG_PART, LogPart, Run
from lockwork.messages import Page


class RunCalls(Asking):
    """Runs: by id, or an unambiguous beginning of it of 8 hex digits or more.

    What ended on this machine while its server was away is recorded before anybody here reads how it ended.
    """

    def get_run(self, run: str) -> Run:
        """A run with its steps and the names and versions of the secrets it used."""
        self._tell_what_is_over()
        return self.send(messages.runs.GetRun(workspace=self.workspace, run=named(run)))

    def list_runs(
        self,
        *,
        pipeline: str | None = None,
        stack: str | None = None,
        status: str | None = None,
        started: str | None = None,
        sort_by: str = "desc:started",
        page: int = 1,
        size: int = 20,
    ) -> Page[Run]:
        """A page of runs, newest first."""
        self._tell_what_is_over()
        filters = {"pipeline": pipeline, "stack": stack, "status": status, "started": started}
        return self.send(
            messages.runs.ListRuns(
                workspace=self.workspace,
                listing=listing(filters, any=False, sort_by=sort_by, page=page, size=size),
            )
        )

    def get_run_log(self, run: str, step: str | None = None) -> str:
        """The masked log of one step, or of all in order."""
        self._tell_what_is_over()
        from lockwork.client import kept_logs  # lazy: only logs lie in files

        return kept_logs.log_of(self, named(run), step).decode("utf-8", "replace")

    def get_run_log_part(self, run: str, step: str, *, start: int = 0, most: int = MAX_LOG_PART) -> LogPart:
        """Some of a step's masked log, at most 64 KiB, as far as it goes; a negative start counts from its
        end. Ask again from where one part ended, and you follow it."""
        from lockwork.client import kept_logs  # lazy: only logs lie in files

        return kept_logs.part_of(self, named(run), step, number(start, "start"), number(most, "most"))

    def _tell_what_is_over(self) -> None:
        if self.profile.server is not None:
            from lockwork.client import left_behind  # lazy: beside an embedded store nothing is left

            left_behind.tell(self)
