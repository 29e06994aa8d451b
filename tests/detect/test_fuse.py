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
