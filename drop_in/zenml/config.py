"""What of ZenML's is accepted without effect: taken whole, so that a script that names it still loads."""

from typing import Any


class Ignored:
    """Takes whatever ZenML's takes."""

    def __init__(self, *args: Any, **given: Any) -> None: ...


class DockerSettings(Ignored):
    """What an image would hold: steps run where the pipeline runs."""


class ResourceSettings(Ignored):
    """What a step would be given: it has what its process has."""


class Model(Ignored):
    """What a run would register: no model is kept."""
