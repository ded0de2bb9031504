"""The Voilà server: handlers, pages and templates."""
