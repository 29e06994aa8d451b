"""What bodies and dynamic SQL hold: cases/bodies.yaml gives a script and the statements that it executes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from guard.gate.script.dialect import dialect
from guard.gate.script.reading import Comment, Routine, pieces
from guard.gate.script.statement import Statement, Text
from guard.model.gate import Unread
from guard.yamldoc import read

CASES = read(Path(__file__).parent / "cases/bodies.yaml").data


def executed(sql: str, name: str) -> list[Statement | Unread]:
    found = pieces(Text(file="v1.sql", text=sql), dialect(name))
    return [one for one in found if not isinstance(one, (Comment, Routine))]


def told(one: Statement | Unread) -> str:
    if isinstance(one, Unread):
        return f"{one.place.line}:{one.place.at} ({one.reason}{' ' * bool(one.word)}{one.word})"
    place, script = one.place(), one.source.text
    return f"{place.line}:{place.at} {' '.join(script[one.start : one.end].split())}"


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_executed(case: dict[str, Any]) -> None:
    carriers = ("EXEC", "EXECUTE", "SET", "DECLARE", "PREPARE", "BEGIN", "END", "USE")
    for name in case["dialects"]:
        said = [told(one) for one in executed(case["sql"], name)]
        said = [
            one for one in said if one.split()[1].split("(")[0].upper() not in carriers and ":=" not in one
        ]
        assert said == case["executed"], name


def test_the_procedures_that_comment_and_rename_are_handed_on_themselves() -> None:
    sql = "IF 1 = 1\nBEGIN\n  EXEC sp_rename 'hr.a', 'b'\nEND\nEXEC sys.sp_addextendedproperty N'MS_Description', N'x'"
    said = [told(one) for one in executed(sql, "tsql")]
    assert "3:3 EXEC sp_rename 'hr.a', 'b'" in said
    assert "5:1 EXEC sys.sp_addextendedproperty N'MS_Description', N'x'" in said


def test_literals_nested_without_end_are_unread() -> None:
    sql = "CREATE TABLE t (x int)"
    for depth in range(14):
        sql = f"DO $d{depth}$ BEGIN {sql}; END $d{depth}$"
    assert [told(one).split()[-1] for one in executed(sql, "postgres")] == ["(depth)"]


def test_a_comment_in_a_body_is_found_with_its_line() -> None:
    sql = "DO $$\nBEGIN\n  ALTER TABLE t ADD c int; -- guard: level=L3\nEND $$;"
    (found,) = [
        one for one in pieces(Text(file="v1.sql", text=sql), dialect("postgres")) if isinstance(one, Comment)
    ]
    assert found.source.place(found.token.start, found.token.end).line == 3
