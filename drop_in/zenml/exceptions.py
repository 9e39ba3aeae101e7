"""ZenML's exceptions: each is one of Lockwork's own failures, so that `except` just works."""

from lockwork.domain.errors import AlreadyExists as EntityExistsError
from lockwork.domain.errors import AlreadyExists as SecretExistsError
from lockwork.domain.errors import AlreadyExists as StackComponentExistsError
from lockwork.domain.errors import AlreadyExists as StackExistsError
from lockwork.domain.errors import Ambiguous as ZenKeyError
from lockwork.domain.errors import InvalidInput as PipelineInterfaceError
from lockwork.domain.errors import InvalidInput as StepInterfaceError
from lockwork.domain.errors import InvalidInput as ValidationError
from lockwork.domain.errors import LockworkError as ZenMLBaseException
from lockwork.domain.errors import NotFound as DoesNotExistException
from lockwork.domain.errors import NotPermitted as AuthorizationException
from lockwork.domain.errors import Refused as IllegalOperationError
from lockwork.domain.errors import ValidationFailed as StackValidationError

__all__ = [
    "AuthorizationException",
    "DoesNotExistException",
    "EntityExistsError",
    "IllegalOperationError",
    "PipelineInterfaceError",
    "SecretExistsError",
    "StackComponentExistsError",
    "StackExistsError",
    "StackValidationError",
    "StepInterfaceError",
    "ValidationError",
    "ZenKeyError",
    "ZenMLBaseException",
]
