"""Each test of the store runs on SQLite and on a real PostgreSQL."""

from kit.databases import (
    clock,
    empty_url,
    kind,
    migrated_postgres,
    migrated_sqlite,
    postgres_url,
    store,
    url,
)

__all__ = [
    "clock",
    "empty_url",
    "kind",
    "migrated_postgres",
    "migrated_sqlite",
    "postgres_url",
    "store",
    "url",
]
