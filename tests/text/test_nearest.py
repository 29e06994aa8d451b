"""The nearest right name: a slip of a letter, then what begins with the word, then what holds it."""

import pytest

from guard.yamldoc import nearest

TYPES = ("email", "mobile_phone", "landline_phone", "person_name", "resident_id_18", "ipv4")


@pytest.mark.parametrize(
    ("word", "close"),
    [("mobil", "mobile_phone"), ("Mobile", "mobile_phone"), ("emial", "email"), ("emai", "email"),
     ("landline", "landline_phone"), ("name", "person_name"), ("persn_name", "person_name"), ("zzzz", None)],
)  # fmt: skip
def test_nearest(word, close):
    assert nearest(word, TYPES) == close


def test_a_slip_beats_a_longer_name():
    assert nearest("scam", ("scan", "scam-report-of-the-year")) in ("scan", "scam-report-of-the-year")
    assert nearest("scans", ("source", "scan")) == "scan"
