"""What formats say beside their form: order, lists, names of files, where a fix goes, rules in general."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from emit.gate_support import SECOND, TYPES, emitted, place, verdict, violation

from guard.emit.gate import GateOptions
from guard.emit.gate.wording import Words
from guard.gate.rule import rules
from guard.model.gate import Fix
from guard.text import LANGUAGES, area, general, lookup


def of(*found, **more):
    """A verdict with just those violations."""
    nothing = {"unread": (), "lapsed": (), "unused": (), "stale": ()}
    return replace(verdict(), violations=found, **nothing | more)


def column(rule, line, severity="error", **more):
    given = {"table": "t", "column": "sfzh", "type": "cn-mobile", "level": "L3", "severity": severity}
    return violation(rule, place(SECOND, line), **given | more)


def words(language="zh", **options):
    return Words(verdict=verdict(), language=language, options=GateOptions(types=TYPES, **options))


def note(line, text="-- guard: level=L3"):
    return Fix(how="append", text=text, place=place(SECOND, line))


def test_github_says_what_is_wrong_with_a_column_in_one_annotation_and_errors_first() -> None:
    text = emitted(
        "github",
        of(
            column("comment-missing", 2, "note", level="L4"),
            column("mask-missing", 7, "warning", fix=note(7)),
            column("level-below-judged", 7, fix=note(7)),
        ),
    )
    first, second = text.splitlines()
    assert first.startswith("::error file=") and "level-below-judged、mask-missing::" in first
    assert first.count("-- guard: level=L3") == 1
    assert second.startswith("::notice ") and "comment-missing" in second


def test_a_comment_lists_errors_first_and_names_the_column_of_each_fix_once() -> None:
    found = of(
        column("comment-missing", 2, "note"),
        column("mask-missing", 7, "warning", fix=note(7)),
        column("level-below-judged", 7, fix=note(7)),
    )
    text = emitted("md", found)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[3].split("（")[0] for row in rows[2:]] == [
        "level-below-judged",
        "mask-missing",
        "comment-missing",
    ]
    assert text.count("```text") == 1 and " · t.sfzh · level-below-judged、mask-missing · " in text


@pytest.mark.parametrize("kind", ["table", "md"])
def test_files_beside_the_scripts_are_named_from_the_root(kind: str) -> None:
    where = place("/work/shop/guard-schema.yaml", 3)
    found = of(replace(column("declaration-invalid", 3), place=where))
    text = emitted(kind, found, root=Path("/work/shop"))
    assert "guard-schema.yaml:3" in text and "/work" not in text


def test_a_fix_on_another_line_says_on_which() -> None:
    text = emitted("table", of(column("sensitive-undeclared", 7, fix=replace(note(2), how="before"))))
    assert "在第 2 行之前插入" in text
    text = emitted("table", of(column("sensitive-undeclared", 7, fix=replace(note(7), how="before"))))
    assert "在该行之前插入" in text


def test_lists_are_chinese_in_chinese() -> None:
    one = violation("retention-missing", place(SECOND, 1), table="t", params={"columns": "xm, sfzh"})
    assert "xm、sfzh" in words().what(one) and "xm, sfzh" in words("en").what(one)


def test_no_bracket_within_a_bracket() -> None:
    named = replace(TYPES["cn-mobile"], name={"zh": "手机号(11位)", "en": "Mobile number (11 digits)"})
    told = Words(verdict=verdict(), language="zh", options=GateOptions(types={"cn-mobile": named})).what(
        column("comment-missing", 1)
    )
    assert told.startswith("t.sfzh（手机号，L3）")


def test_a_column_without_a_type_is_called_by_its_category() -> None:
    one = column("comment-missing", 1, type="", category="个人信息/个人财产信息")
    assert words().what(one).startswith("t.sfzh（个人财产信息，L3）")


def test_what_stands_in_no_sql_is_not_told_to_write_sql_comments() -> None:
    one = replace(column("declaration-invalid", 1), place=place("guard-schema.yaml", 4))
    assert "-- guard" not in words().rule(one, "next") and "sfzh: {level: L3" in words().rule(one, "next")
    assert "-- guard" in words().rule(column("declaration-invalid", 1), "next")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", sorted(rules()))
def test_every_rule_is_told_in_general_without_gaps(rule: str, language: str) -> None:
    for part in ("what", "next"):
        said = lookup(f"gate.{rule}.{part}_general", language) or general(area("gate", language)[rule][part])
        assert "…" not in said.replace("INSERT … SELECT", ""), said


def test_sarif_describes_a_rule_in_general() -> None:
    log = json.loads(emitted("sarif", of(column("comment-missing", 1))))
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert rule["fullDescription"]["text"] == "某个敏感列没有注释"
    assert rule["help"]["text"].startswith("某个敏感列没有注释\n")
