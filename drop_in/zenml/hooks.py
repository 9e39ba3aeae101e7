"""Hooks that scripts name for `on_failure` and `on_success`, where they are accepted and not called."""


def alerter_failure_hook(exception: BaseException) -> None:
    """Nothing to do: the stack's alerter is told of each run that fails."""


def alerter_success_hook() -> None:
    """Nothing is told of what went well."""
