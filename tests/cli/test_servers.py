"""``guard scan`` of a real PostgreSQL and a real MariaDB: what is found, and what nothing may break."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli.servers import Database, assets, meanwhile, reports, wait

PEOPLE = (
    ("张伟", "11010519491231002X", "13800138000"),
    ("王芳", "440524198001010013", "13912345678"),
    ("李娜", "310101199003070019", "18612345678"),
)
HOSTILE = (
    "it's", 'say "hi"', "a;DROP TABLE bystander;--", "') OR 1=1 --", "new\nline", "tab\there", "esc\x1b[31mred",
    "bidi\u202egpj", "[/]", "[bold red]x[/]", "%(schema)s", "{table}", "back`tick", "back\\slash", "表 名", "--", "$1",
)  # fmt: skip
EMOJI = "身份证😀"
UNSEEN = ("\x1b", "\u202e")


def quoted(database: Database, name: str) -> str:
    mark = '"' if database.kind == "postgresql" else "`"
    return mark + name.replace(mark, mark * 2) + mark


@pytest.fixture
def people(database: Database) -> Database:
    """A table with Chinese names and comments, 1,500 rows, and current statistics."""
    names = ("id", "xm", "zjhm", "联系方式")
    rows = ", ".join(
        f"({n}, '{PEOPLE[n % 3][0]}', '{PEOPLE[n % 3][1]}', '{PEOPLE[n % 3][2]}')" for n in range(1500)
    )
    if database.kind == "postgresql":
        database.run(
            f"CREATE TABLE 人员信息 ({names[0]} int PRIMARY KEY, xm text, zjhm text, {names[3]} text)",
            "COMMENT ON TABLE 人员信息 IS '常住人口基本信息'",
            "COMMENT ON COLUMN 人员信息.zjhm IS '公民身份号码'",
            f"INSERT INTO 人员信息 VALUES {rows}",
            "ANALYZE 人员信息",
        )
    else:
        database.run(
            f"CREATE TABLE 人员信息 ({names[0]} int PRIMARY KEY, xm varchar(40), "
            f"zjhm char(18) COMMENT '公民身份号码', {names[3]} varchar(20)) COMMENT '常住人口基本信息'",
            f"INSERT INTO 人员信息 VALUES {rows}",
            "ANALYZE TABLE 人员信息",
        )
    return database


def test_chinese_names_and_comments(guard: Any, people: Database) -> None:
    done = reports(guard, people.address)
    assert done.code == 1, done.err
    asset = people.asset("人员信息")
    found = {name: record for (at, name), record in done.columns().items() if at == asset}
    types = {name: record["type"] for name, record in found.items()}
    assert types["xm"] == "person_name" and types["zjhm"] == "resident_id_18"
    assert types["联系方式"] == "mobile_phone"
    assert found["zjhm"]["level"] == "L3" and found["zjhm"]["comment"] == "公民身份号码"
    assert found["id"]["level"] == "L1"
    record = assets(done)["人员信息"]
    assert record["comment"] == "常住人口基本信息"
    assert record["coverage"]["status"] == "scanned" and record["coverage"]["rows"] == 1500
    assert PEOPLE[0][1] not in done.out + done.err


def test_the_table_output_is_readable(guard: Any, people: Database) -> None:
    done = guard("scan", people.address, "--lang", "zh")
    assert done.code == 1
    assert "公民身份号码" in done.out and "常住人口基本信息" in done.out
    assert PEOPLE[0][1] not in done.out + done.err


def test_hostile_names(guard: Any, tmp_path: Path, database: Database) -> None:
    names = (*HOSTILE, EMOJI) if database.kind == "postgresql" else HOSTILE
    database.run("CREATE TABLE bystander (a int)")
    for name in names:
        database.run(f"CREATE TABLE {quoted(database, name)} ({quoted(database, name)} varchar(20))")
        database.run(f"INSERT INTO {quoted(database, name)} VALUES ('{PEOPLE[1][1]}')")
    if database.kind == "postgresql":
        schema = quoted(database, 'x";DROP TABLE bystander;--\n[/]')
        database.run(f"CREATE SCHEMA {schema}", f"CREATE TABLE {schema}.t (a text)")
    kinds = ("jsonl", "json", "csv", "md", "junit", "sarif")
    files = [part for kind in kinds for part in ("-f", f"{kind}=out.{kind}")]
    done = guard("scan", database.address, "-f", "table", *files)
    assert done.code == 1, done.err
    written = {kind: (tmp_path / f"out.{kind}").read_text("utf-8") for kind in kinds}
    records = [json.loads(line) for line in written["jsonl"].splitlines()]
    read = {
        record["path"][1]: (record["coverage"]["status"], record["coverage"]["rows"])
        for record in records
        if record["record"] == "asset" and record["path"][0] == database.schema
    }
    assert set(names) <= set(read)
    assert {read[name] for name in names} == {("scanned", 1)}
    assert set(names) <= {record["column"] for record in records if record["record"] == "column"}
    assert "[bold red]x[/]" in done.out
    for shown in (done.out, done.err, *written.values()):
        assert not [mark for mark in UNSEEN if mark in shown]
    assert database.ask("SELECT count(*) FROM bystander") == [(0,)]


def test_dates_beyond_python(guard: Any, database: Database) -> None:
    if database.kind == "postgresql":
        database.run(
            "CREATE TABLE 日期 (a timestamptz, b date, c timestamp, d interval, e time)",
            "INSERT INTO 日期 VALUES ('infinity', '5874897-12-31', '294276-12-31', '178000000 years', '24:00'), "
            "('-infinity', '4713-01-01 BC', '-infinity', '-1 day', '00:00')",
        )
    else:
        database.run(
            "SET sql_mode = ''",
            "CREATE TABLE 日期 (a datetime, b date, c timestamp NULL, d time, e year)",
            "INSERT INTO 日期 VALUES ('0000-00-00', '0000-00-00', NULL, '838:59:59', 0), "
            "('9999-12-31 23:59:59', '2023-00-00', '1970-01-02', '-838:59:59', 1901)",
        )
    done = reports(guard, database.address)
    assert done.code in (0, 1), done.out
    (record,) = assets(done).values()
    assert record["coverage"]["status"] == "scanned"
    assert record["coverage"]["rows"] == 2 and record["coverage"]["problems"] == []


def test_a_very_wide_table(guard: Any, database: Database) -> None:
    many, text, end = (
        (1599, "text", "") if database.kind == "postgresql" else (1999, "tinytext", "ENGINE=Aria")
    )
    database.run(f"CREATE TABLE wide ({', '.join(f'c{n} {text}' for n in range(many))}, sfzh {text}) {end}")
    database.run(f"INSERT INTO wide (c7, sfzh) VALUES ('{PEOPLE[2][2]}', '{PEOPLE[1][1]}')")
    done = reports(guard, database.address)
    assert done.code == 1
    assert len(done.columns()) == many + 1
    types = {column: record["type"] for (_, column), record in done.columns().items()}
    assert types["sfzh"] == "resident_id_18"


def test_two_databases_at_once(guard: Any, postgres: Any, mariadb: Any) -> None:
    both = [Database(server, server.database()) for server in (postgres, mariadb)]
    for each in both:
        each.slow_view("a_slow", 3)
        each.run("CREATE TABLE b (sfzh varchar(20))", f"INSERT INTO b VALUES ('{PEOPLE[1][1]}')")
    with meanwhile(reports, guard, *(each.address for each in both), "--jobs", "2") as scan:
        wait(lambda: scan.done() or all("a_slow" in each.running() for each in both))
        assert not scan.done(), scan.result().err
        done = scan.result()
    assert done.code == 1
    assert done.records[0]["totals"]["scanned"] == 4
    assert len(done.columns()) == 4
