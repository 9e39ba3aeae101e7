"""Which environment variables a component or a secret may set, and which decide too much to be set so.

A variable that steers the loader, the interpreter, where programs are found, whom TLS trusts or what
Lockwork itself does is set only by the author's own code, in `environment=`.
"""

import re

from lockwork.domain.errors import InvalidInput

MAX_VARIABLE_BYTES = 128 * 1024
"""What Linux takes of one variable, with its name and what ends it."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_PROTECTED = frozenset({"PATH", "HOME", "BASH_ENV", "NODE_OPTIONS"})
_PROTECTED_STARTS = ("LD_", "DYLD_", "PYTHON", "SSL_CERT_", "LOCKWORK_")
_PROTECTED_ENDS = ("_PROXY",)


def is_variable(name: str) -> bool:
    """Whether an environment variable can be called so: letters, digits and `_`, no digit first."""
    return _VARIABLE.fullmatch(name) is not None


def is_protected(name: str) -> bool:
    """Whether only the author's own code may set it. In any case of letters: `http_proxy` counts as well."""
    upper = name.upper()
    return upper in _PROTECTED or upper.startswith(_PROTECTED_STARTS) or upper.endswith(_PROTECTED_ENDS)


def is_too_long(name: str, text: str) -> bool:
    """Whether no process can have this variable."""
    return len(f"{name}={text}\0".encode()) > MAX_VARIABLE_BYTES


def check_variable(name: str, source: str) -> None:
    """Refuse a variable that `source` (`component 'mlflow'`, `secret 'db'`) cannot or must not set."""
    if not is_variable(name):
        raise InvalidInput(
            f"{source} cannot set a variable called {name!r}",
            hint="1 to 255 letters, digits and '_', not beginning with a digit",
        )
    if is_protected(name):
        raise InvalidInput(
            f"{source} may not set {name}: it decides what runs, or whom it trusts",
            hint="set it in your own code: @step(environment={…})",
        )


def check_prefix(prefix: str, source: str) -> None:
    """Refuse a prefix with which no variable could begin; the empty one is fine."""
    if prefix and not is_variable(prefix):
        raise InvalidInput(  # not quoted: who writes NAME=VALUE gives a value here
            f"{source} has a prefix that no variable can begin with",
            hint="a prefix is letters, digits and '_', not beginning with a digit, such as WANDB_",
        )
