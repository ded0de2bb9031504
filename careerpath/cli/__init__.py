"""The command line: ``careerpath score``, ``careerpath check`` and the other commands.

There is one module for each group of commands. A command reads, calls the package and prints. It
imports what it needs, beyond the core, when it runs. Exit status: 0 for success, 1 if a check found
errors, 2 if a command cannot run.
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
