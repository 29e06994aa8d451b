"""A polite guest: what a scan costs a server, what it says beforehand, and the rights it asks for."""

from __future__ import annotations

import os
import pty
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cli.servers import Database, assets, declare, meanwhile, reports, troubles, wait

ROWS = 200_000
READ = {
    "postgresql": "SELECT pg_stat_clear_snapshot(), coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) "
    "FROM pg_stat_user_tables",
    "mysql": "SELECT 0, coalesce(sum(count_read), 0) FROM performance_schema.table_io_waits_summary_by_table "
    "WHERE object_schema = DATABASE()",
}


def rows_read(database: Database) -> int:
    """How many rows the server has read from this database's tables, by its own count."""
    if database.kind == "postgresql":
        wait(lambda: not database.ask("SELECT 1 FROM pg_stat_activity WHERE application_name = 'govguard'"))
    return int(database.ask(READ[database.kind])[0][1])


@pytest.fixture
def large(database: Database) -> Database:
    """A table that nobody wants to read whole."""
    database.run("CREATE TABLE big (id int PRIMARY KEY, bz varchar(60))")
    series = {"postgresql": "FROM generate_series(1, {0}) AS n (seq)", "mysql": "FROM seq_1_to_{0}"}
    database.run(f"INSERT INTO big SELECT seq, concat('note ', seq) {series[database.kind].format(ROWS)}")
    database.run("ANALYZE big" if database.kind == "postgresql" else "ANALYZE TABLE big")
    return database


def test_estimates_and_samples_never_read_a_table_whole(guard: Any, large: Database) -> None:
    before = rows_read(large)
    done = reports(guard, large.address, "--sample", "300")
    cover = assets(done)["big"]["coverage"]
    assert cover["status"] == "sampled" and 250 <= cover["rows"] <= 300
    assert abs(cover["of"] - ROWS) < ROWS / 10
    assert rows_read(large) - before < ROWS / 10


def test_a_dry_run_reads_nothing(guard: Any, tmp_path: Path, large: Database) -> None:
    before = rows_read(large)
    cost = guard("scan", large.address, "--dry-run")
    assert cost.code == 0
    assert re.search(r"big\t2 columns\t2000 rows\t\d+ bytes", cost.out)
    shown = guard("scan", large.address, "--dry-run", "--show-sql")
    assert shown.code == 0
    assert re.search(r"^SELECT .*\bbig\b", shown.out, re.M) and "\nSELECT" in shown.out
    assert large.kind != "postgresql" or re.search(r"^-- cost \d+, rows \d+$", shown.out, re.M)
    assert rows_read(large) == before
    assert not (tmp_path / "guard.db").exists()


def test_the_statements_shown_are_those_that_run(guard: Any, postgres: Any) -> None:
    database = Database(postgres, postgres.database())
    database.run(
        "CREATE TABLE t (a text, b int)", "INSERT INTO t VALUES ('x', 1)", "CREATE VIEW v AS SELECT 1 AS a"
    )
    shown = guard("scan", database.address, "--dry-run", "--show-sql").out
    log = postgres._server.folder.path / "server.log"
    start = log.stat().st_size
    database.run(f"ALTER DATABASE {database.name} SET log_statement = 'all'")
    assert reports(guard, database.address).code == 0
    ran = log.read_bytes()[start:].decode()
    reads = re.findall(r"DECLARE \w+ NO SCROLL CURSOR FOR (.*)", ran)
    assert len(reads) == 2
    assert [statement for statement in reads if statement not in shown] == []


def test_source_test_says_what_is_there(guard: Any, large: Database) -> None:
    done = guard("source", "test", large.address)
    assert done.code == 0 and done.out == ""
    assert "readable objects: 1, with columns: 2; not readable: 0" in done.err


def test_the_grants_printed_are_enough_and_needed(guard: Any, tmp_path: Path, postgres: Any) -> None:
    database = Database(postgres, postgres.database())
    role = f"clerk_{database.name}"
    names = ("people", 'odd "name"', "a;b'c", "表😀", "new\nline")
    database.run(f"CREATE ROLE {role} LOGIN", 'CREATE SCHEMA "办 公"')
    for name in names:
        quoted = '"' + name.replace('"', '""') + '"'
        database.run(f'CREATE TABLE "办 公".{quoted} (a int)')
    database.run("CREATE VIEW seen AS SELECT 1 AS a")
    declare(tmp_path, f"office: {database.source(role)}")
    before = reports(guard, READER="ignored")
    assert before.code == 3
    assert {code for codes in troubles(before).values() for code in codes} == {"denied"}
    granted = guard("source", "grant", "office", READER="ignored")
    assert granted.code == 0
    assert re.findall(r"(?m)^(?!GRANT)", granted.out.replace("new\nline", "").strip()) == []
    database.run(granted.out)
    after = reports(guard, READER="ignored")
    assert after.code == 0
    assert set(troubles(after)) == {*names, "seen"} and not any(troubles(after).values())
    rights = database.ask(
        f"SELECT DISTINCT privilege_type FROM information_schema.role_table_grants WHERE grantee = '{role}'"
    )
    assert rights == [("SELECT",)]


def test_the_grants_printed_for_mariadb(guard: Any, tmp_path: Path, mariadb: Any) -> None:
    database = Database(mariadb, mariadb.database())
    user = f"clerk_{database.name}"
    database.run(f"CREATE USER {user}@'%' IDENTIFIED BY 'x'")
    for name in ("people", "`a;b'c`", "`表`"):
        database.run(f"CREATE TABLE {name} (a int)", f"GRANT INSERT ON {name} TO {user}@'%'")
    declare(tmp_path, f"office: {database.source(user)}")
    assert reports(guard, READER="x").code == 3
    granted = guard("source", "grant", "office", READER="x")
    assert granted.code == 0
    database.run(*(line.rstrip(";") for line in granted.out.splitlines()))
    after = reports(guard, READER="x")
    assert after.code == 0 and len(assets(after)) == 3


def test_a_dba_sees_who_it_is(guard: Any, postgres: Any) -> None:
    database = Database(postgres, postgres.database())
    database.slow_view("a_slow", 2)
    with meanwhile(reports, guard, database.address) as scan:
        wait(lambda: scan.done() or "a_slow" in database.running())
        seen = database.ask(
            f"SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = '{database.name}' "
            "AND pid <> pg_backend_pid()"
        )
        assert seen == [("govguard",)]
        assert scan.result().code == 0


def test_three_hundred_tables_over_few_connections(guard: Any, tmp_path: Path, database: Database) -> None:
    database.run(*(f"CREATE TABLE t_{n:03d} (sfzh varchar(18), a int)" for n in range(300)))
    name = database.name
    count = {
        "postgresql": f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()",
        "mysql": "SELECT count(*) FROM information_schema.processlist WHERE id <> connection_id() "
        f"AND db = '{name}'",
    }
    declare(tmp_path, f"office: {{url: '{database.address}', limits: {{connections: 2, per_second: 100}}}}")
    most = 0
    with meanwhile(reports, guard, "--jobs", "8") as scan:
        while not scan.done():
            most = max(most, database.ask(count[database.kind])[0][0])
            time.sleep(0.05)
    done = scan.result()
    assert done.records[0]["totals"]["scanned"] == 300, done.err
    assert 1 <= most <= 2


def test_the_pace_is_kept(guard: Any, tmp_path: Path, postgres: Any) -> None:
    database = Database(postgres, postgres.database())
    database.run(*(f"CREATE TABLE t{n} (a int)" for n in range(12)))
    declare(tmp_path, f"office: {{url: '{database.address}', limits: {{per_second: 3}}}}")
    started = time.monotonic()
    assert reports(guard).code == 0
    # Three at once, then three a second.
    assert time.monotonic() - started > 3


def test_a_password_is_asked_for_on_the_terminal(tmp_path: Path, database: Database) -> None:
    database.run("CREATE TABLE a (x int)")
    database.allow("a")
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.environ.update(GUARD_LANGUAGE="en", TERM="dumb")
        os.execv(sys.executable, [sys.executable, "-m", "guard", "scan", database.account("guarded")])
    shown = b""
    answered = False
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
        if not answered and b"assword" in shown:
            answered = True
            # getpass switches the echo off before it shows its prompt.
            os.write(terminal, database.password.encode() + b"\n")
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    assert answered and status == 0, shown.decode()
    assert database.password not in shown.decode()
