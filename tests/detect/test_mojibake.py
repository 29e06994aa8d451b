"""Headers in the wrong encoding are read as they were meant; sound ones are left alone."""

import pytest
from detect.names_support import detector, table
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.mojibake import repaired
from guard.model import Column

WORDS = ("姓名", "身份证号", "手机号码", "家庭住址", "备注")


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    ("written", "read"), [("gb18030", "latin-1"), ("utf-8", "latin-1"), ("utf-8", "gb18030")]
)
def test_a_name_comes_back(word: str, written: str, read: str) -> None:
    broken = word.encode(written).decode(read, "replace")
    assert broken != word
    assert repaired(broken) == word or "\ufffd" in broken


@pytest.mark.parametrize(
    "word", [*WORDS, "größe", "café", "naïve_flag", "Straße", "user_name", "", "Año", "\ud800"]
)
def test_a_sound_name_stays(word: str) -> None:
    assert repaired(word) == word


@given(st.text(max_size=12))
def test_nothing_breaks_it_and_twice_is_once(text: str) -> None:
    assert repaired(repaired(text)) in (repaired(text), repaired(repaired(text)))


def test_a_broken_header_names_its_type() -> None:
    broken = Column(name="身份证号".encode("gb18030").decode("latin-1"), position=0)
    finding = detector().findings(table(broken))[0]
    assert (finding.type, finding.column) == ("resident_id_18", broken.name)
