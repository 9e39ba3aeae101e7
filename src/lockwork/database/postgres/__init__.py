"""The server's database: PostgreSQL by psycopg, which nothing else of Lockwork imports."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from lockwork.domain.errors import StoreUnusable

if TYPE_CHECKING:
    from lockwork.database.postgres.database import PostgresDatabase


def database_at(url: str, *, watch: Callable[[str], object] | None = None) -> "PostgresDatabase":
    """The database that a URL names. Nothing is connected before the first question."""
    try:
        from lockwork.database.postgres.database import PostgresDatabase  # lazy: of an extra
    except ModuleNotFoundError:
        raise StoreUnusable(
            "a store on PostgreSQL is reached by psycopg, which is not installed",
            hint="pip install 'lockwork[postgres]'",
        ) from None
    return PostgresDatabase(url, watch=watch)
