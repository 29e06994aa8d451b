"""``guard gate --catalog``: a change to a table that only the database has is judged with what a scan found there."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from cli.conftest import Done

NAMES = ("王芳", "李伟", "张敏", "刘洋", "陈静", "杨磊", "黄丽", "赵军")


def number(at: int) -> str:
    body = f"110101{1950 + at % 50}{at % 12 + 1:02}{at % 28 + 1:02}{at:03}"
    return body + "10X98765432"[sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(body)) % 11]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue of a scanned SQLite database with a table of people."""
    folder = tmp_path_factory.mktemp("live")
    with closing(sqlite3.connect(folder / "city.db")) as database, database:
        database.execute("CREATE TABLE renkou (id INTEGER PRIMARY KEY, xm TEXT, lxdh TEXT, bz TEXT)")
        database.executemany(
            "INSERT INTO renkou (xm, lxdh, bz) VALUES (?, ?, 'x')",
            [(NAMES[at % 8], f"138{at * 7919 % 100_000_000:08}") for at in range(200)],
        )
        database.execute("CREATE TABLE archive (id INTEGER PRIMARY KEY, f7 TEXT)")
        database.executemany("INSERT INTO archive (f7) VALUES (?)", [(number(at),) for at in range(200)])
        database.execute("CREATE TABLE stock (id INTEGER PRIMARY KEY, sku TEXT)")
    done = subprocess.run(
        [sys.executable, "-m", "guard", "scan", "city.db", "--catalog", "guard.db", "-q"],
        cwd=folder, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return folder / "guard.db"


def found(done: Done) -> dict[str, dict]:
    return {one["rule"]: one for one in json.loads(done.out)["violations"]}


def gate(inside, tmp_path: Path, sql: str, *options: object) -> Done:
    (tmp_path / "a.sql").write_text(sql, "utf-8")
    return inside("gate", "-q", "-f", "json", *options, "a.sql")


ADDS = "ALTER TABLE renkou ADD sfzh varchar(18); -- guard: level=L3 mask=cn-id\n"


def test_neighbours_of_the_database_make_a_bundle(inside, tmp_path, catalogue):
    alone = gate(inside, tmp_path, ADDS)
    assert "identity-bundle" not in found(alone)
    done = gate(inside, tmp_path, ADDS, "--catalog", catalogue)
    assert "identity-bundle" in found(done), done.out
    assert found(done)["identity-bundle"]["line"] == 1


def test_what_only_the_database_has_is_not_told_of(inside, tmp_path, catalogue):
    done = gate(
        inside,
        tmp_path,
        "CREATE TABLE office (id int PRIMARY KEY, sort_order int);\n",
        "--catalog",
        catalogue,
    )
    assert (done.code, found(done)) == (0, {})
    lines = inside("gate", "-q", "-f", "schema", "--catalog", catalogue, "a.sql").out.splitlines()
    assert [table["name"] for line in lines for table in json.loads(line)["tables"]] == ["office"]


def test_a_column_that_the_catalogue_graded_is_dropped(inside, tmp_path, catalogue):
    sql = "ALTER TABLE archive DROP COLUMN f7;\n"
    assert "drop-protected" not in found(gate(inside, tmp_path, sql))
    done = gate(inside, tmp_path, sql, "--catalog", catalogue)
    assert found(done)["drop-protected"]["column"] == "f7"
    assert found(gate(inside, tmp_path, "ALTER TABLE stock DROP COLUMN sku;\n", "--catalog", catalogue)) == {}


def test_a_view_over_a_table_of_the_database(inside, tmp_path, catalogue):
    sql = "CREATE VIEW pub AS SELECT f7 AS c FROM archive;\n"
    assert found(gate(inside, tmp_path, sql)) == {}
    done = gate(inside, tmp_path, sql, "--catalog", catalogue)
    assert "copy-unmasked" in found(done)


def test_a_source_that_was_not_scanned_is_told(inside, tmp_path, catalogue):
    done = gate(inside, tmp_path, ADDS, "--catalog", catalogue, "--source", "ctiy")
    assert done.code == 2 and "gate-live-source" in done.err and "city" in done.err


def test_a_catalogue_that_is_not_there_is_told_and_not_made(inside, tmp_path):
    done = gate(inside, tmp_path, ADDS, "--catalog", tmp_path / "gone.db")
    assert done.code == 2 and not (tmp_path / "gone.db").exists()
