"""Hints against a type: only for the names told, never against check digits."""

import pytest

from guard.detect.learned import Learned
from guard.model import Evidence, Finding, UsageError

PHONE = Finding(
    column="DH", type="mobile_phone", confidence=0.9,
    evidence=(Evidence(kind="name", type="mobile_phone", weight=3.0),),
    alternatives=(("landline", 0.6), ("email", 0.1)),
)  # fmt: skip


def settled(finding: Finding, **against: list[str]) -> Finding:
    (one,) = Learned({"learned": {"against": against}}).settled([finding])
    return one


def test_the_next_likely_type_takes_its_place() -> None:
    one = settled(PHONE, mobile_phone=["dh"])
    assert (one.type, one.confidence, one.alternatives) == ("landline", 0.6, (("email", 0.1),))
    assert one.evidence[-1].weight < 0 and one.evidence[-1].detail == "learned"


def test_without_a_likely_type_there_is_none() -> None:
    assert settled(PHONE, mobile_phone=["dh"], landline=["dh"]).type is None


def test_other_names_and_types_stay() -> None:
    assert settled(PHONE, mobile_phone=["dh2"], email=["dh"]) is PHONE
    assert Learned({}).settled([PHONE]) == (PHONE,)


def test_check_digits_prove_it() -> None:
    proven = Finding(
        column="dh", type="resident_id_18", confidence=0.9,
        evidence=(Evidence(kind="check", type="resident_id_18", weight=3.0, hits=9, total=10),),
    )  # fmt: skip
    assert settled(proven, resident_id_18=["dh"]) is proven


@pytest.mark.parametrize("data", [[], {"against": []}, {"against": {"email": "dh"}}])
def test_what_is_written_wrong_is_said(data: object) -> None:
    if data == []:
        assert Learned({"learned": data}).settled([PHONE]) == (PHONE,)
        return
    with pytest.raises(UsageError):
        Learned({"learned": data})
