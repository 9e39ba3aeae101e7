"""Settings of ZenML that have no effect here: taken whole, so that what is written with them still reads."""

from typing import Any


class Ignored:
    """Takes whatever ZenML's takes."""

    def __init__(self, *args: Any, **given: Any) -> None: ...


class DockerSettings(Ignored):
    """What an image would hold: steps run where the pipeline runs."""


class ResourceSettings(Ignored):
    """What a step would be given: it has what its process has."""
