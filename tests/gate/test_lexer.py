"""Tokens of every dialect: what is quoted stays whole, and any text ends."""

from __future__ import annotations

import pytest

from guard.gate.script.dialect import dialect, dialects
from guard.gate.script.lexer import tokenize, unquoted
from guard.model import UsageError


def tokens(sql: str, name: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokenize(sql, dialect(name))]


@pytest.mark.parametrize(
    ("name", "sql", "kind", "value"),
    [
        ("postgres", "'it''s'", "text", "it's"),
        ("postgres", r"'a\'", "text", "a\\"),
        ("postgres", r"E'it\'s'", "text", "it's"),
        ("postgres", "$$it's$$", "text", "it's"),
        ("postgres", "$tag$a $$ b$tag$", "text", "a $$ b"),
        ("postgres", '"姓 ""名"""', "name", '姓 "名"'),
        ("mysql", r"'it\'s'", "text", "it's"),
        ("mysql", "`a``b`", "name", "a`b"),
        ("mysql", r'"it\"s"', "name", 'it"s'),
        ("oracle", "q'[it's]'", "text", "it's"),
        ("oracle", "nQ'!it's!'", "text", "it's"),
        ("oracle", r"'a\'", "text", "a\\"),
        ("tsql", "N'身份证'", "text", "身份证"),
        ("tsql", "[a]]b]", "name", "a]b"),
        ("ansi", "x'1F'", "text", "1F"),
        ("hive", "${hivevar:db}_x", "word", "${hivevar:db}_x"),
        ("postgres", "{{ ref('a') }}_x", "word", "{{ ref('a') }}_x"),
        ("tsql", "#temp", "word", "#temp"),
        ("oracle", "sys$user", "word", "sys$user"),
        ("mysql", "1a", "word", "1a"),
        ("ansi", "12.5e-3", "number", "12.5e-3"),
        ("oracle", ":=", "mark", ":="),
        ("snowflake", "// said", "comment", "// said"),
        ("mysql", "# said", "comment", "# said"),
        ("ansi", "/* a * b */", "comment", "/* a * b */"),
        ("mysql", "'never", "open", "'never"),
        ("postgres", "$a$ never", "open", "$a$ never"),
        ("oracle", "q'[never", "open", "q'[never"),
    ],
)
def test_one_token(name: str, sql: str, kind: str, value: str) -> None:
    (token,) = tokenize(sql, dialect(name))
    assert (token.kind, token.value) == (kind, value)


def test_what_an_executable_comment_holds_is_read() -> None:
    assert [text for kind, text in tokens("/*!50001 CREATE VIEW v */", "mysql") if kind == "word"] == [
        "CREATE", "VIEW", "v",
    ]  # fmt: skip


def test_array_brackets_are_marks_where_brackets_quote_nothing() -> None:
    assert tokens("a[1]", "postgres") == [("word", "a"), ("mark", "["), ("number", "1"), ("mark", "]")]


@pytest.mark.parametrize("name", sorted(set(dialects())))
def test_no_character_is_lost(name: str) -> None:
    sql = "select 'a' || \"b\" -- c\n from [d] where é=1.5e3 and $1 <> q'{x}' /* y */ `z` # {{ t }} ${u} {"
    found = list(tokenize(sql, dialect(name)))
    assert "".join(token.text for token in found).replace(" ", "").replace("\n", "") == "".join(sql.split())
    assert all(sql[token.start : token.end] == token.text for token in found)


@pytest.mark.parametrize(("text", "says"), [("''", ""), ("$$$$", ""), ("word", "word"), ("u&'a'", "a")])
def test_unquoted(text: str, says: str) -> None:
    assert unquoted(text) == says


def test_an_unknown_dialect_names_the_right_ones() -> None:
    with pytest.raises(UsageError) as error:
        dialect("postgress")
    assert error.value.id == "script-dialect"
    assert error.value.params["nearest"] == "postgres"
    known = str(error.value.params["known"]).split(", ")
    assert "tsql" in known and len(known) <= 40
    assert not {"drill", "kingbase"} & set(known)


SQLFLUFF = """ansi athena bigquery clickhouse databricks db2 doris duckdb exasol flink greenplum hive impala mariadb
    materialize mysql oracle postgres redshift snowflake soql sparksql sqlite starrocks teradata trino tsql vertica"""


def test_every_dialect_of_sqlglot_and_sqlfluff_is_known_and_its_grammar_is_one_of_sqlglot() -> None:
    from sqlglot.dialects.dialect import Dialects

    names = {one.value for one in Dialects}
    assert all(dialect(name) for name in {*names, *SQLFLUFF.split()} - {""})
    assert {one.reads for one in dialects().values()} <= names


@pytest.mark.parametrize(
    "name", ["PostgreSQL", "MariaDB", "DM8", "sql_server", "KingbaseES", "sparksql", "db2"]
)
def test_names_that_people_use(name: str) -> None:
    assert dialect(name).name in dialects()
