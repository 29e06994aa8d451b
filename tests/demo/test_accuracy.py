"""What the product finds in the demo city's databases, against what is there."""

from collections import Counter

import pytest

from guard.demo import build, labels
from guard.model import Problem
from guard.ops.engine import rules
from guard.sdk import Budget, Sample, SourceSpec
from guard_connectors.sqlite import SqliteConnector

# What a check digit proves must be found nearly always; names alone may be doubtful.
PROVEN = {"resident_id_18", "uscc", "vin", "bank_card", "hmt_residence_permit", "mobile_phone", "email"}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, str], str | None]:
    detector = rules().detector()
    answers: dict[tuple[str, str, str], str | None] = {}
    for source in build(tmp_path_factory.mktemp("city"), 1):
        if source.kind != "sqlite":
            continue
        spec = SourceSpec(
            name=source.name, url=f"sqlite:///{source.address}", department=source.department["zh"]
        )
        connector = SqliteConnector(spec)
        for asset in connector.assets():
            assert not isinstance(asset, Problem)
            profile = detector.profile(len(asset.columns))
            for sample in connector.sample(asset, Budget()):
                assert isinstance(sample, Sample)
                profile.add(sample)
            for finding in detector.findings(asset, profile):
                answers[source.name, asset.name, finding.column] = finding.type
        connector.close()
    return answers


def test_types_of_the_city(found: dict[tuple[str, str, str], str | None]) -> None:
    truth = {label[:3]: label[3] for label in labels() if label[:3] in found}
    assert set(truth) == set(found)
    right = sum(kind is not None and found[place] == kind for place, kind in truth.items())
    said = sum(kind is not None for kind in found.values())
    there = sum(kind is not None for kind in truth.values())
    assert 2 * right / (said + there) >= 0.85


def test_proven_types_are_found(found: dict[tuple[str, str, str], str | None]) -> None:
    counts = Counter(
        found[label[:3]] == label[3] for label in labels() if label[3] in PROVEN and label[:3] in found
    )
    assert counts[True] / counts.total() >= 0.95


def test_hard_negatives_are_not_mistaken(found: dict[tuple[str, str, str], str | None]) -> None:
    """Milliseconds, order numbers, book numbers, keys and digests are no cards and no identity numbers."""
    negatives = [label[:3] for label in labels() if label[3] is None and label[:3] in found]
    wrong = [place for place in negatives if found[place] in PROVEN | {"imei", "bank_account"}]
    assert wrong == []
    assert sum(found[place] is not None for place in negatives) / len(negatives) <= 0.15
