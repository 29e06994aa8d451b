"""Where statements begin and end: cases/split.yaml gives a script and the lines of its statements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from guard.gate.script.dialect import dialect
from guard.gate.script.split import split, walk
from guard.gate.script.statement import Statement, Text
from guard.yamldoc import read

CASES = read(Path(__file__).parent / "cases/split.yaml").data


def statements(sql: str, name: str) -> list[Statement]:
    return list(split(Text(file="v1.sql", text=sql), dialect(name)))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_statements(case: dict[str, Any]) -> None:
    for name in case["dialects"]:
        found = statements(case["sql"], name)
        said = [f"{one.place().line}-{one.place().last} {words(one)}" for one in found]
        assert said == case["statements"], name


def words(statement: Statement) -> str:
    script = statement.source.text
    return " ".join(script[statement.start : statement.end].split()[:3])


def test_what_stands_between_is_kept_apart() -> None:
    pieces = list(
        walk(Text(file="v1.sql", text="-- one\nselect 1; -- two\n/* three */"), dialect("postgres"))
    )
    assert [type(piece).__name__ for piece in pieces] == ["Token", "Statement", "Token", "Token"]


def test_a_piece_of_a_file_knows_its_lines_and_columns() -> None:
    (one,) = split(Text(file="changelog.xml", text="create table a (x int)", line=12, at=9), dialect("ansi"))
    assert (one.place().line, one.place().at) == (12, 9)


@pytest.mark.parametrize(
    "name", ["postgres", "mysql", "oracle", "tsql", "sqlite", "clickhouse", "hive", "ansi"]
)
@pytest.mark.parametrize("mark", ["'", '"', "/*"])
def test_a_forgotten_quote_ends_at_the_next_statement(name: str, mark: str) -> None:
    sql = f"create table a (x int default {mark}5);\ncreate table b (y int);\ncreate table c (z int);\n"
    found = statements(sql, name)
    assert [one.place().line for one in found] == [1, 2, 3]
    assert [one.broken for one in found] == [sql.index(mark), -1, -1]


def test_the_forgotten_quote_is_found_before_a_later_one_that_seems_open() -> None:
    sql = "create table a (x text default 'a);\ncreate table b (x text default 'b');\nselect 1;"
    found = statements(sql, "postgres")
    assert [(one.place().line, one.broken >= 0) for one in found] == [(1, True), (2, False), (3, False)]


def test_two_forgotten_quotes_do_not_hide_each_other() -> None:
    sql = "create table a (x text default 'a);\ncreate table b (x text default 'b);\ncreate table c (x text);"
    assert [one.broken >= 0 for one in statements(sql, "postgres")] == [True, True, False]


def test_a_commented_out_statement_is_no_forgotten_quote() -> None:
    sql = "create table a (x int /*\ncreate table b (y int);\n*/, z int);\nselect 'it''s';"
    assert [one.broken for one in statements(sql, "mysql")] == [-1, -1]


def test_text_that_speaks_of_statements_is_no_forgotten_quote() -> None:
    sql = "insert into notes values ('first\ncreate table a (x int);\n');\nselect 1;"
    assert [one.broken for one in statements(sql, "postgres")] == [-1, -1]
