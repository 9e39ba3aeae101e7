"""Values fetched before a run began: at the top of a module, or while a pipeline is put together."""

from __future__ import annotations

from typing import Any

import pytest

from lockwork import Client
from lockwork.client import memory
from lockwork.domain.runs import RunStatus

SOURCE = """
    import sys
    from lockwork import Client, pipeline, step

    PW = Client().get_secret("db").secret_values["pw"]

    @step
    def show(key: str) -> dict[str, str]:
        print("pw:", PW, "key:", key)
        return {"leak": PW}

    @step
    def fail(after: dict[str, str]) -> None:
        raise ValueError(PW)

    @pipeline
    def early() -> None:
        key = Client().get_secret("openai").secret_values["API_KEY"]
        fail(show(key))

    if __name__ == "__main__":
        Client().update_component("orchestrator", "default", {"parallel": int(sys.argv[1])})
        early()
"""


@pytest.mark.parametrize("parallel", ["1", "2"])
def test_what_was_fetched_before_the_run_is_masked_in_it(client: Client, script: Any, parallel: str):
    """In its output, its failures and its record, in one process and in workers; outputs are warned of."""
    told = script(SOURCE, parallel, expect=1)
    run = client.list_runs()[0]
    assert run.status is RunStatus.FAILED
    assert client.get_run_log(run.id, "show") == "pw: *** key: ***\n"
    assert run.step("fail").failure == "ValueError: ***"
    assert "holds a value" in run.step("show").notes[0]
    for text in (told, client.get_run_log(run.id), repr(run)):
        assert "hunter2-pw" not in text
        assert "sk-openai-123" not in text


def test_a_worker_masks_what_only_it_fetches(client: Client, script: Any):
    """Values that a module fetches where it is imported by a worker alone are masked there too."""
    told = script(
        SOURCE.replace(
            'PW = Client().get_secret("db").secret_values["pw"]',
            'PW = Client().get_secret("db").secret_values["pw"] if __name__ != "__main__" else ""',
        ),
        "2",
        expect=1,
    )
    run = client.list_runs()[0]
    assert client.get_run_log(run.id, "show") == "pw: *** key: ***\n"
    assert run.step("fail").failure == "ValueError: ***"
    assert "hunter2-pw" not in told


def test_a_process_that_begins_no_runs_keeps_nothing(client: Client, monkeypatch: pytest.MonkeyPatch):
    """Where no pipeline was loaded, a revealed value is not kept: a server must not pile them up."""
    monkeypatch.setattr(memory, "_kept", None)
    client.get_secret("db")
    assert memory.revealed() == frozenset()
    memory.begin()
    client.get_secret("db")
    assert len(memory.revealed()) == 2


@pytest.mark.parametrize("parallel", ["1", "2"])
def test_values_too_short_to_be_masked_are_named_in_each_log(client: Client, script: Any, parallel: str):
    """The log of each step that uses one names it once, however it came by it; no value is told."""
    client.create_secret("short", {"pin": "q7z", "empty": "", "other": "k9"})
    told = script(
        """
        import sys
        from lockwork import Client, pipeline, step

        @step(environment={"PIN": "{{short.pin}}", "SAME": "{{short.pin}}"})
        def one() -> int:
            Client().get_secret("short", key="pin")
            return 1

        @step(environment={"PIN": "{{short.pin}}", "NONE": "{{short.empty}}"})
        def two(x: int) -> None:
            Client().get_secret("short")

        @pipeline
        def brief() -> None:
            two(one())

        if __name__ == "__main__":
            Client().update_component("orchestrator", "default", {"parallel": int(sys.argv[1])})
            brief()
        """,
        parallel,
    )
    (run,) = client.list_runs()
    line = (
        "[lockwork: the value of {{{{short.{}}}}} has fewer than 4 characters: it is in use and not masked]\n"
    )
    assert client.get_run_log(run.id, "one") == line.format("pin")
    assert client.get_run_log(run.id, "two") == line.format("pin") + line.format("other")
    assert told.count("short.pin") == 1
    assert "q7z" not in told
