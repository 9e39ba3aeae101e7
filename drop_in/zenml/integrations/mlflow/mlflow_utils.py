"""Where MLflow tracks to."""

import os

from lockwork.domain.errors import InvalidInput
from zenml.client import Client

_VARIABLE = "MLFLOW_TRACKING_URI"


def get_tracking_uri() -> str:
    """The server of this step, or of the active stack's experiment tracker; without one, its files."""
    if inside := os.environ.get(_VARIABLE):
        return inside
    stack = Client().active_stack
    tracker = stack.experiment_tracker
    if tracker.flavor != "mlflow":
        raise InvalidInput(
            f"stack {stack.name!r} has no experiment tracker of flavor 'mlflow'",
            hint="lockwork experiment-tracker register NAME --flavor mlflow …",
        )
    if tracker.config.tracking_uri:
        return str(tracker.config.tracking_uri)
    from lockwork.flavors import mlflow  # lazy: only files beside the artifacts need it

    return mlflow.beside_artifacts(stack.artifact_store.root)[_VARIABLE]
