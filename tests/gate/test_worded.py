"""What a violation proposes is what ``--fix`` writes, word by word."""

from dataclasses import replace
from pathlib import Path

import pytest
from gate.test_fix import NOTE, SAID, Folder

from guard.gate.declare.schema_file import SchemaFile, schema_text
from guard.gate.fix.edits import edits
from guard.gate.fix.worded import worded
from guard.gate.inputs import find, script
from guard.model.gate import Fix

LABEL = "L3 category=个人信息/身份 mask=cn-id"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def fixes(folder: Folder, file: str, *columns: str, editable: bool = True, known: SchemaFile | None = None):
    """The final fix of each column, by name."""
    script = folder.script(file, editable=editable)
    wanted = [folder.violation(one) for one in folder.columns(script) if one.name in columns]
    said = worded(wanted, [script], known or SchemaFile(), root=folder.path, schema="guard-schema.yaml")
    return {one.column: one.fix for one in said}


def test_of_several_columns_on_a_line_each_is_named_above_it(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (id int,\n  sfzh varchar(18), lxdh varchar(11)\n);\n")
    found = fixes(folder, "a.sql", "sfzh", "lxdh")
    assert found["sfzh"].text == f"-- guard: column=sfzh {SAID}"
    assert found["lxdh"].text == f"-- guard: column=lxdh {SAID}"
    assert {(one.how, one.place.line) for one in found.values()} == {("before", 1)}


def test_a_line_with_a_comment_gets_it_above(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  sfzh varchar(18), -- 身份证\n  x int\n);\n")
    fix = fixes(folder, "a.sql", "sfzh")["sfzh"]
    assert (fix.how, fix.text, fix.place.line) == ("before", NOTE, 2)


def test_an_old_note_is_shown_as_it_will_be(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  sfzh varchar(18) -- guard: level=L1\n);\n")
    fix = fixes(folder, "a.sql", "sfzh")["sfzh"]
    assert (fix.how, fix.text) == ("instead", "-- guard: level=L3 category=个人信息/身份 mask=cn-id")


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE hr.employee (\n  id int,\n  sfzh varchar(18),\n  lxdh text -- 1\n);\n",
        "CREATE TABLE hr.employee (sfzh varchar(18), lxdh text);\n",
        "-- 表\nALTER TABLE hr.employee ADD sfzh text, ADD lxdh text;\n",
        "CREATE TABLE hr.employee (\n  sfzh text, -- guard: level=L2\n  lxdh text -- guard: mask=cn-id\n);\n",
    ],
)
def test_every_line_that_is_shown_is_one_that_is_written(folder, text: str) -> None:
    folder.write("a.sql", text)
    script = folder.script("a.sql")
    wanted = [folder.violation(one) for one in folder.columns(script) if one.name in ("sfzh", "lxdh")]
    (edit,) = edits(wanted, [script], root=folder.path, schema=folder.schema)
    written = [line for line in edit.diff.splitlines() if line.startswith("+") and "guard:" in line]
    shown = fixes(folder, "a.sql", "sfzh", "lxdh")
    assert len(shown) == len(written) == 2
    assert all(any(line.endswith(fix.text) for line in written) for fix in shown.values())


def test_an_entry_of_the_schema_file_is_yaml(folder) -> None:
    folder.write(
        "a.sql", "CREATE TABLE hr.employee (sfzh varchar(18));\nSELECT 'it);\nCREATE TABLE x (y int);\n"
    )
    script = folder.script("a.sql")
    (column,) = (one for one in folder.columns(script) if one.name == "sfzh")
    wanted = folder.violation(column, how="schema")
    known = schema_text("tables:\n  Employee:\n    columns:\n      sfzh: {level: L1, mask: sm4}\n")
    (said,) = worded([wanted], [script], known, root=folder.path, schema="guard-schema.yaml")
    assert said.fix.text == (
        "tables:\n  Employee:\n    columns:\n      sfzh: {level: L3, category: 个人信息/身份}"
    )
    assert said.fix.place.file == "guard-schema.yaml"


def test_behind_a_quote_that_never_closes_nothing_is_written(folder) -> None:
    folder.write("a.sql", "INSERT INTO a VALUES (1,'it);\nCREATE TABLE hr.employee (\n sfzh text\n);\n")
    assert fixes(folder, "a.sql", "sfzh")["sfzh"].how == "schema"
    assert [edit.file for edit in folder.fix("a.sql", "sfzh")] == ["guard-schema.yaml"]


def test_what_is_excused_is_worded_too(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  sfzh varchar(18), -- 身份证\n  x int\n);\n")
    script = folder.script("a.sql")
    wanted = [folder.violation(one, state="waived") for one in folder.columns(script) if one.name == "sfzh"]
    (said,) = worded(wanted, [script], SchemaFile(), root=folder.path, schema="guard-schema.yaml")
    assert (said.state, said.fix.how) == ("waived", "before")


def test_sql_that_is_proposed_to_people_stays_as_it_is(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  sfzh varchar(18)\n);\n")
    script = folder.script("a.sql")
    wanted = [folder.violation(one, text="COMMENT ON COLUMN x IS ''") for one in folder.columns(script)]
    assert worded(wanted, [script], SchemaFile(), root=folder.path, schema="s.yaml") == tuple(wanted)


def test_a_column_whose_name_is_not_shown_is_not_declared(folder) -> None:
    folder.write("a.sql", "CREATE TABLE hr.employee (\n  sfzh varchar(18)\n);\n")
    script = folder.script("a.sql")
    (column,) = folder.columns(script)
    fix = Fix(how="append", text=NOTE, place=column.place)
    wanted = replace(folder.violation(column), column="139******78", fix=fix)
    assert edits([wanted], [script], root=folder.path, schema=folder.schema) == ()


_XML = """<databaseChangeLog>
 <changeSet id="1" author="a">
  <createTable tableName="person">
   <column name="sfzh" type="varchar(18)" remarks="证件 &amp; 号"/>
   <column name="lxdh" type="varchar(18)"/>
  </createTable>
  <sql>CREATE TABLE hr.other (yhkh varchar(20));</sql>
 </changeSet>
</databaseChangeLog>
"""
_YAML = """databaseChangeLog:
  - changeSet:
      id: 1
      author: a
      changes:
        - createTable:
            tableName: person
            columns:
              - column:
                  name: sfzh
                  type: varchar(18)
              - column: {name: lxdh, type: varchar(20), remarks: 电话}
"""
_DBT = """version: 2
sources:
  - name: raw
    tables:
      - name: person
        columns:
          - name: sfzh
            data_type: varchar(18)
"""


@pytest.mark.parametrize(
    ("file", "text", "described"),
    [
        (
            "log.xml",
            _XML,
            {"sfzh": f'remarks="证件 &amp; 号 [{LABEL}]"', "lxdh": f'remarks="[{LABEL}]"', "yhkh": ""},
        ),
        ("log.yaml", _YAML, {"sfzh": f'remarks: "[{LABEL}]"', "lxdh": f'remarks: "电话 [{LABEL}]"'}),
        ("models/schema.yml", _DBT, {"sfzh": f'description: "[{LABEL}]"'}),
    ],
)
def test_a_change_log_is_mended_where_it_describes_the_column(
    folder, file: str, text: str, described
) -> None:
    folder.write(file, text)
    if file.startswith("models"):
        folder.write("dbt_project.yml", "name: x\n")
    found = find([folder.path], dialect="postgres", root=folder.path)
    read = [script(piece) for piece in found.pieces]
    columns = [column for one in read for column in folder.columns(one) if column.name in described]
    wanted = [folder.violation(one) for one in columns]
    said = worded(wanted, read, SchemaFile(), root=folder.path, schema="guard-schema.yaml", compared=())
    fixes = {one.column: one.fix for one in said}
    assert {name: fix.text if fix.how == "describe" else "" for name, fix in fixes.items()} == described
    edit = edits(wanted, read, root=folder.path, schema=folder.schema, compared=())
    assert [one.file for one in edit] == ["guard-schema.yaml"]
