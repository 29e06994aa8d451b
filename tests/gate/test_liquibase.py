"""Liquibase change logs become changes and SQL, in order, with the lines where they stand."""

import json

import pytest

from guard.gate.inputs import find
from guard.gate.script.statement import Text
from guard.model.gate import (
    AddColumn,
    ChangeColumn,
    CommentOn,
    Create,
    Drop,
    DropColumn,
    Literals,
    Rename,
    RenameColumn,
    Unread,
)

XML = """<?xml version="1.0" encoding="UTF-8"?>
<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog"
    xmlns:ext="http://www.liquibase.org/xml/ns/dbchangelog-ext">
  <property name="owner" value="hr"/>
  <changeSet id="1" author="a">
    <preConditions><tableExists tableName="x"/></preConditions>
    <comment>text</comment>
    <createTable tableName="renkou" schemaName="${owner}" remarks="人口">
      <column name="id" type="bigint"><constraints primaryKey="true" nullable="false"/></column>
      <column name="sfzh" type="varchar(18)" remarks="公民身份号码"/>
    </createTable>
    <addColumn tableName="hr.renkou"><column name="xb" type="char(1)" afterColumn="id"
      defaultValue="1"/></addColumn>
    <rollback><dropTable tableName="renkou"/></rollback>
  </changeSet>
  <changeSet id="2" author="a" dbms="!h2">
    <sql splitStatements="true">
      ALTER TABLE hr.renkou ADD dh varchar(20);
      UPDATE t SET a = 1 WHERE b &lt; 2
    </sql>
    <createView viewName="v" replaceIfExists="true"><![CDATA[
      SELECT sfzh FROM hr.renkou]]></createView>
    <ext:unheardOf x="y"/>
  </changeSet>
</databaseChangeLog>
"""

YAML = """databaseChangeLog:
  - changeSet:
      id: 1
      author: a
      changes:
        - createTable:
            tableName: renkou
            schemaName: hr
            columns:
              - column:
                  name: id
                  type: bigint
                  constraints: {primaryKey: true, nullable: false}
              - column: {name: sfzh, type: varchar(18), remarks: 公民身份号码}
        - sql:
            sql: |
              SELECT 1;
              SELECT 2;
        - sql: SELECT 3
      rollback:
        - dropTable: {tableName: renkou}
"""


def read(folder, files, *paths, dialect=None):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return find([folder / path for path in paths or ["."]], dialect=dialect, root=folder)


def parts(folder, files, *paths, **more):
    return [part for piece in read(folder, files, *paths, **more).pieces for part in piece.parts]


def log(inner):
    return f"<databaseChangeLog><changeSet id='1' author='a'>\n{inner}\n</changeSet></databaseChangeLog>"


def place(change):
    return (change.place.line, change.place.at)


def test_xml_becomes_changes_in_order_with_their_lines(tmp_path):
    create, add, sql, view, unread = parts(tmp_path, {"a.xml": XML})
    assert isinstance(create, Create) and create.name == ("hr", "renkou") and create.comment == "人口"
    assert place(create) == (8, 5) and create.place.end == 11
    one, two = create.columns
    assert (one.name, one.type, one.key, one.nullable, one.place.line) == ("id", "bigint", "pk", False, 9)
    assert (two.comment, two.nullable, place(two)) == ("公民身份号码", True, (10, 7))
    assert isinstance(add, AddColumn) and (add.table, add.after) == (("hr", "renkou"), "id")
    assert (add.column.literal, place(add)) == ("1", (12, 38))
    assert isinstance(sql, Text) and sql.line == 17
    assert "b < 2" in sql.text and sql.place(sql.text.index("ALTER"), sql.text.index("ADD")).line == 18
    assert isinstance(view, Create) and view.replace and view.query.text.strip().startswith("SELECT sfzh")
    assert view.query.place.line == 21
    assert unread == Unread(place=unread.place, reason="change-unknown", word="unheardOf")


def test_yaml_and_json_say_the_same(tmp_path):
    create, block, plain = parts(tmp_path, {"a.yaml": YAML})
    assert create.name == ("hr", "renkou") and [c.name for c in create.columns] == ["id", "sfzh"]
    assert [c.place.line for c in create.columns] == [10, 14] and create.columns[0].key == "pk"
    assert not create.columns[0].nullable and create.columns[1].comment == "公民身份号码"
    assert (block.line, block.text.split("\n")[1]) == (17, "SELECT 2;")
    assert (plain.line, plain.text) == (19, "SELECT 3")
    import yaml

    data = json.dumps(yaml.safe_load(YAML), indent="\t")
    (tmp_path / "a.yaml").unlink()
    again, *_ = parts(tmp_path, {"a.json": data})
    assert [(c.name, c.type) for c in again.columns] == [("id", "bigint"), ("sfzh", "varchar(18)")]


@pytest.mark.parametrize(
    "element, expected",
    [
        ('<dropTable tableName="a"/>', Drop),
        ('<dropView viewName="a"/>', Drop),
        ('<dropColumn tableName="a" columnName="b"/>', DropColumn),
        ('<dropColumn tableName="a"><column name="b"/></dropColumn>', DropColumn),
        ('<renameColumn tableName="a" oldColumnName="b" newColumnName="c"/>', RenameColumn),
        ('<renameTable oldTableName="a" newTableName="b"/>', Rename),
        ('<renameView oldViewName="a" newViewName="b"/>', Rename),
        ('<modifyDataType tableName="a" columnName="b" newDataType="text"/>', ChangeColumn),
        ('<addNotNullConstraint tableName="a" columnName="b"/>', ChangeColumn),
        ('<dropNotNullConstraint tableName="a" columnName="b"/>', ChangeColumn),
        ('<setColumnRemarks tableName="a" columnName="b" remarks="c"/>', CommentOn),
        ('<setTableRemarks tableName="a" remarks="c"/>', CommentOn),
        ('<insert tableName="a"><column name="b" value="c"/></insert>', Literals),
        ('<update tableName="a"><column name="b" value="c"/></update>', Literals),
        ('<addDefaultValue tableName="a" columnName="b" defaultValue="c"/>', ChangeColumn),
    ],
)
def test_every_change_type_that_matters_is_read(tmp_path, element, expected):
    (change,) = parts(tmp_path, {"a.xml": log(element)})
    assert type(change) is expected and place(change)[0] == 2
    name = getattr(change, "name", None) or change.table
    assert name == ("a",) and getattr(change, "column", "b") in ("b", "")


def test_what_changes_neither_table_nor_column_is_nothing(tmp_path):
    inner = '<createIndex tableName="a"/><tagDatabase tag="x"/><addForeignKeyConstraint baseTableName="a"/>'
    assert parts(tmp_path, {"a.xml": log(inner)}) == []


def test_columns_that_merge_are_one_column(tmp_path):
    inner = '<mergeColumns tableName="a" column1Name="x" column2Name="y" finalColumnName="z" finalColumnType="t"/>'
    add, *drops = parts(tmp_path, {"a.xml": log(inner)})
    assert add.column.name == "z" and [drop.column for drop in drops] == ["x", "y"]


def test_a_lookup_table_copies_the_values_of_a_column(tmp_path):
    inner = (
        '<addLookupTable existingTableName="a" existingTableSchemaName="hr" existingColumnName="b" '
        'newTableName="c" newTableSchemaName="pub" newColumnName="d"/>'
    )
    (create,) = parts(tmp_path, {"a.xml": log(inner)})
    assert create.name == ("pub", "c") and create.query.text == 'SELECT "b" AS "d" FROM "hr"."a"'


INCLUDES = """<databaseChangeLog>
  <include file="db/one.xml"/>
  <changeSet id="m" author="a"><dropTable tableName="between"/></changeSet>
  <includeAll path="more/" relativeToChangelogFile="true"/>
  <include file="classpath:/db/one.xml"/>
</databaseChangeLog>"""


def test_included_logs_come_where_they_are_included_and_once(tmp_path):
    files = {
        "src/res/db/main.xml": INCLUDES,
        "src/res/db/one.xml": log('<dropTable tableName="one"/>'),
        "src/res/db/more/2.sql": "--liquibase formatted sql\n--changeset a:1\nDROP TABLE two;",
        "src/res/db/more/1.yaml": YAML,
    }
    result = read(tmp_path, files)
    assert [piece.file.rpartition("/")[2] for piece in result.pieces] == [
        "one.xml",
        "main.xml",
        "1.yaml",
        "2.sql",
    ]
    assert not result.unread
    assert [piece.file for piece in read(tmp_path, {}, "src/res/db/main.xml").pieces] == [
        piece.file for piece in result.pieces
    ]


@pytest.mark.parametrize(
    "name, reason",
    [
        ("none.xml", "include-missing"),
        ("../outside.xml", "include-outside"),
        ("a/../../outside.xml", "include-outside"),
    ],
)
def test_what_is_included_and_cannot_be_is_said(tmp_path, name, reason):
    (tmp_path / "outside.xml").write_text(log('<dropTable tableName="a"/>'))
    text = f'<databaseChangeLog>\n<include file="{name}"/></databaseChangeLog>'
    (unread,) = parts(tmp_path / "root", {"main.xml": text})
    assert (unread.reason, unread.place.line) == (reason, 2)


def test_a_link_out_of_the_root_in_a_folder_that_is_included_is_said(tmp_path):
    (tmp_path / "outside.sql").write_text("DROP TABLE a;")
    (tmp_path / "root/more").mkdir(parents=True)
    (tmp_path / "root/more/1.sql").symlink_to("../../outside.sql")
    text = '<databaseChangeLog>\n<includeAll path="more"/></databaseChangeLog>'
    (unread,) = parts(tmp_path / "root", {"main.xml": text}, "main.xml")
    assert (unread.reason, unread.word, unread.place.line) == ("include-outside", "1.sql", 2)


def test_logs_that_include_each_other_end(tmp_path):
    files = {
        f"{a}.xml": f'<databaseChangeLog><include file="{b}.xml"/><changeSet id="1"><dropTable tableName="{a}"/>'
        "</changeSet></databaseChangeLog>"
        for a, b in (("x", "y"), ("y", "x"))
    }
    assert sorted(change.name for change in parts(tmp_path, files)) == [("x",), ("y",)]


def test_files_of_sql_are_read_where_they_are_named_and_not_again(tmp_path):
    files = {"a.xml": log('<sqlFile path="x/v1.sql" endDelimiter="GO"/>'), "x/v1.sql": "A;\nGO\nB\nGO\n"}
    result = read(tmp_path, files)
    (piece,) = result.pieces
    assert piece.file == "x/v1.sql" and piece.editable
    assert [(part.line, part.text.strip()) for part in piece.parts if part.text.strip()] == [
        (1, "A;"),
        (2, "B"),
    ]


def test_seed_files_are_literals(tmp_path):
    files = {
        "a.xml": log('<loadData tableName="u" file="u.csv" separator=";"/>'),
        "u.csv": 'id;dh\n1;"x;y"\n',
    }
    (change,) = parts(tmp_path, files)
    assert change.columns == ("id", "dh")
    assert [[(cell, at.file, at.line) for cell, at in row] for row in change.rows] == [
        [("1", "u.csv", 2), ("x;y", "u.csv", 2)]
    ]


FORMATTED = """--liquibase formatted sql
--preconditions dbms:oracle

--changeset a:1 dbms:oracle
create table t (a int)
--rollback drop table t;

--changeset a:2 dbms:mysql,mariadb
create table m (a int);
--changeset a:3 endDelimiter:"/"
begin x; end;
/
drop table y
/
--ignoreLines:start
garbage '
--ignoreLines:end
--changeset a:4 dbms:"!oracle"
drop table never
"""


@pytest.mark.parametrize(
    "dialect, dialects", [(None, ["oracle", "mysql", "oracle", None]), ("oracle", ["oracle"]), ("dm", ["dm"])]
)
def test_formatted_sql_gives_its_change_sets(tmp_path, dialect, dialects):
    result = read(tmp_path, {"a.sql": FORMATTED}, dialect=dialect)
    assert [piece.dialect and piece.dialect.name for piece in result.pieces] == dialects
    texts = [part for piece in result.pieces for part in piece.parts]
    assert [text.line for text in texts][:1] == [4]
    assert any("drop table never" in text.text for text in texts) == (dialect is None)
    assert any("create table m" in text.text for text in texts) == (dialect is None)
    assert not any("garbage" in text.text for text in texts)


def test_an_end_delimiter_of_its_own_parts_a_change_set(tmp_path):
    texts = parts(tmp_path, {"a.sql": FORMATTED}, dialect="oracle")
    assert [text.text.strip().splitlines()[-1] for text in texts[1:3]] == ["begin x; end;", "drop table y"]
    assert texts[2].line + texts[2].text.split("drop")[0].count("\n") == 13


@pytest.mark.parametrize(
    "text, reason, line",
    [
        ("<databaseChangeLog>\n<a>\n</databaseChangeLog>", "log-broken", 3),
        ('<!DOCTYPE a [\n<!ENTITY x "y">]><databaseChangeLog/>', "log-entity", 2),
        ('<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]><databaseChangeLog/>', "log-entity", 1),
        ("<databaseChangeLog>" + "<a>" * 100, "log-too-large", 1),
        ("databaseChangeLog: [\n&a b, *a]", "log-broken", 2),
        ('{"databaseChangeLog": [1,\n}', "log-broken", 2),
    ],
)
def test_hostile_and_broken_logs_end_in_one_unread_file(tmp_path, text, reason, line):
    result = read(tmp_path, {f"a.{'xml' if text[0] == '<' else 'yml'}": text})
    assert [(one.reason, one.place.line) for one in result.unread] == [(reason, line)]


def test_an_include_that_is_broken_does_not_stop_the_others(tmp_path):
    main = '<databaseChangeLog><include file="b.xml"/><include file="c.xml"/></databaseChangeLog>'
    files = {"a.xml": main, "b.xml": "<databaseChangeLog>", "c.xml": log('<dropTable tableName="c"/>')}
    unread, drop = parts(tmp_path, files)
    assert (unread.reason, unread.place.file) == ("log-broken", "b.xml") and drop.name == ("c",)
