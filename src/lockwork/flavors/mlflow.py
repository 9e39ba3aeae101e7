"""Flavor `mlflow`: what a step tracks with MLflow reaches the configured server, logged in.

MLflow is told by the variables that it reads itself, so that child processes follow too. The library is not
imported here unless a step is to be nested: one that does not track does not pay for it. A step may begin
runs itself. One that just logs gets a run from MLflow, which takes the step's name; what is still open when
the step ends is closed: finished, or failed as the step did.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from lockwork.domain.errors import InvalidInput, ProviderFailed
from lockwork.domain.stacks import Attribute, ComponentType, Flavor
from lockwork.flavors.contract import Occasion, Provider

_VARIABLES = {
    "tracking_uri": "MLFLOW_TRACKING_URI",
    "registry_uri": "MLFLOW_REGISTRY_URI",
    "tracking_server_cert_path": "MLFLOW_TRACKING_SERVER_CERT_PATH",
    "tracking_client_cert_path": "MLFLOW_TRACKING_CLIENT_CERT_PATH",
}
_LOGIN = {
    "tracking_username": "MLFLOW_TRACKING_USERNAME",
    "tracking_password": "MLFLOW_TRACKING_PASSWORD",
    "tracking_token": "MLFLOW_TRACKING_TOKEN",
}
# MLflow itself would try for four minutes before it says that nobody answers.
_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3", "MLFLOW_HTTP_REQUEST_TIMEOUT": "30"}
_DATABRICKS = {
    "databricks_host": "DATABRICKS_HOST",
    "tracking_username": "DATABRICKS_USERNAME",
    "tracking_password": "DATABRICKS_PASSWORD",
    "tracking_token": "DATABRICKS_TOKEN",
}
# What MLflow leaves for its own child processes: from an outer run, ids of what may be another server.
_OF_OUTER_RUNS = ("MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID")
_CONTEXT = "MLFLOW_RUN_CONTEXT"  # tags for each run that is begun
_RUN_TAG = "lockwork.run"
_PARENT_TAG = "lockwork.parent"


class MLflowTracker:
    """Variables for MLflow before a step, and order in MLflow after it."""

    def __init__(self, attributes: Mapping[str, Any], folder: Path) -> None:  # noqa: ARG002 - MLflow has its own
        self._attributes = attributes

    def environment(self, settings: Mapping[str, Any], occasion: Occasion) -> dict[str, str]:
        """The variables that MLflow reads, for one step."""
        chosen = settings.get("experiment_name") or self._attributes.get("experiment_name")
        tags = {
            **{name: str(text) for name, text in settings.get("tags", {}).items()},
            "mlflow.runName": str(settings.get("run_name") or occasion.step),
            _RUN_TAG: occasion.run,
        }
        return {
            **self._server(occasion),
            **self._login(),
            "MLFLOW_EXPERIMENT_NAME": str(chosen or occasion.pipeline),
            _CONTEXT: json.dumps(tags),
        }

    @contextmanager
    def around(self, settings: Mapping[str, Any], occasion: Occasion) -> Iterator[None]:
        """Begin with none but the configured server and experiment; leave MLflow as it was found."""
        outer = {name: os.environ.pop(name) for name in _OF_OUTER_RUNS if name in os.environ}
        try:
            with _own_choices():
                if settings.get("nested"):
                    _nest(occasion)
                yield
        finally:
            for name in _OF_OUTER_RUNS:
                os.environ.pop(name, None)
            os.environ.update(outer)

    def _server(self, occasion: Occasion) -> dict[str, str]:
        variables = self._named(_VARIABLES)
        if "tracking_insecure_tls" in self._attributes:
            variables["MLFLOW_TRACKING_INSECURE_TLS"] = str(self._attributes["tracking_insecure_tls"]).lower()
        if variables.get("MLFLOW_TRACKING_URI", "").startswith(("http://", "https://")):
            variables |= {name: text for name, text in _PATIENCE.items() if name not in os.environ}
        if "databricks_host" in self._attributes:
            variables.setdefault("MLFLOW_TRACKING_URI", "databricks")
        if "MLFLOW_TRACKING_URI" not in variables:
            variables |= beside_artifacts(occasion.artifact_root)
        return variables

    def _login(self) -> dict[str, str]:
        """Credentials. Where some are configured, none of the outer environment are mixed with them."""
        given = self._named(_LOGIN)
        if not given:
            return {}
        variables = dict.fromkeys(_LOGIN.values(), "") | given
        return variables | (self._named(_DATABRICKS) if "databricks_host" in self._attributes else {})

    def _named(self, names: Mapping[str, str]) -> dict[str, str]:
        return {names[n]: str(self._attributes[n]) for n in names if n in self._attributes}


def beside_artifacts(artifact_root: str) -> dict[str, str]:
    """Without a server, MLflow's own files beside the artifacts; newer releases want that asked for."""
    if not artifact_root.startswith("file:"):
        raise InvalidInput(
            "an MLflow experiment tracker without tracking_uri keeps files beside the artifacts, "
            f"and these lie in {artifact_root}",
            hint="set tracking_uri",
        )
    folders = artifact_root.rstrip("/").split("/")
    # MLflow finds no run of its own below a folder called `artifacts`, so there it goes beside that one.
    beside = ["mlruns" if folder == "artifacts" else folder for folder in folders]
    uri = "/".join(beside if beside != folders else [*folders, "mlruns"])
    return {"MLFLOW_TRACKING_URI": uri, "MLFLOW_ALLOW_FILE_STORE": "true"}


@contextmanager
def _own_choices() -> Iterator[None]:
    """Server, experiment and open run that code chose in this process: put aside, afterwards put back."""
    was_uri, was_experiment, was_run = _chosen()
    if "mlflow" in sys.modules:
        # Chosen in code, they would win over the variables.
        _choose(os.environ.get("MLFLOW_TRACKING_URI"), None)
    try:
        yield
    except BaseException:
        with suppress(ProviderFailed):  # the step's own failure is what is told
            _close_runs("FAILED", was_run)
        raise
    else:
        _close_runs("FINISHED", was_run)
    finally:
        if "mlflow" in sys.modules:
            _choose(was_uri, was_experiment)


def _chosen() -> tuple[str | None, str | None, str | None]:
    """(server, experiment, open run) that code chose in this process; nothing where MLflow is not loaded."""
    mlflow = sys.modules.get("mlflow")
    if mlflow is None:
        return None, None, None
    run = mlflow.active_run()
    # MLflow tells the effective server only, not whether code chose it, and the experiment not at all.
    uri = getattr(mlflow.tracking._tracking_service.utils, "_tracking_uri", None)
    experiment = getattr(mlflow.tracking.fluent, "_active_experiment_id", None)
    return uri, experiment, None if run is None else run.info.run_id


def _choose(uri: str | None, experiment: str | None) -> None:
    mlflow = sys.modules["mlflow"]
    mlflow.set_tracking_uri(uri)  # with None, MLflow reads its variable again
    mlflow.tracking.fluent._active_experiment_id = experiment


def _close_runs(status: str, until: str | None) -> None:
    """End the runs that the step left open, down to one that was open before it."""
    mlflow = sys.modules.get("mlflow")
    if mlflow is None:
        return
    while (run := mlflow.active_run()) is not None and run.info.run_id != until:
        try:
            mlflow.end_run(status)
        except Exception as error:
            failed = _in_short(error)
        else:
            continue
        raise ProviderFailed(f"the step's MLflow run could not be closed: {failed}")


def _nest(occasion: Occasion) -> None:
    """Give the step's runs one parent for all steps of this run."""
    try:
        import mlflow  # lazy: only a step that is to be nested needs it before its own code does
    except ImportError:
        raise ProviderFailed("setting 'nested' needs MLflow", hint="pip install 'lockwork[mlflow]'") from None
    try:
        parent = _parent(mlflow.MlflowClient(), occasion)
    except Exception as error:
        failed = _in_short(error)
    else:
        tags = json.loads(os.environ[_CONTEXT]) | {"mlflow.parentRunId": parent}
        os.environ[_CONTEXT] = json.dumps(tags)
        return
    raise ProviderFailed(f"MLflow did not give the step a parent run: {failed}")


def _parent(client: Any, occasion: Occasion) -> str:
    name = os.environ["MLFLOW_EXPERIMENT_NAME"]
    found = client.get_experiment_by_name(name)
    experiment = client.create_experiment(name) if found is None else found.experiment_id
    which = f"tags.`{_PARENT_TAG}` = '{occasion.run}'"
    runs = client.search_runs([experiment], which, order_by=["attributes.start_time ASC"], max_results=1)
    if runs:
        return str(runs[0].info.run_id)
    tags = {_PARENT_TAG: occasion.run, _RUN_TAG: occasion.run}
    parent = client.create_run(experiment, run_name=occasion.pipeline, tags=tags).info.run_id
    client.set_terminated(parent)  # it groups others, so that nothing is left running if this process dies
    return str(parent)


def _in_short(error: Exception) -> str:
    """Kind and code of MLflow's failure: its text may quote an address with credentials."""
    code = getattr(error, "error_code", None)
    return type(error).__name__ + (f" ({code})" if code else "")


PROVIDERS = (
    Provider(
        flavor=Flavor(
            name="mlflow",
            type=ComponentType.EXPERIMENT_TRACKER,
            help="tracks experiments with MLflow",
            extra="mlflow",
            attributes=(
                Attribute(
                    name="tracking_uri",
                    help="the server, tried for 12 s (MLFLOW_HTTP_REQUEST_MAX_RETRIES); without one,"
                    " files beside the artifacts",
                ),
                Attribute(name="tracking_username", help="who logs in to the server", sensitive=True),
                Attribute(name="tracking_password", help="that user's password", sensitive=True),
                Attribute(name="tracking_token", help="a bearer token, in place of both", sensitive=True),
                Attribute(
                    name="tracking_insecure_tls", help="accept any certificate of the server", kind="boolean"
                ),
                Attribute(name="tracking_server_cert_path", help="a file of certificates to trust"),
                Attribute(name="tracking_client_cert_path", help="a file with a certificate of our own"),
                Attribute(name="registry_uri", help="the model registry, where it is not the server"),
                Attribute(name="databricks_host", help="a Databricks workspace, in place of a server"),
                Attribute(name="experiment_name", help="for all steps; without it, the pipeline's name"),
            ),
            settings=(
                Attribute(name="experiment_name", help="the experiment to log to"),
                Attribute(name="run_name", help="what runs are called; without it, as the step"),
                Attribute(name="tags", help="tags for each run", kind="mapping"),
                Attribute(
                    name="nested", help="give the runs of all steps one parent", kind="boolean", default=False
                ),
            ),
        ),
        act=MLflowTracker,
    ),
)
