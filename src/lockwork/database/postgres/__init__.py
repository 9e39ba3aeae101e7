"""The server's database: PostgreSQL by psycopg, which nothing else of Lockwork imports."""

from importlib.util import find_spec

from lockwork.domain.errors import StoreUnusable

if find_spec("psycopg") is None:
    raise StoreUnusable(
        "a store on PostgreSQL is reached by psycopg, which is not installed",
        hint="pip install 'lockwork[postgres]'",
    )
