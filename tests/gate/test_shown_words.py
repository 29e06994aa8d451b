"""Words for people before a note are no part of it: they are not shown, and judged as any comment."""

from __future__ import annotations

from guard.gate.fix.shown import shown
from guard.gate.script.dialect import dialect
from guard.gate.script.read import read_script
from guard.gate.script.statement import Text

SQL = "CREATE TABLE t (\n  sfzh varchar(18) -- 张三 13800138000 -- guard: level=L3\n);\n"


def test_they_are_hidden_in_a_difference() -> None:
    lines = shown(SQL.encode(), dialect("postgres"))
    assert "13800138000" not in "".join(lines)
    assert "level=L3" in lines[1]


def test_they_are_judged_and_the_note_counts() -> None:
    read = read_script(Text(file="a.sql", text=SQL), dialect("postgres"))
    assert [note.text for note in read.notes] == ["level=L3"]
    assert ["13800138000" in text for text, _ in read.comments] == [True]
