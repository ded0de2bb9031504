"""A result as HTML."""
