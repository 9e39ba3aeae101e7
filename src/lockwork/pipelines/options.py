"""What a step or a pipeline says beside its code: settings, environment, secrets; checked where written."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ParamSpec, TypeVar

import msgspec

from lockwork.domain import configuration
from lockwork.domain.environment import check_prefix, is_variable
from lockwork.domain.errors import InvalidInput
from lockwork.domain.secrets import SecretName
from lockwork.domain.stacks import ComponentType

P = ParamSpec("P")
T = TypeVar("T")

Secrets = Iterable[str] | Mapping[str, str]
"""Names, or name → prefix of the variables."""
Settings = Mapping[str, Mapping[str, Any]]
"""`<type>.<flavor>` → what is set there."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Settings, environment and secrets of one step or pipeline; references stay references."""

    settings: dict[str, dict[str, Any]] = {}
    environment: dict[str, str] = {}
    secrets: dict[str, str] = {}

    def over(self, other: "Options") -> "Options":
        """Both, these winning: settings one by one."""
        settings = {key: {**other.settings.get(key, {}), **own} for key, own in self.settings.items()}
        return Options(
            settings={**other.settings, **settings},
            environment={**other.environment, **self.environment},
            secrets={**other.secrets, **self.secrets},
        )


def read_options(
    of: str,
    settings: Settings | None = None,
    environment: Mapping[str, str] | None = None,
    secrets: Secrets | None = None,
) -> Options:
    """What was given, checked; the failure names `of` ("step 'train'") and what of it is wrong."""
    return Options(
        settings=_settings(of, settings or {}),
        environment=_environment(of, environment or {}),
        secrets=_secrets(of, secrets or ()),
    )


def _settings(of: str, given: Settings) -> dict[str, dict[str, Any]]:
    if not isinstance(given, Mapping):
        raise InvalidInput(f"{of}: settings= is a mapping of '<type>.<flavor>' to a mapping")
    return {key: _setting(of, key, values) for key, values in given.items()}


def _setting(of: str, key: str, values: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(key, str) or "." not in key or not isinstance(values, Mapping):
        hint = "as in settings={'experiment_tracker.mlflow': {'experiment_name': 'diabetes'}}"
        raise InvalidInput(f"{of}: settings= maps '<type>.<flavor>' to a mapping, not {key!r}", hint=hint)
    type_ = _told(f"{of}: settings {key!r}", ComponentType.parse, key.partition(".")[0])
    if not key.startswith(f"{type_}."):
        hint = f"write '{type_}.{key.partition('.')[2]}'"
        raise InvalidInput(f"{of}: settings {key!r}: types are written with underscores", hint=hint)
    return _told(of, configuration.plain, f"settings {key}", dict(values))


def _environment(of: str, given: Mapping[str, str]) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise InvalidInput(f"{of}: environment= is a mapping of variables to text")
    for variable, text in given.items():
        # Any variable, PATH too: this is the author's own code.
        if not isinstance(variable, str) or not is_variable(variable):
            raise InvalidInput(f"{of}: environment= cannot set a variable called {variable!r}")
        _told(of, configuration.text, f"environment {variable}", text)
    return dict(given)


def _secrets(of: str, given: Secrets) -> dict[str, str]:
    if isinstance(given, str):
        raise InvalidInput(f"{of}: secrets= is a list of names", hint=f"write secrets=[{given!r}]")
    named = dict(given) if isinstance(given, Mapping) else dict.fromkeys(given, "")
    for name, prefix in named.items():
        _told(of, SecretName.parse, name)
        if not isinstance(prefix, str):
            raise InvalidInput(f"{of}: secrets[{name!r}] is a prefix of variables, as text")
        check_prefix(prefix, f"{of}: secrets[{name!r}]")
    return named


def _told(of: str, check: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `check` answers; its failure begins with the step or pipeline that is meant."""
    try:
        return check(*args, **kwargs)
    except InvalidInput as failure:
        raise InvalidInput(f"{of}: {failure}", hint=failure.hint) from None
