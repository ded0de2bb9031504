"""A PostgreSQL server for the tests: from the installed programs, in a folder of its own."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/lib/postgresql*/bin", "/usr/libexec/postgresql*")


def find_programs():
    """The folder of initdb and postgres, the newest version; None if it is not installed."""
    found = [shutil.which("initdb")]
    for pattern in (*PLACES, "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin"):
        root, *parts = Path(pattern).parts
        found += sorted(map(str, Path(root).glob(str(Path(*parts, "initdb")))), reverse=True)
    return next((Path(each).parent for each in found if each), None)


def _nobody():
    """The user to run it as: PostgreSQL refuses root."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    message = "no user but root to run PostgreSQL"
    raise RuntimeError(message)


class PostgresServer:
    """A server on a socket that only this user and root can reach."""

    def __init__(self, programs):
        self.programs = programs
        self.runner = _nobody()
        self.folder = Path(tempfile.mkdtemp(prefix="careerpath-pg-"))
        if self.runner:
            os.chown(self.folder, self.runner["user"], self.runner["group"])
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.url = f"postgresql://careerpath@/postgres?host={self.folder}"
        self.process = None
        command = ["initdb", "-D", self.data, "-U", "careerpath", "-E", "UTF8"]
        self._run(*command, "--auth=trust", "--no-locale", "--no-sync")
        self.start()

    def _run(self, program, *arguments):
        subprocess.run(
            [self.programs / program, *arguments],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self.runner,
        )

    def start(self):
        # -F: nothing waits for the disk, which only a crash of the machine would need.
        command = [self.programs / "postgres", "-F", "-D", self.data, "-k", self.folder, "-h", ""]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, **self.runner
            )
        while True:
            try:
                psycopg.connect(self.url).close()
            except psycopg.OperationalError:
                assert self.process.poll() is None, self.log.read_text()
            else:
                return

    def stop(self, *, at_once=False):
        """Stop it; with `at_once`, as if it had crashed."""
        self.process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
        self.process.wait(timeout=60)

    def close(self):
        self.stop()
        shutil.rmtree(self.folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@contextmanager
def new_database(server, *, template="postgresql:///template1"):
    """The URL of a new database on a server: an empty one, or a copy of the template."""
    name = f"test_{secrets.token_hex(8)}"
    copied = make_url(template).database
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {copied}")
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
