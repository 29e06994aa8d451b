"""A script as a whole: its changes in order, its notes, its comments, and the dialect that nobody named."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest

from guard.gate.evidence.spoken import sampled
from guard.gate.script.dialect import dialect
from guard.gate.script.read import read_script, sniff
from guard.gate.script.statement import Text
from guard.model.gate import AddColumn, CommentOn, Copy, Create, Literals, Unread
from guard.yamldoc import read

SNIFFED = read(Path(__file__).parent / "cases/sniff.yaml").data
SECONDS = 5


def script(sql: str, name: str = "postgres"):
    return read_script(Text(file="v1.sql", text=sql), dialect(name))


def test_changes_come_in_order_with_their_lines() -> None:
    found = script(
        "CREATE TABLE hr.person (id int);\n\nDO $$ BEGIN\n  ALTER TABLE hr.person ADD sfzh varchar(18);\nEND $$;\n"
        "COMMENT ON COLUMN hr.person.sfzh IS '身份证';\nCREATE TABLE x (a text DEFAULT 'b);\n"
    )
    assert [(type(one), one.place.line) for one in found.changes] == [
        (Create, 1), (AddColumn, 4), (CommentOn, 6), (Unread, 7),
    ]  # fmt: skip
    assert (found.file, found.dialect, found.editable) == ("v1.sql", "postgres", True)


def test_notes_and_comments_are_told_apart_wherever_they_stand() -> None:
    found = script(
        "-- guard: retention=5y\n-- call 13800138000\nCREATE TABLE t (\n  x int, -- guard: level=L3\n  y int -- since 2020\n);"
        " /* done */\nDO $$ BEGIN\n  ALTER TABLE t ADD z int; -- guard: level=L2\nEND $$;"
    )
    assert [(note.text, note.place.line, note.alone) for note in found.notes] == [
        ("retention=5y", 1, True), ("level=L3", 4, False), ("level=L2", 8, False),
    ]  # fmt: skip
    assert [place.line for _, place in found.comments] == [2, 5]


def test_comments_are_kept_up_to_a_bound() -> None:
    assert len(script("-- 1\n" * 20_000).comments) == 10_000


def test_nothing_of_a_script_is_in_its_representation() -> None:
    said = repr(script("-- 13800138000\nINSERT INTO t VALUES ('11010519491231002X');"))
    assert "13800138000" not in said
    assert "11010519491231002X" not in said


@pytest.mark.parametrize(
    "case", SNIFFED, ids=[f"{case['dialect']}-{number}" for number, case in enumerate(SNIFFED)]
)
def test_the_dialect_is_told_from_the_script(case: dict[str, str]) -> None:
    assert sniff(Text(file="v1.sql", text=case["sql"])).name == case["dialect"]


def test_the_end_of_a_long_script_is_not_looked_at_in_full() -> None:
    before = time.monotonic()
    sniff(Text(file="v1.sql", text="INSERT INTO t VALUES (1, 'a');\n" * 1_000_000))
    assert time.monotonic() - before < 1


GROWING = {
    "statements": "insert into t values (1, 'a');\n",
    "rows": "(1, 'a', NULL),",
    "semicolons": ";",
    "parentheses": "(",
    "quotes": "'",
    "odd quotes": "x''' ",
    "open comments": "/* x\ncreate table a (x int);\n",
    "open literals": "create table a (x ');\n",
    "dollar tags": "$a$ $b$ ",
    "q-quotes": "q'[ ",
    "braces": "{{ ",
    "tags": "{% ",
    "brackets": "[",
    "begins": "begin x ",
    "cases": "select case\nelse 1\n",
    "delimiters": "delimiter x\nselect 1; x\ndelimiter y\n",
    "go": "go\nx\n",
    "dynamic": "execute 'create table a' || 'x';\n",
    "ends": "end;\n",
    "blank lines": "          \n",
    "copies": "copy t from stdin;\n",
    "rows of copies": "copy t from stdin;\n1\ta\n\\.\n",
    "quoted code": "do $$x$$\n",
    "nested comments": "/* ",
    "nested ends": "/* */ */ ",
    "includes": "\\i a.sql\n@b\n",
}


@pytest.mark.parametrize("name", ["mysql", "postgres", "oracle", "tsql"])
@pytest.mark.parametrize("unit", GROWING.values(), ids=GROWING)
def test_time_grows_with_the_length_only(unit: str, name: str) -> None:
    def spent(length: int) -> float:
        text = unit * (length // len(unit))
        before = time.process_time()
        script(text, name)
        return time.process_time() - before

    spent(1000)
    bound = max(0.15, 15 * spent(6_000))
    assert any(spent(36_000) < bound for _ in range(3))  # of a busy machine the best counts


def test_a_long_line_takes_neither_time_nor_memory() -> None:
    sql = "INSERT INTO t VALUES " + "(1, 'name', 'x')," * 600_000 + "(2, 'y', 'z');"
    script("INSERT INTO t VALUES (1);", "mysql")  # what is loaded once is not counted
    tracemalloc.start()
    before = time.monotonic()
    script(sql, "mysql")
    spent, (_, peak) = time.monotonic() - before, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spent < SECONDS
    assert peak < 32 << 20


def test_the_rows_of_a_dump_are_cut_and_what_is_cut_is_said() -> None:
    rows = "INSERT INTO t (a) VALUES ('x');\n"
    found = script(rows * 1_200 + "INSERT INTO u VALUES (1);\nINSERT INTO t SELECT * FROM v;").changes
    literals = [one for one in found if isinstance(one, Literals)]
    assert [one.table for one in literals] == [("t",)] * 1_000 + [("u",)]
    assert [one.place.line for one in literals if one.more] == [1_000]
    assert isinstance(found[-1], Copy)


def test_the_first_rows_of_copy_are_literals_with_their_places() -> None:
    (found,) = script('COPY hr.t (a, "b", c) FROM stdin;\n1\tx\\ty\t\\N\n2\tz\\\\\t0\n\\.\n').changes
    assert isinstance(found, Literals)
    assert (found.table, found.columns, found.more) == (("hr", "t"), ("a", "b", "c"), False)
    said = [[(text, place.line, place.at) for text, place in row] for row in found.rows]
    assert said == [[("1", 2, 1), ("x\ty", 2, 3), ("", 2, 8)], [("2", 3, 1), ("z\\", 3, 3), ("0", 3, 7)]]


def test_rows_of_copy_are_read_up_to_a_bound_and_what_is_cut_is_said() -> None:
    (found, after) = script("COPY t FROM stdin;\n" + "1\ta\n" * 300 + "\\.\nCREATE TABLE u (x int);").changes
    assert isinstance(found, Literals) and isinstance(after, Create)
    assert (len(found.rows), found.more, after.place.line) == (200, True, 303)


@pytest.mark.parametrize(
    "sql",
    ["COPY (SELECT 1) TO stdout", "COPY t FROM '/a.csv'", "COPY INTO t FROM @stage", "COPY t TO 's3://b'"],
)
def test_a_copy_without_rows_in_the_script_puts_nothing_into_a_table(sql: str) -> None:
    assert not any(isinstance(one, (Copy, Literals)) for one in script(sql).changes)


def test_tables_of_which_only_the_first_rows_are_judged_are_counted() -> None:
    few = "INSERT INTO few VALUES ('x');\n" * 900
    many = "INSERT INTO many VALUES ('x');\n" * 1_100
    rows = "COPY copied FROM stdin;\n" + "x\n" * 300 + "\\.\n"
    long = f"INSERT INTO long VALUES {','.join(['(1)'] * 300)};\n"
    assert sampled([script(few)]) == 0
    assert sampled([script(few + many + rows), script(long)]) == 3


@pytest.mark.parametrize(
    "line", ["\\i a.sql", "\\ir a.sql", "@a", "@@a.sql x", "source a.sql", "\\. a.sql", ":r a.sql"]
)
@pytest.mark.parametrize("name", ["postgres", "mysql", "oracle", "tsql", "ansi"])
def test_an_include_that_nothing_followed_is_said(line: str, name: str) -> None:
    found = script(f"CREATE TABLE a (x int);\n{line}\nCREATE TABLE b (x int);\n", name).changes
    said = [(one.reason, one.place.line) for one in found if isinstance(one, Unread)]
    assert said == [("include", 2)] and len(found) == 3


def test_an_unbalanced_quote_swallows_nothing() -> None:
    found = script("CREATE TABLE a (x text DEFAULT 'b);\n" + "CREATE TABLE b (y int);\n" * 3)
    assert [type(one) for one in found.changes] == [Unread, Create, Create, Create]
