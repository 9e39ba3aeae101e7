"""The main job on a real MLflow server: what `make demo` shows, run from first to last."""

from __future__ import annotations

import pytest


@pytest.mark.timeout(240)
def test_the_main_job_from_first_to_last(demo, mlflow_server, tmp_path, capsys):
    """Refused while a key is missing, failed on a wrong password, then trained, logged and read back."""
    demo.tell(mlflow_server, tmp_path)
    shown = capsys.readouterr().out
    assert '"user": "trainer"' in shown
    assert "in the clear in any of the" in shown


def test_an_unexpected_answer_is_told(demo, tmp_path):
    """A command that ends otherwise than the story says stops the demo, naming the command and both codes."""
    shell = demo.Shell(tmp_path, tmp_path / "home", hidden=[])
    with pytest.raises(demo.DemoFailed, match=r"`lockwork no-such-group` ended with 2, not 0"):
        shell.lockwork("no-such-group")


def test_a_shown_password_stops_the_demo(demo, tmp_path):
    """An answer with a value in the clear is not printed: the demo fails first."""
    shell = demo.Shell(tmp_path, tmp_path / "home", hidden=["Usage"])
    with pytest.raises(demo.DemoFailed, match="shows a password"):
        shell.lockwork("--help")
