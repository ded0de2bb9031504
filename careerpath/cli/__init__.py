"""The command line: ``careerpath score``, ``careerpath check`` and their like.

A module for each subject. A command reads, calls the package, and prints; what it imports
beyond the core it imports when it runs. Exit codes: 0 fine, 1 for errors that ``check``
found, 2 for what the caller got wrong.
"""

# In the order of ``careerpath --help``.
from careerpath.cli import score, report, cohorts, check, serve, rooms, database, ladder  # isort: skip
from careerpath.cli.app import app, main

__all__ = [
    "app",
    "check",
    "cohorts",
    "database",
    "ladder",
    "main",
    "report",
    "rooms",
    "score",
    "serve",
]
