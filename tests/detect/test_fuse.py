from __future__ import annotations

import random

import pytest
from detect.names_support import detector, judged, table

from guard.model import Column

DRAW = random.Random(7)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def resident() -> str:
    year, month, day = DRAW.randint(1950, 2010), DRAW.randint(1, 12), DRAW.randint(1, 28)
    body = f"{DRAW.choice(('110101', '310104', '440305'))}{year}{month:02}{day:02}{DRAW.randint(0, 999):03}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]


def mobile() -> str:
    return f"13{DRAW.randint(0, 999_999_999):09}"


RESIDENTS = [resident() for _ in range(200)]
MOBILES = [mobile() for _ in range(200)]
HASHES = [f"{DRAW.getrandbits(256):064x}" for _ in range(200)]
COUNT = [str(i) for i in range(1, 201)]
NOTHING: list[str | None] = [None] * 200


@pytest.mark.parametrize(
    ("name", "comment", "values", "wanted", "least"),
    [
        ("c1", "", RESIDENTS, "resident_id_18", 0.95),
        ("sfzh", "", RESIDENTS, "resident_id_18", 0.97),
        ("证件号码", "", RESIDENTS, "resident_id_18", 0.97),
        ("phone", "", RESIDENTS, "resident_id_18", 0.9),
        ("remark", "备注", RESIDENTS, "resident_id_18", 0.9),
        ("lxdh", "联系电话", MOBILES, "mobile_phone", 0.97),
        ("sjhm", "手机号", HASHES, "mobile_phone", 0.9),
        ("sfzh", "", NOTHING, "resident_id_18", 0.5),
        ("sjhm", "", COUNT, None, 0.0),
        ("id", "", COUNT, None, 0.0),
        ("c1", "", HASHES, None, 0.0),
        ("create_time", "创建时间", [str(1_700_000_000_000 + i * 977) for i in range(200)], None, 0.0),
    ],
)
def test_names_and_values_together(
    name: str, comment: str, values: list[str | None], wanted: str | None, least: float
) -> None:
    finding = judged(Column(name=name, position=0, comment=comment), values)
    assert finding.type == wanted
    assert finding.confidence >= least


def test_a_contradiction_is_shown() -> None:
    finding = judged(Column(name="phone", position=0), list(RESIDENTS))
    against = [item for item in finding.evidence if item.type == "landline" and item.weight < 0]
    assert [(item.detail, item.hits, item.total) for item in against] == [("unmatched", 0, 200)]


def test_a_minority_is_kept_apart_from_the_verdict() -> None:
    finding = judged(Column(name="remark", position=0), RESIDENTS[:10] + ["无"] * 190)
    assert finding.type is None
    assert [(item.type, item.hits) for item in finding.mixed if item.type == "resident_id_18"] == [
        ("resident_id_18", 10)
    ]


def test_the_chance_of_having_missed_one_percent_follows_the_rows_read() -> None:
    finding = judged(Column(name="c1", position=0), list(COUNT))
    assert finding.missed == pytest.approx(0.99**200)
    assert detector().findings(table(Column(name="c1", position=0)))[0].missed is None


def test_more_agreeing_evidence_never_lowers_confidence() -> None:
    def confidence(name: str, comment: str, values: list[str | None] | None) -> float:
        made = Column(name=name, position=0, comment=comment)
        finding = judged(made, values) if values else detector().findings(table(made))[0]
        assert finding.type == "mobile_phone"
        return finding.confidence

    steps = [
        confidence("sjhm", "", None),
        confidence("sjhm", "手机号码", None),
        confidence("sjhm", "手机号码", list(MOBILES)),
    ]
    assert steps == sorted(steps)


def test_no_finding_holds_a_value() -> None:
    for values in (RESIDENTS, MOBILES, HASHES):
        shown = repr(judged(Column(name="phone", position=0), list(values)))
        assert not any(value in shown for value in values)


SURNAMES, GIVEN = "王李张刘陈杨赵吴周徐孙朱胡郭林罗", "伟芳娜秀英敏静丽强磊军洋勇艳"
PEOPLE = [f"{DRAW.choice(SURNAMES)}{''.join(DRAW.choices(GIVEN, k=2))}" for _ in range(100)]
HOMES = [
    f"江州市东城区幸福路{DRAW.randint(1, 400)}号{DRAW.randint(1, 20)}栋{DRAW.randint(1, 9)}单元{at}室"
    for at in range(101, 201)
]
TRADES = ["信息技术", "建筑工程", "食品加工", "物流运输", "商贸发展", "机械制造", "环保科技", "文化传媒"]
FIRMS = [f"江州市东城区{first}{trade}有限公司" for first in PEOPLE[:8] for trade in TRADES]
COURSES = [f"{front}{back}" for front in ["高等", "应用", "基础", "工程", "古代", "现代", "实用", "大学"] for back in
           ["数学", "物理", "化学", "英语", "力学", "法学", "史学", "会计"]]  # fmt: skip
OFFICES = [f"{front}{back}" for front in ["财务", "人事", "信息", "市场", "法务", "教育", "民政", "商务"] for back in
           ["部", "处", "科", "局", "司", "室", "院", "组"]]  # fmt: skip
CITIES = [f"{first}{last}" for first in "江海东西南北中常" for last in "州京安阳山宁口川"]
GOODS = [f"{first}{last}" for first in "白红黄黑青紫鲜干" for last in "菜豆米糖酒油茶肉"]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (PEOPLE, "person_name"),
        (HOMES, "home_address"),
        (PEOPLE[:30], None),
        (FIRMS, None),
        (COURSES, None),
        (OFFICES, None),
        (CITIES, None),
        (GOODS, None),
    ],
)
def test_values_of_a_nameless_column(values: list[str | None], wanted: str | None) -> None:
    finding = judged(Column(name="column_1", position=0), values)
    assert finding.type == wanted
    assert wanted is None or 0.7 <= finding.confidence < 0.98


@pytest.mark.parametrize(("share", "wanted"), [(200, "resident_id_18"), (140, "id_document_number")])
def test_a_general_number_becomes_the_particular_one_where_all_values_pass(share: int, wanted: str) -> None:
    passports = [f"E{DRAW.randint(10_000_000, 99_999_999)}" for _ in range(200 - share)]
    column = Column(name="zjhm", position=0, comment="证件号码")
    assert judged(column, [*RESIDENTS[:share], *passports]).type == wanted
