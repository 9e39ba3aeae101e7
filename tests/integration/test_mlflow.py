"""The main job on a real MLflow server with log-in: tracked and read back; refused, mended, failed."""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from tests.printing import printed

from lockwork import Client
from lockwork.domain.runs import RunStatus

PIPELINE = """
import numpy as np
from lockwork import pipeline, step


@step
def load() -> np.ndarray:
    from sklearn.datasets import load_diabetes

    patients = load_diabetes()
    return np.column_stack([patients.data, patients.target])


SETTINGS = {"experiment_tracker.mlflow": {"experiment_name": "<experiment>"}}


@step(experiment_tracker="mlflow", settings=SETTINGS)
def train(patients: np.ndarray, alpha: float) -> float:
    import os

    import mlflow
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import cross_val_score

    print("as", os.environ["MLFLOW_TRACKING_USERNAME"], os.environ["MLFLOW_TRACKING_PASSWORD"])
    with mlflow.start_run():
        mlflow.log_param("alpha", alpha)
        score = float(cross_val_score(Ridge(alpha=alpha), patients[:, :-1], patients[:, -1], cv=5).mean())
        mlflow.log_metric("r2", score)
    return score


@pipeline
def diabetes() -> None:
    train(load(), alpha=0.1)
"""


class Job:
    """A user of the tracking server, a stack that refers to that user's login, and the pipeline in a file."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.user, self.password = f"user-{uuid.uuid4().hex[:8]}", f"right-{uuid.uuid4().hex}"
        self.experiment = f"experiment-{uuid.uuid4().hex[:8]}"
        server.ask("POST", "users/create", {"username": self.user, "password": self.password})
        self.client = Client()
        self.client.create_secret("mlflow_secret", {"username": self.user})
        self.client.register_component(
            "mlflow",
            "mlflow",
            "experiment-tracker",
            {
                "tracking_uri": server.url,
                "tracking_username": "{{mlflow_secret.username}}",
                "tracking_password": "{{mlflow_secret.password}}",
            },
        )
        parts = {"orchestrator": "default", "artifact-store": "default", "experiment-tracker": "mlflow"}
        self.client.create_stack("tracked", parts)
        Path("diabetes.py").write_text(PIPELINE.replace("<experiment>", self.experiment))

    def lockwork(self, *words: str, expect: int = 0, **environment: str) -> str:
        installed = Path(sys.executable).with_name("lockwork")
        told = printed(str(installed), *words, expect=expect, **environment)
        assert self.password not in told
        return told

    def run(self, expect: int = 0) -> str:
        return self.lockwork("pipeline", "run", "diabetes.py", "--stack", "tracked", expect=expect)

    def fill_in(self, password: str) -> None:
        self.lockwork(
            *("stack", "register-secrets", "tracked", "--skip-existing", "--from-env"),
            LOCKWORK_SECRET_MLFLOW_SECRET__PASSWORD=password,
        )

    def tracked(self) -> list[dict[str, Any]]:
        """What the server holds of the experiment, asked as that user."""
        found = self.ask("GET", f"experiments/get-by-name?experiment_name={self.experiment}")
        body = {"experiment_ids": [found["experiment"]["experiment_id"]]}
        runs: list[dict[str, Any]] = self.ask("POST", "runs/search", body).get("runs", [])
        return runs

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        told: dict[str, Any] = self.server.ask_as(self.user, self.password, method, path, body)
        return told


@pytest.fixture
def job(mlflow_server: Any) -> Job:
    return Job(mlflow_server)


def test_refused_mended_trained_and_read_back(job: Job):
    """A missing key refuses before the first step; register-secrets mends it; the run is on the server."""
    refusal = job.run(expect=1)
    assert "{{mlflow_secret.password}}" in refusal
    assert "experiment-tracker 'mlflow', tracking_password" in refusal
    assert "lockwork stack register-secrets tracked" in refusal
    assert job.client.list_runs()[0].status is RunStatus.REFUSED
    assert "load" not in refusal.replace("loaded", "")

    job.fill_in(job.password)
    answer = job.run()
    assert "as *** ***" in answer
    [run] = job.tracked()
    assert run["info"]["user_id"] == job.user
    assert run["info"]["status"] == "FINISHED"
    assert {p["key"]: p["value"] for p in run["data"]["params"]} == {"alpha": "0.1"}
    metrics = {m["key"]: m["value"] for m in run["data"]["metrics"]}
    ours = json.loads(job.lockwork("run", "describe", job.client.list_runs()[0].id, "-o", "json"))
    assert [step["status"] for step in ours["steps"]] == ["completed", "completed"]
    assert ours["secrets"] == [
        {"name": "mlflow_secret", "scope": "workspace", "owner": "default", "version": 2}
    ]
    from lockwork import load_output

    assert load_output(ours["id"], "train") == pytest.approx(metrics["r2"])


def test_a_wrong_password_is_a_clear_failure(job: Job):
    """The step fails with the server's own words, and the password that was tried is in none of ours."""
    job.fill_in("wrong-password-of-nobody")
    answer = job.run(expect=1)
    run = job.client.list_runs()[0]
    assert [s.status for s in run.steps] == [RunStatus.COMPLETED, RunStatus.FAILED]
    assert "401" in str(run.step("train").failure)
    assert "step 'train'" in answer
    assert "wrong-password-of-nobody" not in answer
