"""PostgreSQL as it is found: rights, row security, partitions, odd values, lost connections."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from services.postgres import PASSWORD

from guard.catalog.store import Store
from guard.sdk import Asset, Budget, Limits, Problem, Sample, Secret, SourceSpec, Unreadable
from guard.sdk.sql import SqlConnector
from guard.sdk.sql.own import MARK, TABLES
from guard_connectors.postgres import PostgresConnector

pytestmark = pytest.mark.service("postgres")


def spec(url: str, **facts: Any) -> SourceSpec:
    return SourceSpec(name="pg", url=url, **facts)


def listed(connector: SqlConnector) -> dict[str, Asset]:
    return {"/".join(item.path): item for item in connector.assets() if isinstance(item, Asset)}


def samples(connector: SqlConnector, asset: Asset, **budget: Any) -> list[Sample]:
    found = list(connector.sample(asset, Budget(**budget)))
    assert all(isinstance(item, Sample) for item in found), found
    return [item for item in found if isinstance(item, Sample)]


def column(connector: SqlConnector, asset: Asset, place: int = 0, **budget: Any) -> list[Any]:
    return [
        value
        for item in samples(connector, asset, **budget)
        for value in item.batch.column(place).to_pylist()
    ]


def trouble(work: Callable[[], object]) -> Problem:
    with pytest.raises(Unreadable) as caught:
        work()
    assert caught.value.__context__ is None
    return caught.value.problem


@pytest.fixture(scope="module")
def database(postgres: Any) -> str:
    return postgres.database()


@pytest.fixture
def make(postgres: Any, database: str) -> Callable[..., tuple[str, PostgresConnector]]:
    def made(*statements: str) -> tuple[str, PostgresConnector]:
        url = postgres.emptied(database)
        postgres.execute(url, *statements)
        return url, PostgresConnector(spec(url))

    return made


def test_values_that_python_has_no_word_for(make: Any) -> None:
    _, connector = make(
        "CREATE TABLE t (d date, ts timestamptz, n numeric, m money, i interval, a text[], u uuid, j jsonb, b bit(3))",
        """INSERT INTO t VALUES ('infinity', '-infinity', 'NaN', 1.5, '1 mon', '{"甲",null}', NULL, '{"k": 1}', b'101'),
        ('4713-01-01 BC', '294276-01-01', 1e100, 2, '-3 days', '{}', NULL, 'null', b'000')""",
    )
    asset = listed(connector)["public/t"]
    assert sorted(column(connector, asset, 0)) == ["4713-01-01 BC", "infinity"]
    assert "-infinity" in column(connector, asset, 1)
    assert "NaN" in column(connector, asset, 2)
    assert '{"k": 1}' in column(connector, asset, 7)


def test_kinds_of_objects(make: Any, postgres: Any) -> None:
    _, connector = make(
        "CREATE SCHEMA 人社",
        "CREATE TABLE 人社.p (id int, v text) PARTITION BY RANGE (id)",
        "CREATE TABLE 人社.p1 PARTITION OF 人社.p FOR VALUES FROM (0) TO (5000)",
        "CREATE TABLE 人社.p2 PARTITION OF 人社.p FOR VALUES FROM (5000) TO (90000)",
        "INSERT INTO 人社.p SELECT i, 'v' || i FROM generate_series(0, 19999) AS i",
        "ANALYZE 人社.p1",
        "ANALYZE 人社.p2",
        "CREATE TABLE parent (id int)",
        "CREATE TABLE child () INHERITS (parent)",
        "INSERT INTO parent VALUES (1)",
        "INSERT INTO child VALUES (2)",
        "CREATE MATERIALIZED VIEW m AS SELECT id FROM 人社.p WHERE id < 10",
        "CREATE VIEW v AS SELECT id FROM parent",
        "CREATE TABLE nothing ()",
        "INSERT INTO nothing DEFAULT VALUES",
        "CREATE UNLOGGED TABLE u (id int PRIMARY KEY, other int REFERENCES u (id), k text UNIQUE)",
        "CREATE TEMPORARY TABLE gone (id int)",
    )
    found = listed(connector)
    names = ["child", "m", "nothing", "parent", "u", "v"]
    assert sorted(found) == sorted([*(f"public/{name}" for name in names), "人社/p"])
    assert found["人社/p"].rows == 20_000
    assert found["public/v"].kind == "view"
    assert found["public/v"].rows is None
    assert [item.key for item in found["public/u"].columns] == ["pk", "fk", "unique"]
    assert column(connector, found["public/parent"]) == [1]
    places = column(connector, found["人社/p"], rows=200)
    assert len(places) == 200
    assert max(places) > 15_000
    assert len(samples(connector, found["public/m"])) == 1
    assert samples(connector, found["public/nothing"])[0].complete
    assert len(column(connector, found["人社/p"], rows=None)) == 20_000


def test_large_table_is_sampled_by_pages(make: Any) -> None:
    _, connector = make(
        "CREATE TABLE big (id int, pad text)",
        "INSERT INTO big SELECT i, repeat('x', 100) FROM generate_series(1, 60000) AS i",
        "CREATE TABLE bloated (id int, pad text)",
        "INSERT INTO bloated SELECT i, repeat('x', 100) FROM generate_series(1, 60000) AS i",
        "DELETE FROM bloated WHERE id > 3",
    )
    found = listed(connector)
    statements = "\n".join(connector.statements(Budget(rows=200)))
    assert "TABLESAMPLE SYSTEM" in statements
    assert "-- cost " in statements
    places = column(connector, found["public/big"], rows=200, seed=3)
    assert len(places) == 200
    assert places == column(connector, found["public/big"], rows=200, seed=3)
    assert min(places) < 15_000 < 45_000 < max(places)
    assert 1 <= len(column(connector, found["public/bloated"], rows=200)) <= 3


def test_denied_objects_are_listed_with_their_grant(make: Any, postgres: Any) -> None:
    url, _ = make(
        "CREATE TABLE open (id int)",
        'CREATE TABLE "sec""ret" (id int)',
        "CREATE TABLE half (id int, salary int)",
        "CREATE SCHEMA closed",
        "CREATE TABLE closed.t (id int)",
        "GRANT SELECT ON open TO guarded",
        "GRANT SELECT (id) ON half TO guarded",
        "INSERT INTO half VALUES (1, 999)",
    )
    mine = url.replace("postgres@", "guarded@")
    connector = PostgresConnector(spec(mine, password=Secret(PASSWORD)))
    items = list(connector.assets())
    denied = {item.path: item for item in items if isinstance(item, Problem)}
    assert set(denied) == {("public", 'sec"ret'), ("closed", "t")}
    assert {item.code for item in denied.values()} == {"denied"}
    secret = str(denied["public", 'sec"ret'].params["grant"])
    assert secret == 'GRANT SELECT ON TABLE "public"."sec""ret" TO "guarded";'
    closed = str(denied["closed", "t"].params["grant"])
    assert 'GRANT USAGE ON SCHEMA "closed" TO "guarded";' in closed
    half = next(item for item in items if isinstance(item, Asset) and item.name == "half")
    read = samples(connector, half)
    assert [array.to_pylist() for array in read[0].batch.columns] == [[1], [None]]
    assert [note.code for note in read[0].notes] == ["columns-denied"]
    # What the GRANTs promise: once run, everything is there.
    postgres.execute(url, secret, *closed.split(";")[:-1])
    again = list(PostgresConnector(spec(mine, password=Secret(PASSWORD))).assets())
    assert len([item for item in again if isinstance(item, Asset)]) == 4
    # Revoked between listing and reading.
    postgres.execute(url, "REVOKE SELECT ON open FROM guarded")
    opened = next(item for item in items if isinstance(item, Asset) and item.name == "open")
    problem = trouble(lambda: list(connector.sample(opened, Budget())))
    assert problem.code == "denied"
    assert 'ON TABLE "public"."open"' in str(problem.params["grant"])


def test_grants_are_least_and_complete(make: Any, postgres: Any) -> None:
    url, _ = make("CREATE TABLE t (id int)", "CREATE VIEW v AS SELECT id FROM t")
    grants = list(
        PostgresConnector(spec(url.replace("postgres@", "guarded@"), password=Secret(PASSWORD))).grants()
    )
    assert all(
        item.startswith(("GRANT SELECT ON TABLE", "GRANT USAGE ON SCHEMA", "GRANT CONNECT"))
        for item in grants
    )
    postgres.execute(url, *grants)
    guarded = PostgresConnector(spec(url.replace("postgres@", "guarded@"), password=Secret(PASSWORD)))
    assert set(listed(guarded)) == {"public/t", "public/v"}


def test_row_security_is_noticed(make: Any, postgres: Any) -> None:
    url, owner = make(
        "CREATE TABLE t (id int)",
        "INSERT INTO t VALUES (1), (2)",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY p ON t USING (id = 1)",
        "GRANT SELECT ON t TO guarded",
    )
    guarded = PostgresConnector(spec(url.replace("postgres@", "guarded@"), password=Secret(PASSWORD)))
    read = samples(guarded, listed(guarded)["public/t"])
    assert sum(item.rows for item in read) == 1
    assert [note.code for item in read for note in item.notes] == ["row-security"]
    assert samples(owner, listed(owner)["public/t"])[0].notes == ()


def test_lost_dropped_and_locked_tables(make: Any, postgres: Any) -> None:
    url, connector = make(*(f"CREATE TABLE {name} (id int, v text)" for name in ("a", "b", "c", "d")))
    found = listed(connector)
    postgres.execute(url, "DROP TABLE a", "ALTER TABLE b DROP COLUMN v")
    assert trouble(lambda: list(connector.sample(found["public/a"], Budget()))).code == "vanished"
    assert trouble(lambda: list(connector.sample(found["public/b"], Budget()))).code == "changed"
    with psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE c IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        assert trouble(lambda: list(connector.sample(found["public/c"], Budget()))).code == "locked"
        assert time.monotonic() - started < 3
        assert "public/c" in listed(connector), "a locked table does not stop the listing"
    assert samples(connector, found["public/d"])[0].complete


def test_connection_lost_in_one_table_is_reopened_for_the_next(make: Any, postgres: Any) -> None:
    url, connector = make(
        "CREATE TABLE a (id int, pad text)",
        "INSERT INTO a SELECT i, repeat('x', 500) FROM generate_series(1, 40000) AS i",
        "CREATE TABLE b (id int)",
    )
    found = listed(connector)
    stream = connector.sample(found["public/a"], Budget(rows=None))
    assert isinstance(next(stream), Sample)
    postgres.execute(
        url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'govguard'"
    )
    assert [item.code for item in stream if isinstance(item, Problem)] == ["disconnected"]
    assert samples(connector, found["public/b"])[0].complete
    connector.close()


def test_guest_is_visible_and_reads_only(make: Any, postgres: Any) -> None:
    url, connector = make("CREATE TABLE a AS SELECT i FROM generate_series(1, 100000) AS i")
    found = listed(connector)
    stream = connector.sample(found["public/a"], Budget(rows=None, bytes=10_000_000))
    next(stream)
    seen = postgres.execute(
        url, "SELECT state FROM pg_stat_activity WHERE application_name = 'govguard'", rows=True
    )
    assert seen == [("idle in transaction",)]
    stream.close()  # type: ignore[attr-defined]
    session = connector.connect()
    session.begin(5)
    settings = dict(
        session.rows("SELECT name, setting FROM pg_settings WHERE name ~ 'timeout|read_only|search_path'")
    )
    assert settings["transaction_read_only"] == "on"
    assert settings["statement_timeout"] == "5000"
    assert settings["lock_timeout"] == "200"
    assert settings["search_path"] == "pg_catalog"
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        session.rows("CREATE TABLE x (id int)")
    session.end()
    session.close()


def test_connection_cap(make: Any, postgres: Any) -> None:
    url, _ = make("CREATE TABLE a AS SELECT i FROM generate_series(1, 200000) AS i")
    connector = PostgresConnector(spec(url, limits=Limits(connections=2, per_second=0)))
    asset = listed(connector)["public/a"]
    most: list[int] = []

    def read() -> None:
        for _ in connector.sample(asset, Budget(rows=None)):
            seen = postgres.execute(
                url, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'govguard'", rows=True
            )
            most.append(seen[0][0])

    threads = [threading.Thread(target=read) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= max(most) <= 2
    connector.close()


def test_logins_that_fail(postgres: Any) -> None:
    def code(url: str, **facts: Any) -> str:
        return trouble(lambda: list(PostgresConnector(spec(url, **facts)).assets())).code

    wrong = postgres.url("postgres", "guarded")
    assert code(wrong, password=Secret("wrong-secret-canary")) == "auth-failed"
    assert code(wrong) == "auth-failed"
    assert code(postgres.url("postgres", "nobody_here")) == "auth-failed"
    assert code(postgres.url("no_such_database")) == "no-database"
    assert code(postgres.url("postgres") + "?sslmode=require") == "tls-failed"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert code(f"postgresql://x@127.0.0.1:{closed.getsockname()[1]}/d") == "unreachable"


def test_server_that_never_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connector = PostgresConnector(spec(f"postgresql://x@127.0.0.1:{silent.getsockname()[1]}/d"))
        started = time.monotonic()
        assert trouble(lambda: list(connector.assets())).code == "unreachable"
        assert time.monotonic() - started < 10


def test_text_of_a_server_that_checks_none(postgres: Any) -> None:
    url = postgres.database("SQL_ASCII")
    with psycopg.connect(url, autocommit=True, client_encoding="SQL_ASCII") as connection:
        connection.execute("CREATE TABLE t (v text)")
        connection.execute(b"INSERT INTO t VALUES ('" + "身份证".encode("gb18030") + b"'), ('plain')")
    connector = PostgresConnector(spec(url))
    assert sorted(column(connector, listed(connector)["public/t"])) == ["plain", "身份证"]


def test_costly_view_is_not_run(make: Any) -> None:
    _, connector = make(
        "CREATE TABLE a AS SELECT i FROM generate_series(1, 10000) AS i",
        "ANALYZE a",
        "CREATE VIEW w AS SELECT count(*) AS n FROM a AS x, a AS y, a AS z",
    )
    problem = trouble(lambda: list(connector.sample(listed(connector)["public/w"], Budget())))
    assert problem.code == "too-costly"


def test_statement_timeout_is_a_timeout(make: Any) -> None:
    url, _ = make("CREATE VIEW w AS SELECT pg_sleep(30)::text AS s")
    limits = Limits(statement_seconds=0.3)
    connector = PostgresConnector(spec(url, limits=limits))
    started = time.monotonic()
    problem = trouble(lambda: list(connector.sample(listed(connector)["public/w"], Budget())))
    assert (problem.code, time.monotonic() - started < 3) == ("timeout", True)
    assert "seconds" in problem.params


def test_hostile_schema_names_and_include(make: Any) -> None:
    url, _ = make(
        'CREATE SCHEMA "we""ird; DROP TABLE keep; --"',
        'CREATE TABLE "we""ird; DROP TABLE keep; --"."t/😀" ("select" int, "a""b" text)',
        'INSERT INTO "we""ird; DROP TABLE keep; --"."t/😀" VALUES (1, \'x\')',
        "CREATE TABLE keep (id int)",
    )
    connector = PostgresConnector(replace(spec(url), include=("we*",)))
    found = list(listed(connector).values())
    assert [asset.path for asset in found] == [('we"ird; DROP TABLE keep; --', "t/😀")]
    assert column(connector, found[0], 1) == ["x"]
    fresh = PostgresConnector(spec(url))
    assert column(fresh, found[0], 1) == ["x"], "an asset can be read without listing first"
    assert "public/keep" in listed(fresh)


@pytest.mark.parametrize(("most", "expected"), [(80, []), (1500, []), (3000, ["not-random"])])
def test_views_are_sampled_at_random_within_a_window(make: Any, most: int, expected: list[str]) -> None:
    _, connector = make(
        f"CREATE TABLE t AS SELECT i AS id, 'x' AS pad FROM generate_series(1, {most}) AS i",
        "CREATE VIEW w AS SELECT * FROM t",
    )
    found = samples(connector, listed(connector)["public/w"], rows=100)
    ids = [value for item in found for value in item.batch.column(0).to_pylist()]
    assert len(set(ids)) == len(ids) == min(100, most)
    assert max(ids) > min(most, 2000) // 2
    assert [note.code for note in found[-1].notes] == expected


def test_a_catalogue_beside_the_data_is_left_out(make: Any) -> None:
    url, connector = make("CREATE TABLE person (id int)", "CREATE SCHEMA s", "CREATE TABLE s.runs (id int)")
    Store.open(url).close()
    items = list(connector.assets())
    assert {"/".join(item.path) for item in items if isinstance(item, Asset)} == {"public/person", "s/runs"}
    problems = [item for item in items if isinstance(item, Problem)]
    assert {item.code for item in problems} == {"own-catalog"}
    assert {item.path[-1] for item in problems} == TABLES | {MARK}
    assert not any("units" in statement for statement in connector.grants())


def test_statements_show_the_session(make: Any) -> None:
    _, connector = make("CREATE TABLE t (id int)", "CREATE VIEW w AS SELECT id FROM t")
    shown = "\n".join(connector.statements(Budget(rows=10)))
    for part in (
        "BEGIN TRANSACTION READ ONLY",
        "SET LOCAL statement_timeout = 30000",
        "ROLLBACK",
        "DECLARE ",
    ):
        assert shown.count(part) == 1
    assert "-- one of:" in shown
    assert "ORDER BY random() LIMIT 10" in shown
