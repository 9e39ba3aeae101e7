"""Logs of steps that still run, in files of this machine."""

from __future__ import annotations

import pytest
from tests.unit.service.test_runs import W, client, home, started  # noqa: F401 - fixtures of a store

from lockwork.capture import logs
from lockwork.client import kept_logs
from lockwork.client.api import Client
from lockwork.domain.errors import NotFound
from lockwork.domain.runs import LogPart
from lockwork.messages.runs import AppendLog, StartStep


@pytest.fixture
def following(client: Client) -> Client:  # noqa: F811 - the fixture
    """A client whose runs leave their files in its home."""
    client.profile.settings.home.value.mkdir(parents=True, exist_ok=True)
    return client


def test_what_a_step_prints_is_followed_where_it_runs(following: Client) -> None:
    """From its file while it runs, and from its record once that has it; from any byte on."""
    run = started(following).run
    at = {"workspace": W, "run": run.id, "step": "a"}
    following.send(StartStep(**at))
    folder = logs.folder(kept_logs.place(following.profile), run.id)
    folder.mkdir(parents=True)
    (folder / "a").write_bytes(b"one\ntwo\n")
    assert following.get_run_log_part(run.id, "a", start=4) == LogPart(start=4, size=8, part=b"two\n")
    assert following.get_run_log_part(run.id[:8], "a", start=-2) == LogPart(start=6, size=8, part=b"o\n")
    following.send(AppendLog(**at, start=0, part=b"one\ntwo\nthree\n"))
    (folder / "a").unlink()
    assert following.get_run_log_part(run.id, "a", start=8).part == b"three\n"


@pytest.mark.parametrize("name", ["../../kept", "..", "x/../../kept"])
def test_no_other_file_of_this_machine_is_taken_for_a_log(following: Client, name: str) -> None:
    """A step that is called like a path is none of the run's."""
    run = started(following).run
    place = kept_logs.place(following.profile)
    (logs.folder(place, run.id) / "x").mkdir(parents=True)
    (logs.folder(place, run.id).parent / "kept").write_text("not a log")
    (place / "kept").write_text("not a log")
    with pytest.raises(NotFound, match="no step"):
        following.get_run_log_part(run.id, name)
    with pytest.raises(NotFound, match="no step"):
        list(kept_logs.by_step(following, run.id, name))
