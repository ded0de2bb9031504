"""Real databases for pages that meet in one room."""

from kit.databases import clock, postgres_url, store, url

__all__ = ["clock", "postgres_url", "store", "url"]
