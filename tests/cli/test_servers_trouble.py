"""What a server can refuse, hide, drop or answer wrongly: reported, never a traceback, never clean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest
from cli.servers import Database, assets, declare, meanwhile, reports, troubles, wait
from services.process import free_port

NUMBER = "440524188001010014"
WRONG = "hunter2-不对"


def kept(tmp_path: Path) -> bytes:
    return b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())


def test_wrong_password(guard: Any, tmp_path: Path, database: Database) -> None:
    declare(tmp_path, f"office: {database.source(password='env:WRONG')}")
    done = reports(guard, "-vv", WRONG=WRONG)
    assert done.code == 3
    assert troubles(done) == {"office": ["auth-failed"]}
    assert "auth-failed" in done.err and "refused the login" in done.err
    tested = guard("source", "test", "office", WRONG=WRONG)
    assert tested.code == 3
    assert "auth-failed" in tested.out and "check account and password" in tested.out
    for shown in (done.out, done.err, tested.out, tested.err):
        assert WRONG not in shown and "hunter2" not in shown
    assert b"hunter2" not in kept(tmp_path)


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_nobody_answers(guard: Any, scheme: str) -> None:
    done = reports(guard, f"{scheme}://127.0.0.1:{free_port()}/office")
    assert done.code == 3
    assert troubles(done) == {"office": ["unreachable"]}
    assert assets(done)["office"]["coverage"]["problems"][0]["next"]


def test_no_such_database(guard: Any, database: Database) -> None:
    done = reports(guard, database.address + "_nowhere")
    assert done.code == 3
    assert [code for codes in troubles(done).values() for code in codes] == ["no-database"]


def test_one_table_of_many_is_denied(guard: Any, tmp_path: Path, database: Database) -> None:
    for name in ("a", "b", "closed", "d"):
        database.run(f"CREATE TABLE {name} (sfzh varchar(18))", f"INSERT INTO {name} VALUES ('{NUMBER}')")
    for name in ("a", "b", "d"):
        database.allow(name)
    if database.kind == "mysql":
        # A table without any right is not even listed to this account.
        database.run("GRANT INSERT ON closed TO guarded@'%'")
    declare(tmp_path, f"office: {database.source()}")
    done = reports(guard, READER=database.password)
    assert done.code == 3
    found = assets(done)
    assert {found[name]["coverage"]["status"] for name in ("a", "b", "d")} == {"scanned"}
    assert found["closed"]["coverage"]["status"] == "skipped"
    (problem,) = found["closed"]["coverage"]["problems"]
    assert problem["code"] == "denied"
    assert "GRANT SELECT ON" in problem["next"] and "closed" in problem["next"]
    assert guard("scan", "--allow-partial", READER=database.password).code == 1
    assert "GRANT SELECT ON" in guard("source", "test", "office", READER=database.password).out


def test_row_security_is_never_clean(guard: Any, tmp_path: Path, postgres: Any) -> None:
    database = Database(postgres, postgres.database())
    database.run(
        "CREATE TABLE hidden (sfzh text)",
        f"INSERT INTO hidden VALUES ('{NUMBER}')",
        "ALTER TABLE hidden ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY nothing ON hidden USING (false)",
    )
    database.allow("hidden")
    declare(tmp_path, f"office: {database.source()}")
    done = reports(guard, READER=database.password)
    assert done.code == 3
    assert troubles(done) == {"hidden": ["row-security"]}
    cover = assets(done)["hidden"]["coverage"]
    assert cover["status"] == "sampled" and cover["incomplete"]


def test_a_table_dropped_during_the_scan(guard: Any, database: Database) -> None:
    database.slow_view("a_slow", 2)
    database.run("CREATE TABLE b_stays (a int)", "CREATE TABLE c_gone (sfzh varchar(18))")
    with meanwhile(reports, guard, database.address) as scan:
        wait(lambda: scan.done() or "a_slow" in database.running())
        database.run("DROP TABLE c_gone")
        done = scan.result()
    assert done.code == 3
    assert troubles(done) == {"a_slow": [], "b_stays": [], "c_gone": ["vanished"]}
    assert assets(done)["c_gone"]["coverage"]["status"] == "skipped"


def test_a_column_dropped_during_the_scan(guard: Any, database: Database) -> None:
    database.slow_view("a_slow", 2)
    database.run("CREATE TABLE c_other (a int, b int)")
    with meanwhile(reports, guard, database.address) as scan:
        wait(lambda: scan.done() or "a_slow" in database.running())
        database.run("ALTER TABLE c_other DROP COLUMN b")
        done = scan.result()
    assert done.code == 3
    assert troubles(done)["c_other"] == ["changed"]


def test_a_locked_table_is_not_waited_for(guard: Any, database: Database) -> None:
    database.run("CREATE TABLE a (x int)", "CREATE TABLE b (x int)")
    lock = {"postgresql": "LOCK TABLE b IN ACCESS EXCLUSIVE MODE", "mysql": "LOCK TABLES b WRITE"}
    with held(database, lock[database.kind]):
        done = reports(guard, database.address)
    assert done.code == 3
    assert troubles(done) == {"a": [], "b": ["locked"]}


@contextmanager
def held(database: Database, statement: str) -> Iterator[None]:
    """``statement`` in a transaction that stays open."""
    if database.kind == "postgresql":
        connection: Any = psycopg.connect(database.url)
    else:
        connection = pymysql.connect(
            host="127.0.0.1", port=database.server.port, user="root", database=database.name
        )
    try:
        connection.cursor().execute(statement)
        yield
    finally:
        connection.close()


def test_an_error_that_quotes_a_value(guard: Any, tmp_path: Path, database: Database) -> None:
    database.run("CREATE TABLE people (zjhm varchar(40))", f"INSERT INTO people VALUES ('{NUMBER}x')")
    if database.kind == "postgresql":
        database.run("CREATE VIEW a_cast AS SELECT zjhm::int AS a FROM people")
    else:
        database.run(
            "CREATE FUNCTION raising(x TEXT) RETURNS TEXT DETERMINISTIC "
            "BEGIN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = x; RETURN x; END",
            "CREATE VIEW a_cast AS SELECT raising(zjhm) AS a FROM people",
        )
    done = reports(guard, database.address, "-vv")
    assert done.code == 3
    assert len(troubles(done)["a_cast"]) == 1 and troubles(done)["people"] == []
    assert assets(done)["a_cast"]["coverage"]["status"] == "skipped"
    table = guard("scan", database.address, "-f", "table", "-f", "sarif=out.sarif", "-vv")
    for shown in (done.out, done.err, table.out, table.err):
        assert NUMBER not in shown
    assert NUMBER.encode() not in kept(tmp_path)


def test_a_view_without_its_table(guard: Any, mariadb: Any) -> None:
    database = Database(mariadb, mariadb.database())
    database.run("CREATE TABLE base (a int)", "CREATE VIEW v AS SELECT a FROM base")
    database.run("CREATE TABLE t (a int)", "DROP TABLE base")
    done = reports(guard, database.address)
    assert done.code == 3
    assert troubles(done) == {"v": ["view-broken"], "t": []}


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_password_from_a_file(guard: Any, tmp_path: Path, database: Database, mode: int) -> None:
    database.run("CREATE TABLE a (x int)")
    database.allow("a")
    secret = tmp_path / "reader.txt"
    secret.write_text(database.password + "\n", "utf-8")
    secret.chmod(mode)
    declare(tmp_path, f"office: {database.source(password='file:reader.txt')}")
    done = reports(guard)
    assert done.code == (0 if mode == 0o600 else 2), done.err
    assert database.password not in done.out + done.err
    if mode == 0o644:
        assert "reader.txt" in done.err and "0644" in done.err


def test_a_reference_that_leads_nowhere(guard: Any, tmp_path: Path, database: Database) -> None:
    declare(tmp_path, f"office: {database.source(password='env:NOT_THERE')}")
    done = reports(guard)
    assert done.code == 2 and "NOT_THERE" in done.err
