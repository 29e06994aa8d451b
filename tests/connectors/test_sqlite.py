"""SQLite files as they are found: broken, foreign, untyped, hostile."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from guard.catalog.store import Store
from guard.model import UsageError
from guard.sdk import Asset, Budget, Problem, Sample, SourceSpec, Unreadable
from guard_connectors.sql.comments import ddl_comments
from guard_connectors.sqlite import SqliteConnector

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "ddl_comments.yaml").read_text("utf-8"))


def database(path: Path, *statements: str) -> SqliteConnector:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return SqliteConnector(SourceSpec(name="s", url=f"sqlite:///{path}"))


def assets(connector: SqliteConnector) -> dict[str, Asset]:
    return {item.name: item for item in connector.assets() if isinstance(item, Asset)}


def column(connector: SqliteConnector, asset: Asset, place: int = 0, **budget: Any) -> list[Any]:
    found = [item for item in connector.sample(asset, Budget(**budget)) if isinstance(item, Sample)]
    return [value for sample in found for value in sample.batch.column(place).to_pylist()]


def trouble(work: Callable[[], object]) -> str:
    with pytest.raises(Unreadable) as caught:
        work()
    assert caught.value.__context__ is None
    return caught.value.problem.code


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_ddl_comments(case: dict[str, Any]) -> None:
    table, columns = ddl_comments(case["sql"])
    assert (table, dict(columns)) == (case.get("table", ""), case.get("columns", {}))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "not-found"),
        (b"this is not a database at all, it is a text file", "not-a-database"),
        (bytes(range(256)) * 64, "not-a-database"),
        (b"SQLite format 3\x00" + b"\xff" * 4000, "not-a-database"),
    ],
    ids=["missing", "text", "encrypted", "broken header"],
)
def test_file_that_is_no_database(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "x.db"
    if content is not None:
        path.write_bytes(content)
    connector = SqliteConnector(SourceSpec(name="s", url=f"sqlite:///{path}"))
    assert trouble(lambda: list(connector.assets())) == code


def test_folder_is_no_database(tmp_path: Path) -> None:
    connector = SqliteConnector(SourceSpec(name="s", url=f"sqlite:///{tmp_path}"))
    assert trouble(lambda: list(connector.assets())) == "not-a-database"


def test_corrupt_page_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    database(path, "CREATE TABLE t (v TEXT)", "INSERT INTO t VALUES (hex(randomblob(9000)))")
    raw = bytearray(path.read_bytes())
    raw[4096:8192] = b"\xaa" * 4096
    path.write_bytes(raw)
    connector = SqliteConnector(SourceSpec(name="s", url=f"sqlite:///{path}"))
    assert (
        trouble(lambda: [list(connector.sample(asset, Budget())) for asset in connector.assets()])
        == "corrupt"
    )


def test_empty_file_is_an_empty_database(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.touch()
    assert list(SqliteConnector(SourceSpec(name="s", url=f"sqlite:///{path}")).assets()) == []
    assert path.read_bytes() == b""


def test_own_catalogue_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    database(path, "CREATE TABLE t (v TEXT)")
    (tmp_path / "link.db").symlink_to(path)
    spec = SourceSpec(name="s", url=f"sqlite:///{tmp_path / 'link.db'}", hidden=(str(path),))
    assert trouble(lambda: list(SqliteConnector(spec).assets())) == "own-catalog"


@pytest.mark.parametrize("url", ["sqlite://x.db", "sqlite:///x.db?mode=rw", "sqlite:///", "sqlite:///x.db#y"])
def test_url_is_checked(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        SqliteConnector(SourceSpec(name="s", url=url))
    assert caught.value.id == "url-file"


def test_relative_and_odd_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = "数 据%?#&.db"
    with closing(sqlite3.connect(tmp_path / name)) as connection:
        connection.execute("CREATE TABLE t (v TEXT)")
    connector = SqliteConnector(SourceSpec(name="s", url="sqlite:///" + "数 据%25%3F%23&.db"))
    assert list(assets(connector)) == ["t"]


def test_cells_of_any_type(tmp_path: Path) -> None:
    connector = database(
        tmp_path / "x.db",
        "CREATE TABLE t (i INTEGER, n NUMERIC, r REAL, s TEXT, b BLOB, u)",
        "INSERT INTO t VALUES (1, 2, 3.5, 'x', x'0001ff', 'free')",
        "INSERT INTO t VALUES (2, 2.5, 4, 7, 'text', 8)",
    )
    asset = assets(connector)["t"]
    found = [column(connector, asset, place) for place in range(6)]
    assert found == [[1, 2], [2.0, 2.5], [3.5, 4.0], ["x", "7"], [b"\x00\x01\xff", b"text"], ["free", "8"]]


def test_text_in_a_number_column_is_kept(tmp_path: Path) -> None:
    connector = database(
        tmp_path / "x.db",
        "CREATE TABLE t (id INTEGER)",
        "INSERT INTO t VALUES (110101199003070011), ('11010119900307002X'), (NULL)",
    )
    expected = ["110101199003070011", "11010119900307002X", None]
    assert column(connector, assets(connector)["t"]) == expected


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    connector = database(path, "CREATE TABLE t (v TEXT)")
    with closing(sqlite3.connect(path)) as writer:
        for raw in ("张三丰".encode("gb18030"), b"\xff\xfe\xff", b"a\0b"):
            writer.execute("INSERT INTO t VALUES (CAST(? AS TEXT))", (raw,))
        writer.commit()
    found = column(connector, assets(connector)["t"])
    assert found[0] == "张三丰"
    assert len(found) == 3
    assert all(isinstance(value, str) for value in found)


def test_blob_is_cut(tmp_path: Path) -> None:
    connector = database(
        tmp_path / "x.db", "CREATE TABLE t (b BLOB)", "INSERT INTO t VALUES (zeroblob(1000000))"
    )
    assert column(connector, assets(connector)["t"]) == [bytes(64)]


def test_one_cell_beyond_memory_is_a_problem(tmp_path: Path) -> None:
    connector = database(
        tmp_path / "x.db",
        "CREATE TABLE t (b BLOB)",
        "CREATE TABLE u (v TEXT)",
        "INSERT INTO t VALUES (zeroblob(80000000))",
    )
    found = assets(connector)
    assert trouble(lambda: list(connector.sample(found["t"], Budget()))) == "cell-too-big"
    assert column(connector, found["u"]) == []


def test_broken_view_does_not_hide_the_rest(tmp_path: Path) -> None:
    connector = database(
        tmp_path / "x.db",
        "CREATE TABLE a (v TEXT)",
        "CREATE TABLE gone (v TEXT)",
        "CREATE VIEW broken AS SELECT v FROM gone",
        "DROP TABLE gone",
        "CREATE VIEW works AS SELECT json(v) AS v FROM a",
    )
    found = list(connector.assets())
    assert [(item.path, item.code) for item in found if isinstance(item, Problem)] == [
        (("broken",), "view-broken")
    ]
    assert set(assets(connector)) == {"a", "works"}


def test_dropped_and_changed_during_the_scan(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    connector = database(
        path, "CREATE TABLE a (v TEXT, w TEXT)", "CREATE TABLE b (v TEXT, w TEXT)", "CREATE TABLE c (v)"
    )
    found = assets(connector)
    database(path, "DROP TABLE a", "ALTER TABLE b DROP COLUMN w")
    assert trouble(lambda: list(connector.sample(found["a"], Budget()))) == "vanished"
    assert trouble(lambda: list(connector.sample(found["b"], Budget()))) == "changed"
    assert column(connector, found["c"]) == []


def test_locked_file(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    connector = database(path, "CREATE TABLE t (v TEXT)")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        assert trouble(lambda: list(connector.assets())) == "locked"
    assert set(assets(connector)) == {"t"}


def test_keys_estimates_and_shadow_tables(tmp_path: Path) -> None:
    connector = database(
        tmp_path / "x.db",
        "CREATE TABLE person (id INTEGER PRIMARY KEY, sfz TEXT UNIQUE, dept INT REFERENCES dept (id))",
        "CREATE TABLE dept (id INTEGER PRIMARY KEY)",
        "INSERT INTO dept SELECT value FROM json_each('[1,2,3,4,5]')",
        "CREATE VIRTUAL TABLE search USING fts5(body)",
        "CREATE TABLE sparse (id INTEGER PRIMARY KEY)",
        "INSERT INTO sparse VALUES (1), (110101199003070011)",
    )
    found = assets(connector)
    assert set(found) == {"person", "dept", "search", "sparse"}
    assert [item.key for item in found["person"].columns] == ["pk", "unique", "fk"]
    assert found["dept"].rows == 5
    assert found["person"].rows == 0
    assert found["sparse"].rows is not None
    assert found["sparse"].rows < 100_000


@pytest.mark.parametrize("suffix", ["", " WITHOUT ROWID"])
def test_sparse_and_clumped_keys_are_sampled(tmp_path: Path, suffix: str) -> None:
    rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
    connector = database(
        tmp_path / "x.db",
        f"CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT){suffix}",
        f"{rows} INSERT INTO t SELECT i, 'v' || i FROM n",
        "INSERT INTO t VALUES (9000000000000000000, 'far')",
    )
    found = column(connector, assets(connector)["t"], rows=500)
    assert 250 <= len(found) <= 500
    assert len(set(found)) == len(found)


def test_text_key_without_rowid_is_sampled(tmp_path: Path) -> None:
    rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
    connector = database(
        tmp_path / "x.db",
        "CREATE TABLE t (k TEXT PRIMARY KEY) WITHOUT ROWID",
        f"{rows} INSERT INTO t SELECT printf('%06d', i) FROM n",
    )
    found = column(connector, assets(connector)["t"], rows=500)
    assert len(found) == 500
    assert int(max(found)) > 15_000


def test_statements_read_no_row(tmp_path: Path) -> None:
    connector = database(tmp_path / "x.db", "CREATE TABLE t (v TEXT)", "CREATE VIEW w AS SELECT v FROM t")
    statements = list(connector.statements(Budget(rows=10)))
    assert any('FROM "t" AS t LIMIT 11' in statement for statement in statements)
    assert any('FROM "w" AS t LIMIT 11' in statement for statement in statements)
    assert any('FROM "w" AS t LIMIT 200) AS t ORDER BY random() LIMIT 10' in item for item in statements)
    first = "\n".join(statements[:4])
    assert all(part in first for part in ("PRAGMA query_only = ON", "BEGIN", "ROLLBACK"))
    assert list(connector.grants()) == []


def test_broken_view_names_no_missing_code(tmp_path: Path) -> None:
    connector = database(
        tmp_path / "x.db",
        "CREATE TABLE gone (v TEXT)",
        "CREATE VIEW broken AS SELECT v FROM gone",
        "DROP TABLE gone",
    )
    problem = next(item for item in connector.assets() if isinstance(item, Problem))
    assert "-" not in problem.params.values()


def test_file_name_of_undecodable_bytes(tmp_path: Path) -> None:
    raw = "人口库.db".encode("gbk")
    made = tmp_path / "x.db"
    database(made, "CREATE TABLE t (v TEXT)", "INSERT INTO t VALUES ('甲')")
    made.rename(tmp_path / os.fsdecode(raw))
    url = f"sqlite:///{tmp_path}/{quote(raw)}"
    connector = SqliteConnector(SourceSpec(name="s", url=url))
    assert column(connector, assets(connector)["t"]) == ["甲"]


def test_any_catalogue_of_ours_is_no_source(tmp_path: Path) -> None:
    Store.open(tmp_path / "of last year.db").close()
    connector = SqliteConnector(SourceSpec(name="s", url=f"sqlite:///{tmp_path / 'of last year.db'}"))
    assert trouble(lambda: list(connector.assets())) == "own-catalog"
    assert trouble(lambda: list(connector.statements(Budget()))) == "own-catalog"


def notes(connector: SqliteConnector, asset: Asset, **budget: Any) -> list[str]:
    found = [item for item in connector.sample(asset, Budget(**budget)) if isinstance(item, Sample)]
    return [note.code for sample in found for note in sample.notes]


ROWS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most})"


@pytest.mark.parametrize(("most", "expected"), [(40, []), (1500, []), (3000, ["not-random"])])
def test_views_are_sampled_at_random_within_a_window(tmp_path: Path, most: int, expected: list[str]) -> None:
    connector = database(
        tmp_path / "x.db",
        "CREATE TABLE t (v)",
        f"{ROWS.format(most=most)} INSERT INTO t SELECT i FROM n",
        "CREATE VIEW w AS SELECT v FROM t",
    )
    asset = assets(connector)["w"]
    found = column(connector, asset, rows=100)
    assert len(set(found)) == len(found) == min(100, most)
    assert max(found) > min(most, 2000) // 2
    assert notes(connector, asset, rows=100) == expected


def test_a_slow_view_gives_its_first_rows_and_says_so(tmp_path: Path) -> None:
    slow = (
        "(WITH RECURSIVE m (j) AS (SELECT i UNION ALL SELECT j + 1 FROM m LIMIT 20000) SELECT max(j) FROM m)"
    )
    connector = database(
        tmp_path / "x.db",
        f"CREATE TABLE t AS {ROWS.format(most=500)} SELECT i FROM n",
        f"CREATE VIEW w AS SELECT i FROM t WHERE {slow} > 0",
    )
    asset = assets(connector)["w"]
    assert sorted(column(connector, asset, rows=20, seconds=4)) == list(range(1, 21))
    assert notes(connector, asset, rows=20, seconds=4) == ["not-random"]


@pytest.mark.parametrize(("most", "expected"), [(4000, []), (30_000, ["not-random"])])
def test_a_share_from_the_front_is_not_called_random(tmp_path: Path, most: int, expected: list[str]) -> None:
    connector = database(
        tmp_path / "x.db",
        "CREATE TABLE t (k TEXT PRIMARY KEY) WITHOUT ROWID",
        f"{ROWS.format(most=most)} INSERT INTO t SELECT printf('%06d', i) FROM n",
    )
    assert notes(connector, assets(connector)["t"], rows=100) == expected


def test_a_full_read_that_is_cut_is_not_called_random(tmp_path: Path) -> None:
    connector = database(
        tmp_path / "x.db",
        "CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT)",
        f"{ROWS.format(most=9000)} INSERT INTO t SELECT i, hex(zeroblob(100)) FROM n",
    )
    asset = assets(connector)["t"]
    assert notes(connector, asset, rows=None) == []
    assert notes(connector, asset, rows=None, bytes=200_000) == ["not-random"]
    assert notes(connector, asset, rows=100) == []
