"""ZenML's enumerations: Lockwork's own under their names, and those that Lockwork has no need of."""

from enum import StrEnum

from lockwork.domain.checks import ValidationLevel as SecretValidationLevel
from lockwork.domain.secrets import SecretScope as SecretScope
from lockwork.domain.stacks import ComponentType as StackComponentType

__all__ = [
    "ExecutionStatus",
    "LogicalOperators",
    "SecretScope",
    "SecretValidationLevel",
    "StackComponentType",
]


class LogicalOperators(StrEnum):
    """How several filters are joined."""

    AND = "and"
    OR = "or"


class ExecutionStatus(StrEnum):
    """How a run or a step of it stands; compare `zenml.answers.STATUS`."""

    INITIALIZING = "initializing"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CACHED = "cached"
    """Never here: nothing is cached."""
    SKIPPED = "skipped"
    STOPPED = "stopped"
