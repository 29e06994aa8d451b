"""A database of a test's own on either server, and guard.yaml sources that point to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.mariadb import PASSWORD as MARIADB_PASSWORD
from services.postgres import PASSWORD as POSTGRES_PASSWORD

# A query that takes seconds and gives one text.
SLEEP = {"postgresql": "SELECT pg_catalog.pg_sleep({})::text AS a", "mysql": "SELECT SLEEP({}) AS a"}
# What is being read right now: a view that sleeps is locked by whoever reads it.
BUSY = {
    "postgresql": "SELECT c.relname FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) "
    "JOIN pg_class AS c ON c.oid = l.relation WHERE a.application_name = 'govguard' AND a.state = 'active'",
    "mysql": "SELECT info FROM information_schema.processlist WHERE info IS NOT NULL",
}


@dataclass(frozen=True)
class Database:
    """One fresh database: ``url`` is its owner's, ``reader`` that of an account with a password."""

    server: Any
    url: str

    @property
    def kind(self) -> str:
        return self.url.partition(":")[0]

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]

    @property
    def schema(self) -> str:
        return "public" if self.kind == "postgresql" else self.name

    @property
    def address(self) -> str:
        """What is typed: without an account, the server's own is taken, which needs no password here."""
        return self.url.replace("postgres@", "").replace("root@", "")

    @property
    def password(self) -> str:
        return POSTGRES_PASSWORD if self.kind == "postgresql" else MARIADB_PASSWORD

    def account(self, user: str) -> str:
        return self.server.url(self.name, user)

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        return self.server.execute(self.url, *statements)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self.server.execute(self.url, statement, rows=True)

    def allow(self, table: str, user: str = "guarded") -> None:
        to = user if self.kind == "postgresql" else f"{user}@'%'"
        self.run(f"GRANT SELECT ON {table} TO {to}")

    def slow_view(self, name: str, seconds: float) -> None:
        self.run(f"CREATE VIEW {name} AS {SLEEP[self.kind].format(seconds)}")

    def running(self) -> str:
        return " ".join(str(row[0]) for row in self.ask(BUSY[self.kind]))

    def asset(self, table: str) -> str:
        return f"{self.name}/{self.schema}/{table}"

    def source(self, user: str = "guarded", password: str = "env:READER") -> str:
        """As one line of guard.yaml."""
        return f"{{url: '{self.account(user)}', password: '{password}'}}"


def reports(guard: Callable[..., Any], *arguments: str, **settings: Any) -> Any:
    """``guard scan`` with its records."""
    return guard("scan", *arguments, "-f", "jsonl", timeout=110, **settings)


def assets(done: Any) -> dict[str, dict[str, Any]]:
    """Every asset by its last name."""
    return {record["path"][-1]: record for record in done.records if record["record"] == "asset"}


def troubles(done: Any) -> dict[str, list[str]]:
    """The codes of every asset's problems."""
    return {
        name: [problem["code"] for problem in record["coverage"]["problems"]]
        for name, record in assets(done).items()
    }


def declare(folder: Path, *lines: str) -> None:
    """Write guard.yaml with these sources, one a line: ``name: {url: …}``."""
    (folder / "guard.yaml").write_text("version: 1\nsources:\n" + "".join(f"  {line}\n" for line in lines))


def wait(until: Callable[[], bool], seconds: float = 20) -> None:
    """Return when ``until()`` holds; fail after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@contextmanager
def meanwhile(work: Callable[..., Any], *arguments: Any, **settings: Any) -> Iterator[Future[Any]]:
    """``work(*arguments)`` in the background, ended when the block ends."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work, *arguments, **settings)
