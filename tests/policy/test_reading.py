"""How names and comments are read, whom a table is about, and that grading is quick."""

from __future__ import annotations

import random
import time

import pytest
from policy.policy_support import asset, finding, policy

from guard.model import Asset
from guard.policy import grade
from guard.policy.facts import declared
from guard.policy.words import Vocabulary, head, is_coded, is_initials, segment, tokens


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("user_id", ("user", "id")),
        ("userID", ("user", "id")),
        ("createTime2", ("create", "time", "2")),
        ("HTTPPort", ("http", "port")),
        ("SFZH", ("sfzh",)),
        ("姓名", ()),
    ],
)
def test_tokens(name: str, parts: tuple[str, ...]) -> None:
    assert tokens(name) == parts


@pytest.mark.parametrize(
    ("comment", "first"),
    [
        ("订单状态：0->待付款；1->待发货", "订单状态"),
        ("证件类型(1身份证 2护照)", "证件类型"),
        ("处理时间", "处理时间"),
        ("  备注 信息", "备注"),
        ("", ""),
    ],
)
def test_head(comment: str, first: str) -> None:
    assert head(comment) == first


@pytest.mark.parametrize(
    ("comment", "coded"),
    [
        ("0->否；1->是", True),
        ("1男 2女", True),
        ("状态 1000 表示待审核，2000 表示通过", True),
        ("姓名", False),
        ("第1次日期", False),
    ],
)
def test_lists_of_codes(comment: str, coded: bool) -> None:
    assert is_coded(comment) is coded


def test_words_are_matched_whole() -> None:
    words = Vocabulary({"id": ["id", "user_id"], "cn": ["身份证"], "end": ["*je"]})
    assert words.hits("user_id") == {"id": "user_id"}
    assert words.hits("width") == {}
    assert words.hits("申请人身份证号") == {"cn": "身份证"}
    assert words.hits("JYJE") == {"end": "je"}
    assert words.hits("college") == {}
    assert words.endings("用户身份证") == {"cn": "身份证"}
    assert words.endings("身份证号") == {}


def test_words_run_together_are_parted() -> None:
    known = frozenset({"person", "code"})
    assert segment("personcode", known) == ("person", "code")
    assert segment("personage", known) == ("personage",)


@pytest.mark.parametrize(
    ("token", "yes"), [("sfzh", True), ("jyje", True), ("address", False), ("id", False)]
)
def test_initials(token: str, yes: bool) -> None:
    assert is_initials(token) is yes


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("NUMBER(15,6)", "decimal"),
        ("bigint", "integer"),
        ("VARCHAR2(32 BYTE)", "text"),
        ("timestamp with time zone", "time"),
        ("bytea", "binary"),
        ("bit(1)", "boolean"),
        ("", ""),
        ("point", ""),
        ("interval", ""),
    ],
)
def test_declared(sql: str, kind: str) -> None:
    assert declared(sql) == kind


def test_a_hundred_thousand_columns_in_seconds() -> None:
    """Timed on a tenth, in this process's own time: the budget is 10 s for 100,000 columns."""
    chance = random.Random(1)
    names = [
        ("id", "主键"),
        ("xm", "姓名"),
        ("amount", "缴费金额"),
        ("zt", "状态：0->a；1->b"),
        ("addr", "住址"),
    ]
    found = [None, None, "person_name", "mobile_phone"]
    work: list[tuple[Asset, list]] = []
    for at in range(500):
        columns = [
            (f"{name}_{chance.randrange(50)}", comment) for name, comment in chance.choices(names, k=20)
        ]
        table = asset(columns, name=f"t{at}", comment=f"人员信息{at}")
        work.append((table, [finding(column[0], chance.choice(found)) for column in columns]))
    start = time.process_time()
    for table, findings in work:
        grade(table, findings, policy())
    assert time.process_time() - start < 2.0
