"""Which environment variables a component or a secret may set."""

import pytest

from lockwork.domain.environment import check_prefix, check_variable, is_protected, is_variable
from lockwork.domain.errors import InvalidInput


@pytest.mark.parametrize("name", ["A", "_x", "DSN", "db_1", "x" * 255])
def test_names_that_a_variable_can_have(name: str) -> None:
    """Letters, digits and underscores, no digit first, are variables."""
    assert is_variable(name)
    check_variable(name, "component 'x'")


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A.B", "A=B", "A B", "A\n", "Ä", "x" * 256, "A\x00"])
def test_names_that_no_variable_can_have(name: str) -> None:
    """Anything else is refused, naming who wanted it."""
    assert not is_variable(name)
    with pytest.raises(InvalidInput, match="component 'x' cannot set"):
        check_variable(name, "component 'x'")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "PATH",
            "HOME",
            "BASH_ENV",
            "NODE_OPTIONS",
            "LD_PRELOAD",
            "LD_LIBRARY_PATH",
            "DYLD_INSERT_LIBRARIES",
        ),
        *(
            "PYTHONPATH",
            "PYTHONSTARTUP",
            "HTTPS_PROXY",
            "http_proxy",
            "no_proxy",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
        ),
        *("LOCKWORK_HOME", "LOCKWORK_ROOT_KEY", "Path"),
    ],
)
def test_variables_that_decide_what_runs_are_protected(name: str) -> None:
    """What steers the loader, the interpreter, TLS or Lockwork itself is only for the author's own code."""
    assert is_protected(name)
    with pytest.raises(InvalidInput, match=f"may not set {name}") as failure:
        check_variable(name, "secret 'db'")
    assert "environment=" in (failure.value.hint or "")


@pytest.mark.parametrize(
    "name", ["PATHS", "MY_PATH", "HOMEPAGE", "PROXY", "LDAP_URL", "AWS_SECRET_ACCESS_KEY", "SSL"]
)
def test_variables_that_merely_look_alike_are_free(name: str) -> None:
    """A name that only resembles a protected one may be set."""
    assert not is_protected(name)


def test_prefixes() -> None:
    """A prefix is empty or what a variable can begin with."""
    check_prefix("", "secret 'db'")
    check_prefix("WANDB_", "secret 'db'")
    for wrong in ("1_", "A-", "A.", " "):
        with pytest.raises(InvalidInput, match="has a prefix that no variable can begin with"):
            check_prefix(wrong, "secret 'db'")
