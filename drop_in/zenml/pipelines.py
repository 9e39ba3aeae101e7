"""`zenml.pipelines.pipeline`, as older scripts import it."""

from zenml.decorators import pipeline as pipeline

__all__ = ["pipeline"]
