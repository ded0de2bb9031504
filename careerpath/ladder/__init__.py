"""Two parallel career ladders."""
