"""Settings for `experiment_tracker.mlflow`."""

from collections.abc import Mapping
from typing import Any


class MLFlowExperimentTrackerSettings(dict[str, Any]):
    """A mapping of the settings that were given, which is what Lockwork's steps and pipelines take."""

    def __init__(
        self,
        *,
        experiment_name: str | None = None,
        nested: bool = False,
        tags: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__({"nested": nested, "tags": dict(tags or {})})
        if experiment_name is not None:
            self["experiment_name"] = experiment_name

    def __getattr__(self, name: str) -> Any:
        if name in ("experiment_name", "nested", "tags"):
            return self.get(name)
        raise AttributeError(name)
