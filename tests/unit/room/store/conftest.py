"""Each test of the store runs on SQLite and on a real PostgreSQL."""

from kit.databases import clock, postgres_url, store, url

__all__ = ["clock", "postgres_url", "store", "url"]
