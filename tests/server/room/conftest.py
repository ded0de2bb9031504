"""Real databases, for pages that join the same room."""

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
