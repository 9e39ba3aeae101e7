"""Train on scikit-learn's diabetes data and log to the stack's tracker. Holds no password and no address."""

from __future__ import annotations

import os

import numpy as np

from lockwork import pipeline, step


@step
def load() -> np.ndarray:
    """442 patients: ten measurements each, and in the last column how far the disease got in a year."""
    from sklearn.datasets import load_diabetes  # heavy: only this step needs it

    patients = load_diabetes()
    return np.column_stack([patients.data, patients.target])


@step(experiment_tracker="mlflow")
def train(patients: np.ndarray, alpha: float) -> float:
    """Fit a ridge regression and log it; what MLflow is told arrives at the configured server, logged in."""
    import mlflow
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import cross_val_score

    # A careless line, as real projects have them: the log shows *** for both.
    login = (os.environ.get("MLFLOW_TRACKING_USERNAME"), os.environ.get("MLFLOW_TRACKING_PASSWORD"))
    print(f"logging in to {os.environ.get('MLFLOW_TRACKING_URI')} with {login}")

    mlflow.set_experiment("diabetes")
    with mlflow.start_run(run_name=f"ridge {alpha}"):
        mlflow.log_params({"model": "ridge", "alpha": alpha, "patients": len(patients)})
        score = float(cross_val_score(Ridge(alpha=alpha), patients[:, :-1], patients[:, -1], cv=5).mean())
        mlflow.log_metric("r2", score)
    print(f"r2 over five folds: {score:.3f}")
    return score


@pipeline
def diabetes() -> None:
    train(load(), alpha=0.1)
