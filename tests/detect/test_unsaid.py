"""What the values prove and the verdict does not say is told beside it, whatever its share."""

from __future__ import annotations

import pytest
from detect.values_support import catalogue, lexicon_whole, sample

from guard.detect import Detector
from guard.model import Asset, AssetKind, Column

ID = "11010119900307002X"


@pytest.mark.parametrize("share", [10, 40, 50, 60, 90, 100])
@pytest.mark.parametrize(
    ("value", "kind"), [(ID, "resident_id_18"), ("password: hunter2Xyz99!", "password_plain")]
)
def test_a_type_never_vanishes_for_being_frequent(share: int, value: str, kind: str) -> None:
    detector = Detector(catalogue().types, lexicon_whole(), year=2026)
    profile = detector.profile(1)
    profile.add(sample([value] * share + ["已办理完毕"] * (100 - share)))
    asset = Asset(source="s", path=("t",), kind=AssetKind.TABLE, columns=(Column(name="memo", position=0),))
    (found,) = detector.findings(asset, profile)
    assert found.type == kind or kind in {item.type for item in found.mixed}


def test_one_secret_beside_its_label_is_told() -> None:
    detector = Detector(catalogue().types, lexicon_whole(), year=2026)
    profile = detector.profile(1)
    profile.add(sample(["password: hunter2Xyz99!"]))
    asset = Asset(
        source="s", path=("a",), kind=AssetKind.DOCUMENT, columns=(Column(name="text", position=0),)
    )
    (found,) = detector.findings(asset, profile)
    assert found.type == "password_plain" or "password_plain" in {item.type for item in found.mixed}
