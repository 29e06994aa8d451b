"""The tables of a script as they were read, one line a file."""

from guard.gate.script.dialect import dialect
from guard.gate.script.read import read_script
from guard.gate.script.statement import Text
from guard.gate.state.replay import replay
from guard.gate.state.schema_lines import schema_line


def lines(*scripts, isolated=False, name="mysql"):
    read = [read_script(Text(file=f"{at}.sql", text=sql), dialect(name)) for at, sql in enumerate(scripts)]
    steps, _ = replay(read, declare=lambda script, change, before, after: after, lineage=lambda *_: ())
    return [schema_line(script.file, steps, isolated=isolated) for script in read]


def names(line):
    return {table["name"]: [column["name"] for column in table["columns"]] for table in line["tables"]}


def test_a_line_has_names_types_and_comments_in_order():
    (line,) = lines("create table t (b int, a varchar(18) comment '号');")
    columns = [
        {"name": "b", "type": "int", "comment": ""},
        {"name": "a", "type": "varchar(18)", "comment": "号"},
    ]
    assert line == {"file": "0.sql", "tables": [{"name": "t", "columns": columns}], "unread": []}


def test_a_later_file_shows_the_table_as_it_then_stands():
    first, second = lines("create table t (a int, b int);", "alter table t drop b; alter table t add c int;")
    assert names(first) == {"t": ["a", "b"]}
    assert names(second) == {"t": ["a", "c"]}


def test_dropped_and_renamed_tables_disappear():
    (line,) = lines("create table t (a int); create table u (b int); drop table t; rename table u to v;")
    assert names(line) == {"v": ["b"]}


def test_tables_of_other_files_are_left_out():
    _, second = lines("create table t (a int);", "create table u (b int);")
    assert names(second) == {"u": ["b"]}


def test_isolated_also_shows_each_table_as_it_was_written():
    (line,) = lines("create table t (a int, b int); alter table t drop b;", isolated=True)
    assert [[column["name"] for column in table["columns"]] for table in line["tables"]] == [
        ["a", "b"],
        ["a"],
    ]


def test_replace_columns_of_hive_changes_the_table_that_is_there():
    made = "create external table t (a int, b string) comment '人' partitioned by (dt string) location 'x';"
    first, second = lines(made, "alter table t replace columns (c string);", name="hive")
    (both,) = lines(made + "alter table t replace columns (c string);", name="hive")
    assert names(first) == {"t": ["a", "b", "dt"]}
    assert names(second) == names(both) == {"t": ["c", "dt"]}
    assert len(both["tables"]) == 1


def test_what_was_not_read_has_its_line_and_reason():
    (line,) = lines("create table t (a int);\n\nalter table t frobnicate a;")
    assert line["unread"] == [{"line": 3, "reason": "action"}]
