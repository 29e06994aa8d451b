"""Long text: what is found in it, where, and how surely; nothing that is not there."""

from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from detect.text_support import reader, right
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.detect.text import narrowed

CASES = yaml.safe_load((Path(__file__).parent / "cases/text.yaml").read_text("utf-8"))
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
LABELS = {
    "resident_id_18": ("身份证", "身份证号", "公民身份号码", "证件号码是", "身份证号为"),
    "mobile_phone": ("手机", "联系电话", "手机号码是", "电话", "联系方式"),
    "bank_card": ("银行卡", "卡号", "银行卡号为", "收款账号"),
    "uscc": ("统一社会信用代码", "信用代码", "社会信用代码是"),
}
AFTER = st.sampled_from(["", "，", "。", "的持有人", "办理", "（本人）", "\n", "；次日", " 元"])
BEFORE = st.sampled_from(["", "他的", "请登记", "\r\n", "😀", "é", "甲方", "〔", "　"])


def number(kind: str) -> st.SearchStrategy[str]:
    digits = st.text("0123456789", min_size=9, max_size=9)
    year = st.integers(1950, 2015)
    if kind == "resident_id_18":
        return st.builds(lambda d, y: right("gb11643", f"{110101}{y}0307{d[:3]}"), digits, year)
    if kind == "mobile_phone":
        return digits.map(lambda d: f"13{d}")
    if kind == "bank_card":
        return st.builds(lambda d, e: right("luhn", f"622202{d}{e[:3]}", "0123456789"), digits, digits)
    body = digits.map(lambda d: f"91110105MA{d[:7]}")
    return body.map(lambda text: right("gb32100", text, "0123456789ABCDEFGHJKLMNPQRTUWXY"))


def found(text: str, *, names: bool = False) -> list[tuple[str, str]]:
    return [(one.type, text[one.start : one.end]) for one in reader().spans([text], names=names)[0]]


@pytest.mark.parametrize("case", CASES, ids=[case["text"] or "empty" for case in CASES])
def test_cases(case: dict) -> None:
    assert found(case["text"], names=True) == [tuple(one) for one in case["found"]]


@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("wide", [False, True], ids=["half", "full"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_numbers_glued_to_chinese_labels_are_always_found(kind: str, wide: bool, data: st.DataObject) -> None:
    value = data.draw(number(kind))
    value = value.translate(WIDE) if wide else value
    before, label = data.draw(BEFORE), data.draw(st.sampled_from(LABELS[kind]))
    text = f"{before}{label}{data.draw(st.sampled_from(['', '：', ':', ' ']))}{value}{data.draw(AFTER)}"
    assert (kind, value) in found(text)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "手机13800138000",
                "、",
                "\n",
                "卡号6222020000000000000",
                "é😀",
                "１３９００１３９０００",
                "a@b.cn ",
            ]
        ),
        max_size=20,
    )
)
def test_spans_are_in_order_and_apart_and_the_same_alone_or_together(parts: list[str]) -> None:
    text = "".join(parts)
    alone, together = reader().spans([text], names=False)[0], reader().spans(["甲", text, ""], names=False)
    assert together == [[], alone, []]
    assert all(one.end <= other.start for one, other in pairwise(alone))
    assert all(0 <= one.start < one.end <= len(text) and 0 < one.confidence <= 1 for one in alone)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_narrowing_keeps_every_character_in_its_place(text: str) -> None:
    assert len(narrowed(text)) == len(text)


@pytest.mark.parametrize(
    "text",
    ["\ud800手机13800138000", "\x00手机13800138000", "手机\x0013800138000\x00", "\ufeff手机13800138000"],
)
def test_broken_characters_hide_nothing(text: str) -> None:
    assert found(text) == [("mobile_phone", "13800138000")]


def test_a_label_raises_and_another_label_lowers() -> None:
    texts = [
        "13800138000",
        "手机13800138000",
        "订单号 13800138000，联系电话：13800138001",
        "订单号13800138000",
    ]
    plain, said, both, other = (
        [one.confidence for one in spans] for spans in reader().spans(texts, names=False)
    )
    assert said[0] > plain[0]
    assert both == said
    assert other == []


def test_a_wrong_check_digit_needs_a_label_and_stays_doubtful() -> None:
    wrong = "110101199003070021"
    assert found(f"数据{wrong}") == []
    (span,) = reader().spans([f"身份证号{wrong}"], names=False)[0]
    assert span.type == "resident_id_18"
    assert span.confidence < 0.5


def test_a_long_line_is_read_to_its_end() -> None:
    text = "无" * 200_000 + "手机13800138000" + "，" * 10
    (span,) = reader().spans([text], names=False)[0]
    assert (span.start, span.end) == (200_002, 200_013)
