"""One statement read: what it changes, where each part stands, and what happens to what cannot be read."""

import random
import time
from pathlib import Path

import pytest
import yaml
from gate.ddl_changes import read, said

from guard.gate.ddl.insert import MOST_ROWS
from guard.gate.script.dialect import dialects
from guard.model.gate import Create, Literals, Unread
from guard.text import LANGUAGES, t

CASES = [
    pytest.param(case, id=f"{path.stem}-{at}")
    for path in sorted((Path(__file__).parent / "cases" / "ddl").glob("*.yaml"))
    for at, case in enumerate(yaml.safe_load(path.read_text("utf-8")))
]


@pytest.mark.parametrize("case", CASES)
def test_statement_changes(case):
    assert [said(change) for change in read(case["sql"], case["dialect"])] == case["changes"]


@pytest.mark.parametrize("name", sorted(dialects()))
def test_every_dialect_reads_the_columns_of_a_table(name):
    (table,) = read(
        "create table hr.person (id int not null, name varchar(20) default 'x', primary key (id))", name
    )
    assert [(column.name, column.type) for column in table.columns] == [
        ("id", "int"),
        ("name", "varchar(20)"),
    ]


def test_each_column_knows_where_it_stands():
    (table,) = read("create table t (\n  a int,\n  b varchar(2)\n    not null\n)")
    assert [(c.place.line, c.place.end, c.place.at) for c in table.columns] == [(2, 2, 3), (3, 4, 3)]
    assert (table.place.line, table.place.end) == (1, 5)


def test_a_query_knows_where_it_begins():
    (view,) = read("create view v as\n\n  select a from t")
    assert (view.query.text, view.query.place.line, view.query.place.at) == ("select a from t", 3, 3)


def test_actions_of_one_alter_stand_on_their_own_lines():
    added = read("alter table t\n  add a int,\n  add b int", "mysql")
    assert [change.place.line for change in added] == [2, 3]


@pytest.mark.parametrize(
    "definition",
    [
        "key varchar(20)",
        "index int",
        "comment text",
        "date date",
        "period int",
        "fulltext varchar(8)",
        "projection varchar(9)",
    ],
)
def test_a_column_may_be_called_like_a_clause(definition):
    (table,) = read(f"create table t (a int, {definition}, b int)", "mysql")
    assert [column.name for column in table.columns] == ["a", definition.split()[0], "b"]


@pytest.mark.parametrize(
    "constraint",
    [
        "primary key (a)", "unique key u (a)", "unique (a)", "key (a)", "key k (a)", "index i using btree (a)",
        "fulltext key f (a)", "spatial index s (a)", "foreign key (a) references t (b)", "check (a > 1)",
        "constraint c check (a in ('x', 'y'))", "exclude using gist (a with &&)", "period for system_time (a, b)",
        "supplemental log data (all) columns", "watermark for a as a", "index i a type minmax granularity 1",
        "projection p (select a order by a)", "not cluster primary key (a)",
    ],
)  # fmt: skip
def test_table_constraints_are_no_columns(constraint):
    (table,) = read(f"create table t (a int, {constraint}, b int)", "mysql")
    assert [column.name for column in table.columns] == ["a", "b"]


def test_at_most_the_first_rows_are_kept():
    rows = ", ".join("('a', 1)" for _ in range(MOST_ROWS + 1))
    (found,) = read(f"insert into t values {rows}")
    assert (len(found.rows), found.more) == (MOST_ROWS, True)
    (found,) = read("insert into t values ('a', 1)")
    assert (len(found.rows), found.more) == (1, False)


def test_each_literal_knows_where_it_stands():
    (found,) = read("insert into t (a, b)\nvalues ('x',\n  'y')")
    assert [(text, place.line, place.at) for text, place in found.rows[0]] == [("x", 2, 9), ("y", 3, 3)]


@pytest.mark.parametrize(
    "sql",
    [
        "create table t (a enum('wanli','qianli') default 'wanli')",
        "create table t (a int) location 's3://wanli:x@h' comment 'c'",
        "insert into t values ('wanli')",
        "update t set a = 'wanli'",
        "create table t (a int generated always as (concat('wanli', b)))",
        "comment on table t is wanli.q 'wanli'",
        "alter table t 'wanli'",
        "'wanli' is no statement",
        "create table t ('wanli",
    ],
)
def test_no_literal_is_ever_shown(sql):
    assert "wanli" not in repr(read(sql, "mysql")).replace("wanli.q", "").replace("word='wanli'", "")


@pytest.mark.parametrize(
    "sql",
    [
        "select 1", "set names utf8", "begin", "commit", "create index i on t (a)", "create sequence s", "truncate t",
        "create function f(a int) returns int", "drop index i", "grant r to u", "delete from t", "create role r",
        "alter index i rename to j", "comment on function f(int) is 'x'", "lock tables t write",
    ],
)  # fmt: skip
def test_statements_of_no_interest_change_nothing(sql):
    assert read(sql) == ()


def test_what_is_readable_of_a_broken_table_is_kept():
    table, unread = read("create table t (a int,\n 5 b,\n c text)")
    assert [column.name for column in table.columns] == ["a", "c"]
    assert (unread.reason, unread.place.line) == ("column", 2)


OWN = [
    ("postgres", "create table s.t (a integer not null, b varchar(20) default 'x', c numeric(10,2), d text[], primary key (a))"),
    ("mysql", "create table `t` (`a` bigint(20) auto_increment comment 'x', `b` enum('x','y'), key `k` (`b`), primary key (`a`))"),
    ("oracle", "create table hr.t (a varchar2(20 char) not null, b number(10,2), c timestamp, constraint pk primary key (a))"),
    ("tsql", "create table [dbo].[t] ([a] int identity(1,1) not null, [b] nvarchar(20) null, constraint [pk] primary key ([a]))"),
    ("hive", "create table t (a array<struct<x:int,y:string>>, b map<string,int>, c decimal(10,2))"),
    ("clickhouse", "create table t (a String, b Nullable(UInt8), c Array(String)) engine = MergeTree() order by a"),
    ("sqlite", "create table t (a integer primary key autoincrement, b text, unique (b))"),
    ("bigquery", "create table d.t (a int64, b struct<x int64, y string>)"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sql"), OWN)
def test_a_grammar_finds_the_same_columns(name, sql):
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, read=name)
    wanted = [item.name for item in tree.this.expressions if isinstance(item, exp.ColumnDef)]
    (table,) = read(sql, name)
    assert [column.name for column in table.columns] == wanted


HARD = {
    "deep brackets": "create table t (a int default " + "(" * 50_000 + "1" + ")" * 50_000 + ")",
    "never closed": "create table t " + "(" * 100_000,
    "deep angles": "create table t (a " + "array<" * 50_000 + "int" + ">" * 50_000 + ")",
    "many commas": "create table t (" + "," * 100_000 + ")",
    "many actions": "alter table t " + ",".join(f"add c{at} int" for at in range(10_000)),
    "many branches": "merge into t using s on a = b " + "when matched then update set a = 1 " * 10_000,
    "many rows": "insert into t values " + ",".join("(1, 'a')" for _ in range(100_000)),
    "long literal": "insert into t values ('" + "x" * 5_000_000 + "')",
    "long name": "drop table " + "a." * 50_000 + "b",
}


@pytest.mark.parametrize("sql", HARD.values(), ids=HARD.keys())
def test_hard_statements_take_no_time(sql):
    start = time.process_time()
    assert read(sql)
    assert time.process_time() - start < 4


def test_broken_statements_never_raise():
    chance = random.Random(5)
    whole = [case.values[0] for case in CASES]
    for _ in range(3_000):
        case = chance.choice(whole)
        sql = case["sql"]
        first, last = sorted(chance.choices(range(len(sql) + 1), k=2))
        mended = chance.choice((sql[:first], sql[first:], sql[:first] + sql[last:], sql[:last] + sql[first:]))
        read(mended, case["dialect"])


def test_a_thousand_tables_are_read_within_a_second():
    columns = ", ".join(f"c{at} varchar({at + 10}) not null default 'x' comment 'c'" for at in range(12))
    start = time.process_time()
    for at in range(1_000):
        (table,) = read(f"create table t{at} ({columns}, primary key (c1))", "mysql")
        assert isinstance(table, Create)
    assert time.process_time() - start < 2  # well below 1 s where nothing else runs


def test_an_unknown_verb_is_reported():
    (unread,) = read("frobnicate t")
    assert isinstance(unread, Unread)
    assert (unread.reason, unread.word) == ("verb", "frobnicate")


@pytest.mark.parametrize(
    "literal", ["110101199003074233", "'frobnicate' x", '"frobnicate" x', "13812345678abc x"]
)
def test_no_literal_is_the_word_of_what_cannot_be_read(literal):
    (unread,) = read(literal, "mysql")
    assert (unread.reason, unread.word) == ("verb", "")
    assert not any(
        empty in t("unread.verb.what", lang, word="") for lang in LANGUAGES for empty in ('""', "“”")
    )


def test_literals_of_a_values_list_may_stand_in_functions():
    (found,) = read("insert into t values (to_date('2020-01-01', 'x'), N'a', -5, 13, null)", "oracle")
    assert isinstance(found, Literals)
    assert [text for text, _ in found.rows[0]] == ["2020-01-01", "a", "", "13", ""]
