"""``guard asset export``: the script runs on real servers, keeps what stood there, and changes nothing else."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from cli.servers import Database
from cli.test_servers import EMOJI, HOSTILE, quoted

COLUMN_COMMENTS = {
    "postgresql": "SELECT c.relname, a.attname, pg_catalog.col_description(c.oid, a.attnum) "
    "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'v', 'm', 'f') AND n.nspname !~ '^pg_|information_schema'",
    "mysql": "SELECT table_name, column_name, column_comment FROM information_schema.columns "
    "WHERE table_schema = DATABASE()",
}


def comments(database: Database) -> dict[tuple[str, str], str]:
    rows = database.ask(COLUMN_COMMENTS[database.kind])
    return {(table, column): comment or "" for table, column, comment in rows}


def client(database: Database, script: Path) -> str:
    """Run ``script`` as a DBA does; what the server prints."""
    port = str(database.server.port)
    if database.kind == "postgresql":
        command = ["psql", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "-X", "-v", "ON_ERROR_STOP=1"]
        command += ["-f", str(script), database.name]
        given = None
    else:
        command = ["mariadb", "--no-defaults", "-h", "127.0.0.1", "-P", port, "-u", "root", "--skip-ssl"]
        command += ["--batch", "--raw", "--skip-column-names", database.name]
        given = script.read_bytes()
    done = subprocess.run(command, input=given, capture_output=True, timeout=60)
    assert done.returncode == 0 and b"ERROR" not in done.stderr, done.stderr.decode()
    return done.stdout.decode()


def label(guard: Any, database: Database, folder: Path, *more: str) -> str:
    """Scan, export and run; the script."""
    dialect = {"postgresql": "postgresql", "mysql": "mariadb"}[database.kind]
    scanned = guard("scan", database.address)
    assert scanned.code in (0, 1), scanned.out + scanned.err
    done = guard("asset", "export", "--format", "sql", "--dialect", dialect, "-o", "labels.sql", *more)
    assert done.code == 0, done.err
    script = folder / "labels.sql"
    printed = client(database, script)
    if database.kind == "mysql":
        (folder / "alter.sql").write_text(printed, "utf-8")
        client(database, folder / "alter.sql")
    return script.read_text("utf-8")


def test_comments_stay_and_the_label_is_replaced(guard: Any, tmp_path: Path, database: Database) -> None:
    said = "公民身份号码 it's \"so\" \\n \\' 100% [x] -- ; $(x) 'q'"
    literal = "'" + said.replace("'", "''") + "'"
    if database.kind == "postgresql":
        database.run(
            "CREATE TABLE 人员 (id int PRIMARY KEY, zjhm text, xm text)",
            f"COMMENT ON COLUMN 人员.zjhm IS {literal}",
            "COMMENT ON TABLE 人员 IS '常住人口\n第二行'",
        )
    else:
        literal = literal.replace("\\", "\\\\")
        database.run(
            f"CREATE TABLE 人员 (id int PRIMARY KEY, zjhm varchar(30) COMMENT {literal}, xm text) "
            "COMMENT '常住人口\n第二行'"
        )
    first = label(guard, database, tmp_path, "--lang", "zh")
    after = comments(database)
    assert re.fullmatch(re.escape(said) + r" \[guard: L3 \S+ gov_cn \S+\]", after["人员", "zjhm"])
    assert re.fullmatch(r"\[guard: L2 \S+ gov_cn \S+\]", after["人员", "xm"])
    second = label(guard, database, tmp_path, "--lang", "zh")
    assert comments(database) == after
    assert [x for x in first.splitlines() if "扫描" not in x] == [
        x for x in second.splitlines() if "扫描" not in x
    ]
    scanned = guard("asset", "show", "人员", "-f", "jsonl").columns()
    assert {record["comment"] for (_, name), record in scanned.items() if name == "zjhm"} == {said}


def test_hostile_names(guard: Any, tmp_path: Path, database: Database) -> None:
    names = [*HOSTILE, "select", "*/ x", "$$", "l1\n-- l2; DROP TABLE bystander;", "@x\n/\nGO\n\\q"]
    names += [EMOJI] if database.kind == "postgresql" else []
    database.run("CREATE TABLE bystander (a int)")
    for name in names:
        at = quoted(database, name)
        database.run(f"CREATE TABLE {at} ({at} varchar(20), sfzh varchar(20))")
    label(guard, database, tmp_path)
    after = comments(database)
    for name in names:
        assert after[name, "sfzh"].startswith("[guard: L3 "), (name, after)
    assert database.ask("SELECT count(*) FROM bystander") == [(0,)]


def test_only_what_was_asked_for(guard: Any, tmp_path: Path, database: Database) -> None:
    database.run(
        "CREATE TABLE a (id int, sfzh varchar(20), xm varchar(20))", "CREATE TABLE b (sfzh varchar(20))"
    )
    script = label(guard, database, tmp_path, "--level", "L3", "--match", "*/a")
    after = comments(database)
    assert {at for at, text in after.items() if text} == {("a", "sfzh")}
    assert "columns below L3: 2" in script
    confirmed = guard("asset", "export", "--dialect", "postgresql", "--confirmed")
    assert "IS '" not in confirmed.out and "nobody has decided on yet: 4" in confirmed.out


def test_a_column_keeps_its_whole_definition(guard: Any, tmp_path: Path, mariadb: Any) -> None:
    database = Database(mariadb, mariadb.database())
    database.run(
        "CREATE TABLE 定义 (id bigint unsigned NOT NULL AUTO_INCREMENT, sfzh char(18) CHARACTER SET latin1 "
        "COLLATE latin1_bin NOT NULL DEFAULT 'it''s', xm varchar(40) NULL DEFAULT NULL, "
        "sjh varchar(11) DEFAULT concat('1', '2'), csrq timestamp(3) NOT NULL DEFAULT current_timestamp(3) "
        "ON UPDATE current_timestamp(3), xb enum('男', '女') DEFAULT '男', nl int unsigned zerofill, "
        "email varchar(60) GENERATED ALWAYS AS (concat(xm, '@x')) VIRTUAL, dz json, "
        "phone varchar(11) CHECK (phone <> ''), yb varchar(6) INVISIBLE, "
        "PRIMARY KEY (id), UNIQUE KEY u (sfzh), KEY k (xm))"
    )
    before = database.ask("SHOW CREATE TABLE 定义")[0][1]
    label(guard, database, tmp_path)
    after = database.ask("SHOW CREATE TABLE 定义")[0][1]
    assert re.sub(r" COMMENT[ =]'[^']*'", "", after) == before and after.count("[guard: ") >= 6
    by_hand = [
        x for x in (tmp_path / "alter.sql").read_text("utf-8").splitlines() if x.startswith("-- by hand")
    ]
    assert all("MODIFY COLUMN" in line for line in by_hand)
    assert {"email", "dz", "phone", "yb"} >= {re.findall(r"COLUMN `(\w+)`", line)[0] for line in by_hand}


def test_the_script_for_mysql_reads_only_what_every_server_has(
    guard: Any, tmp_path: Path, mariadb: Any
) -> None:
    database = Database(mariadb, mariadb.database())
    database.run("CREATE TABLE a (sfzh char(18) NOT NULL COMMENT 'x', xb bit(1) DEFAULT b'1')")
    assert guard("scan", database.address).code in (0, 1)
    done = guard("asset", "export", "--dialect", "mysql", "-o", "labels.sql")
    assert done.code == 0, done.err
    printed = client(database, tmp_path / "labels.sql")
    assert (
        "MODIFY COLUMN `sfzh` char(18) CHARACTER SET utf8mb4" in printed
        and "NOT NULL COMMENT 'x [guard" in printed
    )
    assert "-- by hand: ALTER TABLE" in printed


def test_views(guard: Any, tmp_path: Path, database: Database) -> None:
    database.run("CREATE TABLE a (sfzh varchar(20))", "CREATE VIEW v AS SELECT sfzh FROM a")
    script = label(guard, database, tmp_path)
    if database.kind == "postgresql":
        assert comments(database)["v", "sfzh"].startswith("[guard: ")
    else:
        assert "cannot label a view" in script and "`v`" not in script


WRONG = {
    "labels-no-dialect": ("--format", "sql"),
    "labels-dialect": ("--dialect", "postgres"),
    "unknown-format": ("--dialect", "oracle", "--format", "csv"),
    "unknown-level": ("--dialect", "oracle", "--level", "L9"),
    "labels-two-targets": ("--dialect", "oracle", "--format", "sql=a", "-o", "b"),
    "no-such-folder": ("--dialect", "oracle", "-o", "no/folder.sql"),
}


def test_wrong_invocations(guard: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("xm\n张伟\n")
    assert guard("scan", "a.csv").code in (0, 1)
    for error, arguments in WRONG.items():
        done = guard("asset", "export", *arguments)
        assert done.code == 2 and f"error[{error}]" in done.err, error
