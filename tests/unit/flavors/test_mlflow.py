"""Flavor `mlflow`: the variables it makes, and the order it leaves behind. MLflow's own files, no server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lockwork.domain.errors import InvalidInput
from lockwork.flavors.contract import Occasion
from lockwork.flavors.mlflow import MLflowTracker

NOWHERE = Path("/unused")


def _occasion(root: str, step: str = "train", run: str = "run-1") -> Occasion:
    return Occasion(pipeline="training", step=step, run=run, artifact_root=root)


def _variables(attributes: dict[str, Any], **settings: Any) -> dict[str, str]:
    return MLflowTracker(attributes, NOWHERE).environment(settings, _occasion("file:///artifacts"))


def test_the_server_and_the_login() -> None:
    """Each attribute becomes the variable that MLflow reads."""
    told = _variables(
        {
            "tracking_uri": "https://h",
            "tracking_username": "anna",
            "tracking_password": "pw",
            "tracking_insecure_tls": True,
            "tracking_server_cert_path": "/c.pem",
        }
    )
    assert told["MLFLOW_TRACKING_URI"] == "https://h"
    assert (told["MLFLOW_TRACKING_USERNAME"], told["MLFLOW_TRACKING_PASSWORD"]) == ("anna", "pw")
    assert told["MLFLOW_TRACKING_INSECURE_TLS"] == "true"
    assert told["MLFLOW_TRACKING_SERVER_CERT_PATH"] == "/c.pem"
    assert "MLFLOW_ALLOW_FILE_STORE" not in told


def test_an_unreachable_server_is_given_up_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow tries a server for seconds, not minutes, unless the outer environment says how often."""
    told = _variables({"tracking_uri": "http://h"})
    assert told["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "3"
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "9")
    told = _variables({"tracking_uri": "http://h"})
    assert "MLFLOW_HTTP_REQUEST_MAX_RETRIES" not in told
    assert told["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "30"
    assert "MLFLOW_HTTP_REQUEST_TIMEOUT" not in _variables({"tracking_uri": "file:///there"})


def test_credentials_from_outside_are_not_mixed_with_configured_ones() -> None:
    """With a token configured, a username from the outer environment is blanked; with none, all is left."""
    told = _variables({"tracking_uri": "u", "tracking_token": "t"})
    assert told["MLFLOW_TRACKING_TOKEN"] == "t"
    assert told["MLFLOW_TRACKING_USERNAME"] == told["MLFLOW_TRACKING_PASSWORD"] == ""
    assert "MLFLOW_TRACKING_USERNAME" not in _variables({"tracking_uri": "u"})


def test_names_of_experiment_and_run() -> None:
    """The experiment is called as the settings say, else the component, else the pipeline."""
    assert _variables({})["MLFLOW_EXPERIMENT_NAME"] == "training"
    assert _variables({"experiment_name": "c"})["MLFLOW_EXPERIMENT_NAME"] == "c"
    told = _variables({"experiment_name": "c"}, experiment_name="s", run_name="r", tags={"team": "x", "n": 1})
    assert told["MLFLOW_EXPERIMENT_NAME"] == "s"
    tags = json.loads(told["MLFLOW_RUN_CONTEXT"])
    assert tags == {"mlflow.runName": "r", "team": "x", "n": "1", "lockwork.run": "run-1"}
    assert json.loads(_variables({})["MLFLOW_RUN_CONTEXT"])["mlflow.runName"] == "train"


def test_without_a_server_files_beside_the_artifacts() -> None:
    """Where artifacts lie on this machine; elsewhere MLflow has no place for files, and that is said."""
    told = MLflowTracker({}, NOWHERE).environment({}, _occasion("file:///data/outputs"))
    assert told["MLFLOW_TRACKING_URI"] == "file:///data/outputs/mlruns"
    assert told["MLFLOW_ALLOW_FILE_STORE"] == "true"
    told = MLflowTracker({}, NOWHERE).environment({}, _occasion("file:///home/artifacts/team/"))
    assert told["MLFLOW_TRACKING_URI"] == "file:///home/mlruns/team"
    with pytest.raises(InvalidInput, match=r"without tracking_uri .* lie in s3://b"):
        MLflowTracker({}, NOWHERE).environment({}, _occasion("s3://b"))


def test_databricks() -> None:
    """A workspace stands in for the server, and its login goes to both."""
    told = _variables({"databricks_host": "https://d", "tracking_token": "t"})
    assert told["MLFLOW_TRACKING_URI"] == "databricks"
    assert (told["DATABRICKS_HOST"], told["DATABRICKS_TOKEN"]) == ("https://d", "t")


def test_a_step_without_mlflow_does_not_load_it(tmp_path: Path) -> None:
    """Variables and the context around a step come without the library."""
    code = (
        "import sys; from pathlib import Path; from lockwork.flavors.mlflow import *\n"
        "o = Occasion(pipeline='p', step='s', run='r', artifact_root='file:///a')\n"
        "t = MLflowTracker({}, Path('/x')); t.environment({}, o)\n"
        "with t.around({}, o): pass\n"
        "sys.exit('mlflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0


# ---- with MLflow itself ----


@pytest.fixture
def root(tmp_path: Path) -> str:
    return (tmp_path / "artifacts").as_uri()


@contextmanager
def _inside(
    root: str, settings: Mapping[str, Any] | None = None, *, step: str = "train", run: str = "run-1"
) -> Iterator[Any]:
    """As the runner does it: variables, then the context, and both gone afterwards."""
    tracker, occasion = MLflowTracker({}, NOWHERE), _occasion(root, step, run)
    with pytest.MonkeyPatch.context() as patch:
        for name, text in tracker.environment(settings or {}, occasion).items():
            patch.setenv(name, text)
        with tracker.around(settings or {}, occasion):
            import mlflow  # as a step does: inside

            yield mlflow


def _runs(root: str, experiment: str = "training") -> list[Any]:
    with _inside(root) as mlflow:
        client = mlflow.MlflowClient()
        found = client.get_experiment_by_name(experiment)
        return list(client.search_runs([found.experiment_id], order_by=["attributes.start_time ASC"]))


def test_just_logging_makes_a_run_named_after_the_step(root: str) -> None:
    """MLflow begins it by itself; when the step ends, it is finished."""
    with _inside(root, {"tags": {"team": "x"}}) as mlflow:
        mlflow.log_metric("r2", 0.4)
    (run,) = _runs(root)
    assert (run.info.run_name, run.info.status) == ("train", "FINISHED")
    assert (run.data.tags["team"], run.data.tags["lockwork.run"]) == ("x", "run-1")
    assert run.data.metrics == {"r2": 0.4}


def test_a_failed_step_leaves_a_failed_run(root: str) -> None:
    """The step's own failure is what is told."""

    def train() -> None:
        with _inside(root) as mlflow:
            mlflow.log_param("a", 1)
            raise RuntimeError("no convergence")

    with pytest.raises(RuntimeError, match="no convergence"):
        train()
    (run,) = _runs(root)
    assert run.info.status == "FAILED"


def test_a_step_may_begin_runs_itself(root: str) -> None:
    """Its own names count, and none is added."""
    with _inside(root) as mlflow:
        mlflow.set_experiment("own")
        with mlflow.start_run(run_name="mine"):
            mlflow.log_metric("x", 1)
    assert [r.info.run_name for r in _runs(root, "own")] == ["mine"]


def test_what_a_step_chose_ends_with_it(root: str, tmp_path: Path) -> None:
    """Server and experiment chosen in one step do not reach the next, nor its process's variables."""
    with _inside(root) as mlflow:
        mlflow.set_tracking_uri((tmp_path / "elsewhere").as_uri())
        mlflow.set_experiment("own")
    assert "MLFLOW_EXPERIMENT_ID" not in os.environ
    with _inside(root, step="next") as mlflow:
        assert mlflow.get_tracking_uri() == root.replace("artifacts", "mlruns")
        mlflow.log_metric("x", 1)
    assert [r.info.run_name for r in _runs(root)] == ["next"]


def test_what_the_script_chose_is_put_aside_and_put_back(root: str, tmp_path: Path) -> None:
    """`set_tracking_uri` and an open run at a script's top do not win over the stack's tracker."""
    import mlflow

    outer = (tmp_path / "outer").as_uri()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
        mlflow.set_tracking_uri(outer)
        mlflow.set_experiment("outer")
        with _inside(root):
            assert mlflow.get_tracking_uri() == root.replace("artifacts", "mlruns")
            mlflow.log_metric("x", 1)
        assert mlflow.get_tracking_uri() == outer
        with mlflow.start_run() as open_run, _inside(root):
            pass
        assert mlflow.get_run(open_run.info.run_id).info.status == "FINISHED"
        mlflow.set_tracking_uri(None)
        mlflow.tracking.fluent._active_experiment_id = None
    assert [r.info.run_name for r in _runs(root)] == ["train"]


def test_nested_steps_share_one_parent(root: str) -> None:
    """All steps of a run under one parent named after the pipeline; another run has another one."""
    for step, run in (("a", "run-1"), ("b", "run-1"), ("c", "run-2")):
        with _inside(root, {"nested": True}, step=step, run=run) as mlflow:
            mlflow.log_metric("x", 1)
    runs = _runs(root)
    parents = {r.info.run_id: r for r in runs if "lockwork.parent" in r.data.tags}
    assert {r.info.run_name for r in parents.values()} == {"training"}
    assert {r.info.status for r in runs} == {"FINISHED"}
    under = {r.info.run_name: r.data.tags["mlflow.parentRunId"] for r in runs if r.info.run_id not in parents}
    assert under["a"] == under["b"] != under["c"]
    assert set(under.values()) == parents.keys()
