"""A real MariaDB: the system's, run in a folder of its own."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
from typing import Any

import pymysql

from services.process import Folder, Server, account, free_port, run

PASSWORD = "s3cret-密码"
_SBIN = f"{os.defpath}:/usr/sbin:/usr/local/sbin:/sbin"


def binaries() -> tuple[str, str] | None:
    """The server and its installer, or None where the system has none."""
    server = shutil.which("mariadbd", path=_SBIN) or shutil.which("mysqld", path=_SBIN)
    installer = shutil.which("mariadb-install-db", path=_SBIN)
    return (server, installer) if server and installer else None


class MariadbServer:
    """MariaDB on a free loopback port. ``database()`` gives the URL of a fresh database.

    The account ``root`` needs no password; ``guarded`` needs ``PASSWORD``.
    """

    def __init__(self, server: str, installer: str) -> None:
        owner = account("mysql")
        folder = Folder("guard-test-my-", owner)
        self.port = free_port()
        self._numbers = itertools.count(1)
        environment = {"PATH": _SBIN, "HOME": str(folder.path)}
        data = folder.path / "data"
        run(
            [installer, "--no-defaults", f"--datadir={data}", "--skip-test-db",
             "--auth-root-authentication-method=normal"],
            folder, environment,
        )  # fmt: skip
        options = [
            f"--datadir={data}", f"--port={self.port}", f"--socket={folder.path}/my.sock",
            "--bind-address=127.0.0.1", "--character-set-server=utf8mb4", "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", "--performance-schema=ON",
        ]  # fmt: skip
        self._server = Server([server, "--no-defaults", *options], folder, environment)
        self._server.started(lambda: self.execute(self.url(""), "SELECT 1"))
        self.execute(self.url(""), f"CREATE USER guarded@'%' IDENTIFIED BY '{PASSWORD}'")

    def url(self, database: str, user: str = "root") -> str:
        return f"mysql://{user}@127.0.0.1:{self.port}/{database}"

    def database(self, encoding: str = "utf8mb4") -> str:
        name = f"city_{next(self._numbers)}"
        self.execute(self.url(""), f"CREATE DATABASE {name} CHARACTER SET {encoding}")
        return self.url(name)

    def execute(self, url: str, *statements: str, rows: bool = False) -> list[tuple[Any, ...]]:
        user, _, rest = url.removeprefix("mysql://").partition("@")
        connection = pymysql.connect(
            host="127.0.0.1", port=self.port, user=user, database=rest.partition("/")[2] or None,
            charset="utf8mb4", autocommit=True, connect_timeout=5, ssl_disabled=True,
        )  # fmt: skip
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if rows else []

    def stop(self) -> None:
        # Nothing of its data is kept, so nothing has to be flushed.
        self._server.stop(signal.SIGKILL)
