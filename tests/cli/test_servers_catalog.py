"""A catalogue on PostgreSQL: scan into it, grade and report from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli.servers import Database

NUMBER = "11010519491231002X"


@pytest.fixture
def catalog(postgres: Any) -> Database:
    """An empty database that the account ``guarded`` owns."""
    database = Database(postgres, postgres.database())
    database.run(f"ALTER DATABASE {database.name} OWNER TO guarded", "GRANT ALL ON SCHEMA public TO guarded")
    return database


def test_scan_grade_and_report(guard: Any, tmp_path: Path, database: Database, catalog: Database) -> None:
    database.run("CREATE TABLE people (zjhm varchar(18))", f"INSERT INTO people VALUES ('{NUMBER}')")
    place = ("--catalog", catalog.account("guarded"))
    secret = {"GUARD_CATALOG_PASSWORD": catalog.password}
    first = guard("scan", database.address, *place, "-f", "jsonl", **secret)
    assert first.code == 1, first.err
    assert not (tmp_path / "guard.db").exists()
    listed = guard("finding", "list", *place, "-f", "jsonl", **secret)
    assert listed.code in (0, 1)
    assert {key: record["type"] for key, record in listed.columns().items()} == {
        (database.asset("people"), "zjhm"): "resident_id_18"
    }
    graded = guard("grade", *place, **secret)
    assert graded.code in (0, 1), graded.err
    built = guard(
        "report", "build", "inventory", *place, "--format", "html=a.html", "--format", "xlsx=a.xlsx", **secret
    )
    assert built.code == 0, built.err
    assert "zjhm" in (tmp_path / "a.html").read_text("utf-8")
    assert (tmp_path / "a.xlsx").read_bytes()[:2] == b"PK"
    for (table,) in catalog.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        for row in catalog.ask(f'SELECT t::text FROM "{table}" AS t'):
            assert NUMBER not in row[0]
    for done in (first, listed, graded, built):
        assert catalog.password not in done.out + done.err


def test_a_wrong_password_for_the_catalogue(guard: Any, catalog: Database) -> None:
    done = guard("asset", "list", "--catalog", catalog.account("guarded"), GUARD_CATALOG_PASSWORD="hunter2")
    assert done.code == 2
    assert "hunter2" not in done.out + done.err and "catalog-denied" in done.err


def test_a_password_in_the_url_is_refused(guard: Any, catalog: Database) -> None:
    url = catalog.account("guarded").replace("guarded@", "guarded:hunter2@")
    done = guard("asset", "list", "--catalog", url)
    assert done.code == 2
    assert "hunter2" not in done.out + done.err
