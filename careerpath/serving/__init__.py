"""The Voilà server: handlers, pages and templates."""

import sys

# Jupyter brings a package that compiles a grammar of all addresses when it is imported, for a check
# that nobody asks for here. It is optional, and would take half of the time of a start.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
