"""A column whose name is a value: evidence of a kind of its own, not rows of another type."""

from __future__ import annotations

import io

import pytest

from guard.emit import KINDS, write
from guard.model import Asset, AssetKind, AssetResult, Column, Coverage, Status
from guard.ops.engine import rules
from guard.policy.grade import grade
from guard.scan.judge import Judge
from guard.sdk.testing_facts import SyntheticFacts

PERSON = "11010119900307451X"


@pytest.fixture(scope="module")
def result() -> AssetResult:
    found = rules()
    judge = Judge(
        detector=found.detector(),
        grade=lambda asset, findings: grade(asset, findings, found.policy),
        key=b"k" * 32,
    )
    columns = (Column(name=PERSON, position=0), Column(name="remark", position=1))
    asset = Asset(source="s", path=("t",), kind=AssetKind.TABLE, columns=columns)
    profile = judge.profile(asset)
    return judge.result(asset, profile, Coverage(status=Status.SCANNED), unit="u", location="")


def test_it_is_evidence_and_no_row(result: AssetResult) -> None:
    named, plain = result.findings
    assert named.name_values == ("resident_id_18",)
    assert [item.kind for item in named.evidence if item.type == "resident_id_18"] == ["name-value"]
    assert named.mixed == ()
    assert plain.name_values == ()


def test_its_level_counts_and_a_person_looks(result: AssetResult) -> None:
    answer = result.classifications[0]
    assert answer.level == "L3"
    assert answer.review == "name-value"
    reason = next(item for item in answer.reasons if item.rule == "name-value")
    assert (reason.effect, reason.level, reason.params) == ("floor", "L3", {"type": "resident_id_18"})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_format_says_so_and_none_shows_it(result: AssetResult, kind: str, language: str) -> None:
    stream = io.StringIO()
    write(kind, SyntheticFacts(assets=(result,), language=language), stream, language=language)
    text = stream.getvalue()
    assert PERSON not in text
    assert any(word in text for word in ("name-value", "列名中的", "in its name", "列名是"))
