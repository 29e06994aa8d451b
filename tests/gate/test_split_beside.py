"""Our splitter beside sqlparse's: the same on plain scripts; what sqlparse cuts wrongly is why we have our own."""

from __future__ import annotations

import re

import pytest
import sqlparse
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.gate.script.dialect import dialect
from guard.gate.script.split import split
from guard.gate.script.statement import Text

COMMENT = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)

texts = st.text("ab;'\n -（）；中文$", max_size=12).map(lambda said: "'" + said.replace("'", "''") + "'")
names = st.sampled_from(["t", "人员", '"姓;名"', "hr.employee", '"it\'s"', "x_1"])
between = st.sampled_from([" ", "\n", "  ", " -- it's; so\n", " /* 注释;' */ ", "\n-- 结束;\n"])
gaps = st.sampled_from(
    ["\n", "\n\n", "\n-- 结束; it's\n", "\n/* 'so;' */ "]
)  # one on its line is theirs, ours is apart
statements = st.one_of(
    st.builds(
        "create{1}table {0} (a int{1}default 1, b varchar(9) default {2})".format, names, between, texts
    ),
    st.builds("insert into {0} values (1,{1}{2})".format, names, between, texts),
    st.builds("select{1}{2} from {0} where a <> {2}".format, names, between, texts),
    st.builds("update {0} set a ={1}{2}".format, names, between, texts),
    st.builds("alter table {0}{1}add c int".format, names, between),
    st.builds("comment on table {0} is{1}{2}".format, names, between, texts),
    st.builds("drop table {0}".format, names),
    st.builds("grant select on {0}{1}to reader".format, names, between),
)


def ours(sql: str, name: str) -> list[str]:
    return [sql[one.start : one.end] for one in split(Text(file="v1.sql", text=sql), dialect(name))]


def theirs(sql: str) -> list[str]:
    """As sqlparse cuts, without the terminator and the comments before a statement, which we keep apart."""
    cut = (COMMENT.sub("", one, count=1).rstrip().removesuffix(";").rstrip() for one in sqlparse.split(sql))
    return [one for one in cut if one]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(statements, gaps), max_size=6), st.sampled_from(["postgres", "oracle", "ansi"]))
def test_plain_scripts_are_cut_as_sqlparse_cuts_them(parts: list[tuple[str, str]], name: str) -> None:
    sql = "".join(f"{statement};{gap}" for statement, gap in parts)
    assert ours(sql, name) == theirs(sql) == [statement for statement, _ in parts]


@pytest.mark.parametrize(
    ("name", "sql", "right"),
    [
        ("mysql", "DELIMITER $$\nCREATE TABLE a (x int)$$\nDROP TABLE b$$\nDELIMITER ;\nSELECT 1;", 3),
        ("mysql", "CREATE PROCEDURE p() BEGIN REPEAT SELECT 1; UNTIL n END REPEAT; END;\nDROP TABLE b;", 2),
        ("tsql", "CREATE TABLE a (x int)\nGO\nDROP TABLE b\nGO\n", 2),
        ("tsql", "ALTER TABLE a ADD x int\nEXEC sp_rename 'a', 'b'\n", 2),
        ("oracle", "CREATE TABLE a (x int)\n/\nDROP TABLE b\n/\n", 2),
        ("oracle", "COMMENT ON TABLE a IS q'{it's; so}';\nDROP TABLE b;", 2),
        ("oracle", "prompt it's the table\nCREATE TABLE a (x int);\nDROP TABLE b;", 2),
        ("oracle", "CREATE PACKAGE k AS PROCEDURE p; FUNCTION f RETURN NUMBER; END k;\n/\nDROP TABLE b;", 2),
        ("postgres", "COPY a FROM stdin;\n1\tit's; so\n\\.\nDROP TABLE b;", 2),
        ("postgres", "\\i it's.sql\nCREATE TABLE a (x int);\nDROP TABLE b;", 2),
        ("postgres", "/* one /* two */ ; */ DROP TABLE a;\nDROP TABLE b;", 2),
        ("mysql", r"INSERT INTO a VALUES ('it\'s; so');" + "\n# don't\nDROP TABLE b;", 2),
    ],
)
def test_what_sqlparse_cuts_wrongly(name: str, sql: str, right: int) -> None:
    assert len(ours(sql, name)) == right
    assert theirs(sql) != ours(sql, name)
