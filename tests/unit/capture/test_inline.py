"""Running without capture, for a debugger."""

import pytest

from lockwork.capture.streams import Inline


def test_inline(capsys: pytest.CaptureFixture[str]) -> None:
    """Steps print where they always do, the log is empty, and only texts of our own are masked."""
    with Inline() as capture:
        capture.learn(["hunter2!", "abc"])
        with capture.step("train") as log:
            print("hunter2!")
        capture.progress("running")
        capture.say("done with hunter2!")
        assert capture.scrub("hunter2! \ud800") == "*** \ud800"
    assert capsys.readouterr() == ("hunter2!\n", "done with ***\n")
    assert log.text() == ""
