"""presidio's recognizers as our detectors: types, levels, checks, and what they find in tables and texts."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest
from presidio.presidio_support import CASES, REGISTRY, lexicon, recognizers, types

from guard.checks import CHECKS
from guard.detect.engine import Detector
from guard.model import Asset, AssetKind, Column, UsageError
from guard.policy.lint import check as lint
from guard.presidio.adopt import adopt
from guard.sdk import Sample
from guard.text import LANGUAGES, lookup

GOV = Path(__file__).parents[2] / "policies" / "guard_policies" / "gov_cn"


def detector(adopted) -> Detector:
    kinds = [kind for kind in types().values() if kind.id not in adopted.instead]
    checks = {**CHECKS, **adopted.checks}
    return Detector([*kinds, *adopted.types], lexicon(), checks=checks, reader=adopted.reader)


def findings(adopted, columns: dict[str, list[str]]):
    asset = Asset(
        source="s",
        path=("t",),
        kind=AssetKind.FILE,
        columns=tuple(Column(name=name, position=at) for at, name in enumerate(columns)),
    )
    batch = pa.RecordBatch.from_pydict(columns)
    judge = detector(adopted)
    profile = judge.profile(len(columns))
    profile.add(Sample(asset, batch, complete=True))
    return {finding.column: finding for finding in judge.findings(asset, profile)}


def nhs(source: random.Random) -> str:
    while True:
        digits = [source.randint(0, 9) for _ in range(9)]
        last = 11 - sum((10 - at) * digit for at, digit in enumerate(digits)) % 11
        if last != 10:
            return "".join(map(str, (*digits, last % 11)))


def test_a_column_is_found_by_pattern_and_check_alone() -> None:
    source = random.Random(3)
    adopted = adopt([{"entity": "UK_NHS"}], types())
    right = [nhs(source) for _ in range(100)]
    wrong = [f"{number[:-1]}{(int(number[-1]) + 1) % 10}" for number in right]
    found = findings(adopted, {"c1": right, "c2": wrong})
    assert found["c1"].type == "presidio.uk_nhs"
    assert found["c2"].type is None


def test_a_minority_inside_text_is_found() -> None:
    adopted = adopt([{"entity": "UK_NHS"}, {"entity": "PHONE_NUMBER"}], types())
    notes = ["nothing of note here"] * 90 + ["bill 943 476 5919 today, or call +44 20 7946 0123"] * 10
    mixed = {one.type: one.hits for one in findings(adopted, {"memo": notes})["memo"].mixed}
    assert mixed["presidio.uk_nhs"] == 10
    assert "presidio.phone_number" in mixed


def test_the_slow_lane_reads_a_bounded_part_and_counts_in_proportion() -> None:
    adopted = adopt([{"entity": "PHONE_NUMBER"}], types())
    calls: list[int] = []
    read = adopted.reader

    def counted(texts):
        calls.append(len(texts))
        return read(texts)

    from dataclasses import replace

    rows = [f"note {number} call +44 20 7946 0{number % 900 + 100} today" for number in range(3000)]
    found = findings(replace(adopted, reader=counted), {"memo": rows})["memo"]
    assert max(calls) <= 256
    assert [one.hits for one in found.mixed if one.type == "presidio.phone_number"] == [3000]


def test_an_entity_takes_the_place_of_our_own_type() -> None:
    adopted = adopt([{"entity": "US_SSN"}], types())
    assert adopted.instead == {"us_ssn"}
    (kind,) = adopted.types
    assert (kind.level, kind.category) == (types()["us_ssn"].level, types()["us_ssn"].category)
    source = random.Random(5)
    rows = [
        f"{source.randint(100, 665)}-{source.randint(10, 99)}-{source.randint(1000, 9999)}" for _ in range(60)
    ]
    assert findings(adopted, {"ssn": rows})["ssn"].type == "presidio.us_ssn"


def test_level_category_and_names_are_the_users_to_say() -> None:
    given = {
        "entity": "US_NPI",
        "level": "L4",
        "category": "个人信息/个人身份信息",
        "name": "医生编号",
        "personal": False,
        "hints": ("医生编号",),
    }
    (kind,) = adopt([given], types()).types
    assert (kind.level, kind.strict_level, kind.category) == ("L4", "L4", "个人信息/个人身份信息")
    assert kind.name["zh"] == "医生编号" and kind.personal is False and kind.hints["zh"] == ("医生编号",)


def test_every_entity_of_presidio_is_described_and_fits_our_pack() -> None:
    entities = sorted({name for one in recognizers() for name in one.supported_entities})
    adopted = adopt([{"entity": name} for name in entities], types())
    assert [kind.id for kind in adopted.types] == [f"presidio.{name.lower()}" for name in entities]
    assert [kind.id for kind in adopted.types if kind.name["zh"] == kind.name["en"]] == []
    names = {kind.id for kind in adopted.types}
    issues = lint(GOV, [*types().values(), *adopted.types])
    assert [issue for issue in issues if issue.params.get("rule") in names] == []


def test_luck_is_measured() -> None:
    entities = ("UK_NHS", "IBAN_CODE", "US_SSN", "US_BANK_NUMBER")
    adopted = adopt([{"entity": name} for name in entities], types())
    chance = {name: adopted.checks[f"presidio.{name.lower()}"].chance for name in entities}
    assert 0.05 < chance["UK_NHS"] < 0.15  # modulus 11
    assert chance["IBAN_CODE"] < 0.02  # modulus 97, and a country
    assert chance["US_SSN"] > 0.7  # no check digit
    strength = {kind.id: kind.value.strength for kind in adopted.types}
    assert strength["presidio.uk_nhs"] == "strong" and strength["presidio.us_bank_number"] == "weak"


def test_a_registry_file_is_adopted_with_its_own_and_predefined_recognizers(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    expression = r"(?<![A-Z0-9])BG-([0-9]{2})-\1[0-9]{3}(?![0-9])"
    path.write_text(
        REGISTRY.format(regex=expression, score=0.7) + "  - {name: UsNpiRecognizer, type: predefined}\n"
        "  - {name: SpacyRecognizer, type: predefined, enabled: false}\n",
        "utf-8",
    )
    adopted = adopt([{"registry": str(path)}, {"entity": "STAFF_BADGE", "level": "L1"}], types())
    assert {kind.id: kind.level for kind in adopted.types} == {
        "presidio.staff_badge": "L1",
        "presidio.us_npi": "L2",
    }
    assert adopted.types[0].origin == f"{path}:3"
    rows = [f"BG-{number % 90 + 10}-{number % 90 + 10}{number % 900 + 100}" for number in range(80)]
    other = [f"BG-{number % 90 + 10}-{(number + 1) % 90 + 10}{number % 900 + 100}" for number in range(80)]
    found = findings(adopted, {"c1": rows, "c2": other})
    assert found["c1"].type == "presidio.staff_badge"
    assert found["c2"].type is None


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["why"])
def test_a_bad_registry_is_answered_with_file_and_line(tmp_path: Path, case) -> None:
    path = tmp_path / "mine.yaml"
    text = case.get("yaml") or REGISTRY.format(regex=case["regex"], score=case.get("score", 0.5))
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError) as caught:
        adopt([{"registry": str(path)}], types())
    assert caught.value.id == case["error"]
    assert caught.value.params["file"] == str(path)
    assert caught.value.params["line"] == case["line"]


def test_an_unknown_entity_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        adopt([{"entity": "US_SNN"}], types(), "guard.yaml:4")
    assert caught.value.id == "presidio-unknown-entity"
    assert caught.value.params["nearest"] == "US_SSN" and caught.value.params["where"] == "guard.yaml:4"


def test_every_error_has_its_text() -> None:
    for code in ("missing", "unknown-entity", "bad-registry", "bad-pattern", "needs-model"):
        for lang in LANGUAGES:
            for part in ("what", "why", "next"):
                assert lookup(f"errors.presidio-{code}.{part}", lang)


def test_an_installed_package_offers_its_recognizer(monkeypatch) -> None:
    from importlib.metadata import EntryPoint

    from guard.presidio import registry

    entry = EntryPoint("nhs", "presidio_analyzer.predefined_recognizers:NhsRecognizer", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry] if group == registry.GROUP else [])
    assert registry.every()[-1][1] == entry.value
