"""Entries are added to guard-schema.yaml as a person would add them; what stood there stays."""

import time

import pytest

from guard.gate.fix.schema_edit import put
from guard.model import UsageError
from guard.yamldoc import parse

VALUES = {"level": "L3", "category": "个人信息/身份", "mask": "cn-id"}
TREE = {"tables": {"hr.employee": {"columns": {"sfzh": VALUES}}}}
ENTRY = "{level: L3, category: 个人信息/身份, mask: cn-id}"


def added(text: str) -> str:
    return put(text, TREE, "guard-schema.yaml")


def test_an_empty_file_gets_the_whole_entry() -> None:
    assert (
        added("version: 1\n") == f"version: 1\ntables:\n  hr.employee:\n    columns:\n      sfzh: {ENTRY}\n"
    )


def test_comments_order_and_case_stay() -> None:
    text = (
        "version: 1\ntables:\n  HR.Employee:\n    # 员工\n    level: L3  # 人工\n    columns:\n"
        "      xm: {level: L2}  # 姓名\n\n# 末尾\nzones: {}\n"
    )
    line = "      xm: {level: L2}  # 姓名\n"
    assert added(text) == text.replace(line, f"{line}      sfzh: {ENTRY}\n")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("tables:\n", f"tables:\n  hr.employee:\n    columns:\n      sfzh: {ENTRY}\n"),
        ("tables: {}  # none\n", f"tables:  # none\n  hr.employee:\n    columns:\n      sfzh: {ENTRY}\n"),
        (
            "tables:\n  hr.employee: {level: L3, columns: {xm: {level: L2}}}  # x\n",
            f"tables:\n  hr.employee: {{level: L3, columns: {{xm: {{level: L2}}, sfzh: {ENTRY}}}}}  # x\n",
        ),
        (
            "tables: {hr.employee: {columns: {a: {level: L1}, }}}\n",
            f"tables: {{hr.employee: {{columns: {{a: {{level: L1}}, sfzh: {ENTRY}, }}}}}}\n",
        ),
        (
            "tables: {hr.employee: {columns: }}\n",
            f"tables: {{hr.employee: {{columns: {{sfzh: {ENTRY}}}}}}}\n",
        ),
        (
            "tables:\r\n  hr.employee:\r\n    columns:\r\n      a: {level: L1}",
            f"tables:\r\n  hr.employee:\r\n    columns:\r\n      a: {{level: L1}}\r\n      sfzh: {ENTRY}\r\n",
        ),
        (
            "tables:\n  hr.employee:\n    columns:\n      SFZH:\n        level: L2\n        # 人工\n        note: x\n",
            "tables:\n  hr.employee:\n    columns:\n      SFZH:\n        level: L3\n        # 人工\n        note: x\n"
            "        category: 个人信息/身份\n        mask: cn-id\n",
        ),
        (
            "tables:\n  hr.employee:\n    columns:\n      sfzh: {level: L2, mask: }\n",
            "tables:\n  hr.employee:\n    columns:\n      sfzh: {level: L3, mask: cn-id, category: 个人信息/身份}\n",
        ),
    ],
)
def test_however_it_is_written(text: str, result: str) -> None:
    assert added(text) == result
    assert added(result) == result, "a second time changes nothing"


def test_names_and_values_that_are_no_plain_words_are_quoted() -> None:
    tree = {"tables": {"人员: 表": {"columns": {"#no": {"mask": "keep(6,4)", "level": "yes", "x": "010"}}}}}
    assert parse(put("", tree, "f"), "f").data == tree


def test_many_entries_at_once_each_behind_its_siblings() -> None:
    text = "tables:\n  a:\n    columns:\n      x: {level: L1} # x\n  # b\n  b:\n    level: L2\n"
    new = {"level": "L3"}
    tree = {
        "tables": {
            "b": {"columns": {"k": new, "z": new}},
            "c": {"columns": {"k": new}},
            "a": {"columns": {"z": new}},
        }
    }
    assert put(text, tree, "f") == (
        "tables:\n  a:\n    columns:\n      x: {level: L1} # x\n      z: {level: L3}\n  # b\n  b:\n    level: L2\n"
        "    columns:\n      k: {level: L3}\n      z: {level: L3}\n  c:\n    columns:\n      k: {level: L3}\n"
    )


def test_a_thousand_entries_take_no_time_to_speak_of() -> None:
    columns = {f"c{number}": {"level": "L3"} for number in range(1000)}
    started = time.monotonic()
    text = put("version: 1\n", {"tables": {"a": {"columns": columns}, "b": {"columns": columns}}}, "f")
    assert put(text, {"tables": {"a": {"columns": columns}}}, "f") == text
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "text", ["- a list\n", "tables: [hr.employee]\n", "tables: {hr.employee: {columns: {sfzh: [x]}}}\n"]
)
def test_what_cannot_be_added_to_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="fix-schema"):
        added(text)
