"""``guard:`` comments, and comments that may hold a value."""

from __future__ import annotations

from time import perf_counter

import pytest

from guard.gate.script.dialect import dialect
from guard.gate.script.lexer import Token
from guard.gate.script.notes import begins, inside, note, telling
from guard.gate.script.split import split
from guard.gate.script.statement import Text
from guard.model.gate import Note


def noted(sql: str, name: str = "mysql") -> list[Note]:
    text = Text(file="v1.sql", text=sql)
    (statement,) = split(text, dialect(name))
    return [found for comment in inside(statement) if (found := note(comment, text))]


@pytest.mark.parametrize(
    "comment",
    ["-- guard: level=L3 mask=cn-id", "--guard:level=L3 mask=cn-id", "# guard: level=L3 mask=cn-id",
     "/* guard: level=L3 mask=cn-id */", "/** Guard: level=L3\n   mask=cn-id */", "-- GUARD:  level=L3 mask=cn-id  ",
     "-- 身份证 -- guard: level=L3 mask=cn-id", "--身份证--guard：level=L3 mask=cn-id", "# 身份证 # guard: level=L3 mask=cn-id",
     "-- 身份证 guard: level=L3 mask=cn-id", "/* 身份证 -- guard: level=L3 mask=cn-id */", "-- guard level=L3 mask=cn-id"],
)  # fmt: skip
def test_forms(comment: str) -> None:
    (found,) = noted(f"create table t (x int, {comment}\n y int)")
    assert found.text == "level=L3 mask=cn-id"
    assert (found.place.line, found.alone) == (1, False)


@pytest.mark.parametrize("filling", ["-", "# ", "guard ", "-- guard", " ", "--   "])
def test_a_long_comment_takes_no_longer_than_its_length(filling: str) -> None:
    started = perf_counter()
    assert begins("--" + filling * (2_000_000 // len(filling))) < 0
    assert perf_counter() - started < 2


def test_a_note_alone_on_its_line_speaks_of_the_next() -> None:
    first, second = noted("create table t (\n  -- guard: one\n  x int, /* guard: two */ y int)")
    assert (first.text, first.place.line, first.place.at, first.alone) == ("one", 2, 3, True)
    assert (second.text, second.place.line, second.alone) == ("two", 3, False)


def test_literals_and_names_hold_no_notes() -> None:
    assert (
        noted("create table t (x text default '-- guard: a', `-- guard: b` int, y int) -- that is all") == []
    )


@pytest.mark.parametrize(
    "comment",
    [
        "-- guardian: x",
        "-- see guard: x",
        "/* the guard: */",
        "-- guard against nulls",
        "/* so:\n -- guard: level=L3 */",
    ],
)
def test_other_comments_are_none(comment: str) -> None:
    assert noted(f"create table t (x int {comment}\n)") == []


@pytest.mark.parametrize(
    ("comment", "holds"),
    [("-- 张三 13800138000", True), ("-- a@b", True), ("-- 'x'", True), ("-- 姓名", False)],
)
def test_comments_that_may_hold_a_value(comment: str, holds: bool) -> None:
    assert telling(Token("comment", comment, 0, len(comment))) is holds
