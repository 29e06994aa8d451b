"""Where declarations come from, of what they speak, which goes before, and how long they hold."""

from __future__ import annotations

import time

import pytest
from gate.judged import context, policy

from guard.gate.declare.declaration import Said, Terms
from guard.model.gate import Declaration, Place

AT = Place(file="a.sql", line=1)
TERMS = Terms(policy().levels, policy().base.categories)


def declared(
    sql: str, column: str, name: str = "postgres", schema: str = "", table: str = "t"
) -> Declaration:
    relation = context({"a.sql": sql}, name, schema).schema.find((table,))
    assert relation is not None
    if not column:
        return relation.declaration or Declaration()
    found = next(one for one in relation.columns if one.name == column)
    return found.declaration or Declaration()


def note(text: str) -> Said:
    return TERMS.note(text, AT)


@pytest.mark.parametrize(
    ("text", "level", "category", "mask"),
    [
        ("level=L3 category=个人信息/个人身份信息 mask=cn-id", "L3", "个人信息/个人身份信息", "cn-id"),
        ("level = l3, mask: keep(6, 4)", "L3", "", "keep(6, 4)"),
        ("L3 个人信息/身份 mask=keep(6,4)", "L3", "个人信息/身份", "keep(6,4)"),
        ("级别=3级 类别：个人信息/身份；脱敏=身份证", "L3", "个人信息/身份", "身份证"),
        ("一般4级", "L4", "", ""),
        ("level=important", "important", "", ""),
    ],
)
def test_a_declaration_may_be_written_in_many_ways(text: str, level: str, category: str, mask: str) -> None:
    said = note(text)
    assert said.faults == ()
    assert (said.declaration.level, said.declaration.category, said.declaration.mask) == (
        level,
        category,
        mask,
    )


@pytest.mark.parametrize(
    ("comment", "level", "bare"),
    [
        ("身份证号 [L3 mask=cn-id]", "L3", "身份证号"),
        ("【L3】身份证号", "L3", "身份证号"),
        ("证件类型[1身份证 2护照]", "", "证件类型[1身份证 2护照]"),
        ("级别[级别: 1高 2低]", "", "级别[级别: 1高 2低]"),
        ("等级 [等级：L2]", "L2", "等级"),
        ("状态 [level=L2]", "L2", "状态"),
        ("身份证号 [未完", "", "身份证号 [未完"),
    ],
)
def test_only_a_bracket_that_declares_is_a_label(comment: str, level: str, bare: str) -> None:
    said = TERMS.label(comment, AT)
    assert (said.declaration.level if said else "") == level
    assert TERMS.bare(comment) == bare


def test_a_note_goes_before_a_comment_and_a_comment_before_the_file() -> None:
    sql = (
        "CREATE TABLE t (\n  a varchar(18) -- guard: level=L4\n);\n"
        "COMMENT ON COLUMN t.a IS '甲 [L3 mask=sm4]';"
    )
    schema = "tables: {t: {columns: {A: {level: L2, mask: cn-id, retention: 3y}}}}"
    said = declared(sql, "a", schema=schema)
    assert (said.level, said.mask, said.retention, said.origin) == ("L4", "sm4", "3y", "note")


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a varchar(18)); -- guard: level=L3",
        "CREATE TABLE t (\n  b int,\n  -- guard: level=L3\n  -- guard: mask=sm4\n  a varchar(18)\n);",
        "CREATE TABLE t (\n  b int,\n  a varchar(18) -- guard: level=L3\n    NOT NULL\n);",
        "CREATE TABLE t (b int);\nALTER TABLE t\n  ADD a varchar(18); -- guard: level=L3",
        "-- guard: column=a level=L3\nCREATE TABLE t (a varchar(18), b int);",
        "CREATE TABLE t (a varchar(18), b int); -- guard: column=a level=L3",
        "CREATE TABLE t (a varchar(18), b int);\nSELECT 1;\n-- guard: table=T column=A level=L3\nSELECT 1;",
        "/* guard: table=t column=a\n   level=L3 */\nCREATE TABLE t (a varchar(18), b int);",
    ],
)
def test_a_note_speaks_of_what_stands_on_its_line_or_comes_next_or_is_named(sql: str) -> None:
    assert declared(sql, "a").level == "L3"
    assert "b" not in sql.split("ALTER", maxsplit=1)[0] or declared(sql, "b").level == ""


@pytest.mark.parametrize(
    "sql",
    [
        "-- guard: retention=3y\nCREATE TABLE t (a int);",
        "CREATE TABLE t ( -- guard: retention=3y\n  a int\n);",
        "CREATE TABLE t (\n  a int\n); -- guard: retention=3y",
        "CREATE TABLE t (\n  a int\n  -- guard: retention=3y\n);\nCREATE TABLE u (a int);",
        "CREATE TABLE t (a int);\nCOMMENT ON TABLE t IS '表 [retention=3y]';",
        "-- guard: table=t retention=3y\nSELECT 1;\nCREATE TABLE t (a int);",
    ],
)
def test_a_table_is_declared_beside_its_statement_or_by_name(sql: str) -> None:
    assert declared(sql, "").retention == "3y"
    assert declared(sql, "a").retention == ""


def test_a_declaration_moves_with_its_column_and_ends_with_it() -> None:
    begin = "CREATE TABLE t (\n  a varchar(18), -- guard: level=L3\n  c int\n);\n"
    assert declared(begin + "ALTER TABLE t RENAME COLUMN a TO b;", "b").level == "L3"
    assert declared(begin + "ALTER TABLE t RENAME TO u;", "a", table="u").level == "L3"
    assert declared(begin + "ALTER TABLE t ALTER COLUMN a TYPE text;", "a").level == "L3"
    again = begin + "ALTER TABLE t DROP COLUMN a;\nALTER TABLE t ADD a varchar(18);"
    assert declared(again, "a").level == ""
    assert declared(begin + "DROP TABLE t;\nCREATE TABLE t (a varchar(18));", "a").level == ""
    assert declared(begin + "CREATE TABLE u (LIKE t);", "a", table="u").level == "L3"


def test_a_comment_that_is_written_anew_takes_its_label_with_it() -> None:
    begin = "CREATE TABLE t (a varchar(18));\nCOMMENT ON COLUMN t.a IS '甲 [L3]';\n"
    assert declared(begin, "a").level == "L3"
    assert declared(begin + "COMMENT ON COLUMN t.a IS '甲 [L4]';", "a").level == "L4"
    assert declared(begin + "COMMENT ON COLUMN t.a IS '甲';", "a").level == ""


def test_hostile_notes_and_comments_take_no_time() -> None:
    start = time.process_time()
    for text in (
        "[" * 100_000,
        "a=" * 100_000,
        "level" * 50_000,
        "(" * 100_000,
        "=(" * 50_000,
        "级别=【" * 30_000,
    ):
        TERMS.note(text, AT)
        TERMS.label(text, AT)
        TERMS.bare(text)
    assert time.process_time() - start < 2.0


def test_a_note_on_every_one_of_many_columns_takes_no_time_to_place() -> None:
    lines = ",\n".join(f"  c{at} varchar(9) /* guard: level=L2 */" for at in range(3000))
    start = time.process_time()
    assert declared(f"CREATE TABLE t (\n{lines}\n);", "c2999").level == "L2"
    assert time.process_time() - start < 5.0
