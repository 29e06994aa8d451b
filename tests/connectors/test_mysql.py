"""MariaDB as it is found: rights, odd values, keys of all kinds, lost connections, rogue servers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pymysql
import pytest
from services.mariadb import PASSWORD
from services.rogue import RogueMysql

from guard.sdk import Asset, Budget, Limits, Problem, Sample, Secret, SourceSpec, Unreadable
from guard_connectors.mysql import MysqlConnector

pytestmark = pytest.mark.service("mariadb")

CANARY = "s3cret-canary-88421"


def spec(url: str, **facts: Any) -> SourceSpec:
    return SourceSpec(name="my", url=url, **facts)


def listed(connector: MysqlConnector) -> dict[str, Asset]:
    return {item.name: item for item in connector.assets() if isinstance(item, Asset)}


def samples(connector: MysqlConnector, asset: Asset, **budget: Any) -> list[Sample]:
    found = list(connector.sample(asset, Budget(**budget)))
    assert all(isinstance(item, Sample) for item in found), found
    return [item for item in found if isinstance(item, Sample)]


def column(connector: MysqlConnector, asset: Asset, place: int = 0, **budget: Any) -> list[Any]:
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


@pytest.fixture
def make(mariadb: Any) -> Callable[..., tuple[str, MysqlConnector]]:
    def made(*statements: str) -> tuple[str, MysqlConnector]:
        url = mariadb.database()
        mariadb.execute(url, *statements)
        return url, MysqlConnector(spec(url))

    return made


def test_values_of_every_kind(make: Any) -> None:
    _, connector = make(
        "CREATE TABLE t (d datetime, n decimal(30, 2), u bigint unsigned, b varbinary(300), e enum('男','女'),"
        " y year, bits bit(8), f double, j json, s set('a','b'), tm time)",
        "SET sql_mode = ''",
        "INSERT INTO t VALUES ('0000-00-00', 1234567890123456789012345.67, 18446744073709551615,"
        " repeat(x'00ff', 100), '女', 2020, b'101', 1.5, '{\"k\": \"甲\"}', 'a,b', '-838:59:59')",
    )
    read = samples(connector, listed(connector)["t"])[0].batch
    assert [array.to_pylist()[0] for array in read.columns] == [
        "0000-00-00 00:00:00", "1234567890123456789012345.67", "18446744073709551615", b"\x00\xff" * 32,
        "女", 2020, 5, 1.5, '{"k": "甲"}', "a,b", "-838:59:59",
    ]  # fmt: skip


def test_text_in_an_old_encoding(make: Any) -> None:
    _, connector = make(
        "CREATE TABLE t (v varchar(20) CHARACTER SET gbk)", "INSERT INTO t VALUES ('身份证号')"
    )
    assert column(connector, listed(connector)["t"]) == ["身份证号"]


@pytest.mark.parametrize(
    "table",
    [
        "id int PRIMARY KEY, v text",
        "id bigint unsigned PRIMARY KEY, v text",
        "id varchar(20) PRIMARY KEY, v text",
        "id int, v text",
        "id int, k int, v text, PRIMARY KEY (id, k)",
    ],
)
def test_random_whatever_the_key(make: Any, table: str) -> None:
    names = "id, k, v" if "k int" in table else "id, v"
    values = "seq, seq, concat('v', seq)" if "k int" in table else "seq, concat('v', seq)"
    _, connector = make(
        f"CREATE TABLE t ({table})", f"INSERT INTO t ({names}) SELECT {values} FROM seq_1_to_15000"
    )
    asset = listed(connector)["t"]
    found = [int(value[1:]) for value in column(connector, asset, -1 + len(asset.columns), rows=200, seed=5)]
    assert 100 <= len(found) == len(set(found)) <= 200
    assert {value * 4 // 15_001 for value in found} == set(range(4))


def test_keys_comments_views_and_system_schemas(make: Any, mariadb: Any) -> None:
    url, connector = make(
        "CREATE TABLE dept (id int PRIMARY KEY COMMENT '编号') COMMENT '部门'",
        "CREATE TABLE person (id int PRIMARY KEY, sfz char(18) UNIQUE, dept int, FOREIGN KEY (dept) REFERENCES dept (id))",
        "INSERT INTO dept VALUES (1)",
        "CREATE VIEW v AS SELECT id FROM dept",
        "CREATE VIEW broken AS SELECT id AS gone FROM dept",
        "ALTER TABLE dept CHANGE id nr int",
    )
    items = list(connector.assets())
    assert {item.path[-1]: item.code for item in items if isinstance(item, Problem)} == {
        "v": "view-broken", "broken": "view-broken"
    }  # fmt: skip
    found = listed(connector)
    assert [item.key for item in found["person"].columns] == ["pk", "unique", "fk"]
    everything = MysqlConnector(spec(mariadb.url("")))
    schemas = {item.path[0] for item in everything.assets()}
    assert url.rpartition("/")[2] in schemas
    assert not schemas & {"mysql", "sys", "performance_schema", "information_schema"}


def test_rights(make: Any, mariadb: Any) -> None:
    url, _ = make(
        "CREATE TABLE open (id int)",
        "CREATE TABLE `se``cret` (id int)",
        "CREATE TABLE half (id int, salary int)",
        "INSERT INTO half VALUES (1, 999)",
        "GRANT SELECT ON open TO guarded@'%'",
        "GRANT INSERT ON `se``cret` TO guarded@'%'",
        "GRANT SELECT (id), INSERT (salary) ON half TO guarded@'%'",
    )
    mine = spec(url.replace("root@", "guarded@"), password=Secret(PASSWORD))
    connector = MysqlConnector(mine)
    items = list(connector.assets())
    denied = [item for item in items if isinstance(item, Problem)]
    assert [(item.path[1], item.code) for item in denied] == [("se`cret", "denied")]
    grant = str(denied[0].params["grant"])
    assert grant == f"GRANT SELECT ON `{denied[0].path[0]}`.`se``cret` TO 'guarded'@'%';"
    found = {item.name: item for item in items if isinstance(item, Asset)}
    read = samples(connector, found["half"])
    assert [array.to_pylist() for array in read[0].batch.columns] == [[1], [None]]
    assert [note.code for note in read[0].notes] == ["columns-denied"]
    mariadb.execute(url, grant)
    assert "se`cret" in listed(MysqlConnector(mine))
    mariadb.execute(url, "REVOKE SELECT ON open FROM guarded@'%'")
    problem = trouble(lambda: list(connector.sample(found["open"], Budget())))
    assert (problem.code, "`open`" in str(problem.params["grant"])) == ("denied", True)


def test_lost_dropped_and_locked_tables(make: Any, mariadb: Any) -> None:
    url, connector = make(*(f"CREATE TABLE {name} (id int, v text)" for name in ("a", "b", "c", "d")))
    found = listed(connector)
    mariadb.execute(url, "DROP TABLE a", "ALTER TABLE b DROP COLUMN v")
    assert trouble(lambda: list(connector.sample(found["a"], Budget()))).code == "vanished"
    assert trouble(lambda: list(connector.sample(found["b"], Budget()))).code == "changed"
    holder = pymysql.connect(
        host="127.0.0.1", port=mariadb.port, user="root", database=url.rpartition("/")[2], ssl_disabled=True
    )
    with holder, holder.cursor() as cursor:
        cursor.execute("LOCK TABLES c WRITE")
        started = time.monotonic()
        assert trouble(lambda: list(connector.sample(found["c"], Budget()))).code == "locked"
        assert time.monotonic() - started < 5
    assert samples(connector, found["d"])[0].complete


def test_connection_lost_in_one_table_is_reopened_for_the_next(make: Any, mariadb: Any) -> None:
    url, connector = make(
        "CREATE TABLE a AS SELECT seq AS id, repeat('x', 2000) AS pad FROM seq_1_to_40000",
        "CREATE TABLE b (id int)",
    )
    found = listed(connector)
    stream = connector.sample(found["a"], Budget(rows=None, bytes=1 << 30))
    assert isinstance(next(stream), Sample)
    guests = mariadb.execute(
        url,
        "SELECT a.processlist_id FROM performance_schema.session_connect_attrs AS a"
        " JOIN information_schema.processlist AS p ON p.id = a.processlist_id"
        " WHERE a.attr_name = 'program_name' AND a.attr_value = 'govguard' AND p.db = DATABASE()",
        rows=True,
    )
    assert len(guests) == 1
    mariadb.execute(url, f"KILL {guests[0][0]}")
    codes = [item.code for item in stream if isinstance(item, Problem)]
    assert codes == ["disconnected"]
    assert samples(connector, found["b"])[0].complete


def test_guest_reads_only(make: Any) -> None:
    _, connector = make("CREATE TABLE t (id int)")
    session = connector.connect()
    session.begin(5)
    assert session.rows("SELECT @@max_statement_time, @@lock_wait_timeout, @@sql_mode") == [
        ("5.000000", "1", "")
    ]
    with pytest.raises(pymysql.err.Error) as caught:
        session.rows("INSERT INTO t VALUES (1)")
    assert caught.value.args[0] == 1792
    session.end()
    with pytest.raises(pymysql.err.Error):
        session.rows("INSERT INTO t VALUES (1)")
    session.close()


def test_logins_that_fail(mariadb: Any) -> None:
    def code(url: str, **facts: Any) -> str:
        return trouble(lambda: list(MysqlConnector(spec(url, **facts)).assets())).code

    assert code(mariadb.url("", "guarded"), password=Secret("错的口令")) == "auth-failed"
    assert code(mariadb.url("", "guarded")) == "auth-failed"
    assert code(mariadb.url("no_such_database")) == "no-database"
    assert code(mariadb.url("") + "?sslmode=require") == "tls-failed"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert code(f"mysql://x@127.0.0.1:{closed.getsockname()[1]}/d") == "unreachable"


def test_server_that_never_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connector = MysqlConnector(spec(f"mysql://x@127.0.0.1:{silent.getsockname()[1]}/d"))
        started = time.monotonic()
        assert trouble(lambda: list(connector.assets())).code in ("unreachable", "disconnected")
        assert time.monotonic() - started < 10


@pytest.fixture
def rogue() -> Iterator[Callable[..., RogueMysql]]:
    made: list[RogueMysql] = []

    def start(*facts: str) -> RogueMysql:
        made.append(RogueMysql(*facts))
        return made[-1]

    yield start
    for server in made:
        server.close()


def test_rogue_server_gets_no_file(rogue: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(CANARY)
    server = rogue("file", str(secret))
    connector = MysqlConnector(spec(f"mysql://x@127.0.0.1:{server.port}/d", password=Secret("p")))
    trouble(lambda: list(connector.assets()))
    assert b"SELECT VERSION()" in server.heard, "it got as far as a query"
    assert CANARY.encode() not in server.heard


def test_rogue_server_gets_no_password_in_clear(rogue: Any) -> None:
    server = rogue("clear")
    connector = MysqlConnector(spec(f"mysql://x@127.0.0.1:{server.port}/d", password=Secret(CANARY)))
    trouble(lambda: list(connector.assets()))
    assert server.heard
    assert CANARY.encode() not in server.heard


def test_rogue_server_without_tls_gets_not_even_the_account(rogue: Any) -> None:
    server = rogue("file")
    connector = MysqlConnector(
        spec(f"mysql://canary_account@127.0.0.1:{server.port}/d?sslmode=verify-full", password=Secret(CANARY))
    )
    assert trouble(lambda: list(connector.assets())).code == "tls-failed"
    assert b"canary_account" not in server.heard


def test_statement_timeout_is_a_timeout(make: Any) -> None:
    url, _ = make("CREATE VIEW w AS SELECT benchmark(100000000000, md5('x')) AS s")
    connector = MysqlConnector(spec(url, limits=Limits(statement_seconds=0.3)))
    started = time.monotonic()
    problem = trouble(lambda: list(connector.sample(listed(connector)["w"], Budget())))
    assert (problem.code, time.monotonic() - started < 3) == ("timeout", True)


def test_several_threads_share_the_connections(make: Any) -> None:
    url, _ = make(*(f"CREATE TABLE t{i} AS SELECT seq AS id FROM seq_1_to_3000" for i in range(8)))
    connector = MysqlConnector(spec(url, limits=Limits(connections=2, per_second=0)))
    found = listed(connector)
    counts: list[int] = []

    def read(asset: Asset) -> None:
        counts.append(sum(item.rows for item in samples(connector, asset, rows=100)))

    threads = [threading.Thread(target=read, args=(asset,)) for asset in found.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [100] * 8
    connector.close()


def test_statements_and_grants(make: Any) -> None:
    _, connector = make("CREATE TABLE t (id int PRIMARY KEY, v text)")
    statements = list(connector.statements(Budget(rows=10)))
    assert any(":low" in statement for statement in statements)
    assert not any("%(" in statement for statement in statements)
    shown = "\n".join(statements)
    for part in ("START TRANSACTION READ ONLY", "SET SESSION TRANSACTION READ ONLY", "-- one of:"):
        assert part in shown
    assert shown.count("max_statement_time = 30.000") == 1
    assert all(grant.startswith("GRANT SELECT ON ") for grant in connector.grants())


def test_view_whose_definer_is_gone(make: Any, mariadb: Any) -> None:
    url, _ = make(
        "CREATE USER IF NOT EXISTS leaver@'%'",
        "CREATE TABLE t (id int)",
        "CREATE DEFINER = leaver@'%' SQL SECURITY DEFINER VIEW v AS SELECT id FROM t",
        "DROP USER leaver@'%'",
    )
    database = url.rpartition("/")[2]
    mariadb.execute(url, f"GRANT SELECT ON {database}.v TO guarded@'%'")
    connector = MysqlConnector(spec(url.replace("root@", "guarded@"), password=Secret(PASSWORD)))
    found = listed(connector)
    if "v" in found:
        problem = trouble(lambda: list(connector.sample(found["v"], Budget())))
    else:
        problem = next(item for item in connector.assets() if isinstance(item, Problem))
    assert (problem.code, problem.path[-1]) == ("view-broken", "v")
    assert "-" not in problem.params.values()


@pytest.mark.parametrize(("most", "expected"), [(80, []), (1500, []), (3000, ["not-random"])])
def test_views_are_sampled_at_random_within_a_window(make: Any, most: int, expected: list[str]) -> None:
    _, connector = make(
        f"CREATE TABLE t AS SELECT seq AS id, repeat('x', 9) AS pad FROM seq_1_to_{most}",
        "CREATE VIEW w AS SELECT * FROM t",
    )
    found = samples(connector, listed(connector)["w"], rows=100)
    ids = [value for item in found for value in item.batch.column(0).to_pylist()]
    assert len(set(ids)) == len(ids) == min(100, most)
    assert max(ids) > min(most, 2000) // 2
    assert [note.code for note in found[-1].notes] == expected
