"""`zenml.steps.step`, as older scripts import it."""

from zenml.decorators import step as step

__all__ = ["step"]
