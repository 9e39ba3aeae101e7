"""Permissions, as people hear of them."""

from pathlib import Path

import pytest

from lockwork.domain.access import Permission, who_may

PAGE = Path(__file__).parents[3] / "docs" / "access.md"
TOLD = set(Permission) - {Permission.NOBODY, Permission.ANYONE}


@pytest.mark.parametrize("permission", sorted(TOLD))
def test_each_permission_that_a_refusal_names_is_explained(permission: Permission) -> None:
    """In the table of roles on the page about access."""
    rows = [
        line for line in PAGE.read_text().splitlines() if line.startswith("| ") and "CreateSecret" not in line
    ]
    assert any(line.split("|")[-2].find(f"`{permission}`") >= 0 for line in rows)


def test_who_has_a_permission_is_told() -> None:
    """By role, the least one first; what is no role's, by whose it is."""
    assert who_may(Permission.WRITE).startswith("editors and admins of a workspace have write: ")
    assert who_may(Permission.RUN).startswith("runners, editors and admins of a workspace have run: ")
    assert who_may(Permission.ADMINISTER).startswith("admins of a workspace have administer: ")
    assert who_may(Permission.ADMINISTER_STORE).startswith("admins of the server have administer-store")
    assert "on its own host" in who_may(Permission.OWN_STORE)
