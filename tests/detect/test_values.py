"""Value evidence: what must be found, what must not, and what must come out the same either way."""

import datetime
import decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import yaml
from detect.values_support import catalogue, lexicon, matcher, profile, sample, scores
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.checks import native
from guard.detect import normalise
from guard.detect.dictionaries import dictionaries
from guard.detect.expressions import PatternSet
from guard.detect.matching import Matcher
from guard.detect.values import TableProfile

CASES = yaml.safe_load((Path(__file__).parent / "cases/values.yaml").read_text("utf-8"))
LEADS = 1.5
IDS = ["11010119900307002X", "810000199003070015", "911840199003070014"]


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
@pytest.mark.parametrize("few", [512, 0], ids=["few", "many"])
def test_cases(case: dict, few: int) -> None:
    found = profile(case["values"], few=few)
    ranked = [(name, weight) for name, weight in scores(found).most_common() if weight >= LEADS]
    leader = ranked[0][0] if ranked else None
    assert leader == case["top"]
    assert not {name for name, _ in ranked} & set(case.get("not", ()))
    hits = {item.type: item.hits for item in found.mixed}
    assert {name: hits.get(name) for name in case.get("mixed", {})} == case.get("mixed", {})
    assert not set(hits) & set(case.get("not", ()))
    assert set(case.get("flags", ())) <= set(found.shape.flags)


ALPHABET = "0123456789Xx -★·王京号省A@.:密机１５　"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.text(ALPHABET, max_size=24), st.sampled_from(IDS)), min_size=1, max_size=40))
def test_both_paths_agree(values: list[str]) -> None:
    assert profile(values, few=512) == profile(values, few=0)


@settings(max_examples=40, deadline=None)
@given(st.text("aZ09xX-_.\r\n\t\x00\u200b\u202e\ufeff\u3000１Ａ：（）①㎡℃王伟·★〔 \x1b", max_size=40))
def test_normalising_one_value_is_normalising_a_column(text: str) -> None:
    assert normalise.plain(pa.array([text])).to_pylist() == [normalise.plain_text(text)]
    upper = "".join(mark.upper() if mark.isascii() else mark for mark in normalise.plain_text(text))
    assert normalise.compact(pa.array([upper])).to_pylist() == [normalise.form_text(text, ("compact",))]


def test_samples_add_up() -> None:
    values = [f"1380013{number:04d}" for number in range(0, 9000, 45)]
    whole, parts = profile(values), profile(values[:70], values[70:140], values[140:])
    assert whole.shape == parts.shape
    assert scores(whole) == scores(parts)


def test_distinct_values_are_counted_once_over_samples() -> None:
    found = profile(["甲", "乙", None], ["乙", "丙", ""])
    assert (found.shape.rows, found.shape.nulls, found.shape.distinct) == (6, 2, 3)


@pytest.mark.parametrize(
    "array",
    [
        pa.array([13800138000, 13900139000, 17012345678, None]),
        pa.array([13800138000.0, 13900139000.0, 17012345678.0, None]),
        pa.array(
            [decimal.Decimal("13800138000"), decimal.Decimal("13900139000"), decimal.Decimal("17012345678")]
        ),
        pa.array(["13800138000", "13900139000", "17012345678"]).dictionary_encode(),
        pa.array(["13800138000", "13900139000", "17012345678"], pa.large_string()),
        pa.array([b"13800138000", b"13900139000", b"17012345678"]),
        pa.array([b"13800138000", b"13900139000", b"17012345678"], pa.binary_view()),
        pa.array(["13800138000", "13900139000", "17012345678"], pa.string_view()),
        pa.array([b"13800138000", "手机".encode("gb18030"), b"17012345678", b"13900139000"]),
    ],
)
def test_numbers_come_in_many_arrow_types(array: pa.Array) -> None:
    assert scores(profile(array)).most_common(1)[0][0] == "mobile_phone"


def test_other_arrow_types_are_no_text_and_no_error() -> None:
    arrays = [
        pa.nulls(2), pa.array([True, False]), pa.array([[1], [2]]), pa.array([{"a": 1}, None]),
        pa.array([datetime.time(1), None]), pa.array([datetime.timedelta(1), None]),
        pa.array([float("nan"), float("inf")]), pa.array([b"\xff\xd8\xff\xe0", b"\x00\x01"]),
    ]  # fmt: skip
    for array in arrays:
        assert not [weight for weight in scores(profile(array)).values() if weight >= LEADS]


def test_identity_numbers_stored_as_floats_are_reported() -> None:
    assert "precision-lost" in profile(pa.array([1.10101199003070e17, 1.10105198801011e17])).shape.flags


def test_pictures_are_noticed() -> None:
    found = profile(pa.array([b"\xff\xd8\xff\xe0\x00", b"\x89PNG\r\n\x1a"]))
    assert "image" in found.shape.flags
    assert "personal_photo" in {item.type for item in found.evidence}


def test_dates_give_ages_only_when_the_year_is_told() -> None:
    array = pa.array([datetime.date(1990, 3, 7), datetime.date(2015, 1, 1), datetime.date(2016, 1, 1)])
    facts = profile(array).shape.facts
    assert (facts["min_age"], facts["max_age"], round(facts["minors"], 2)) == (10, 36, 0.67)
    assert "min_age" not in profile(array, year=None).shape.facts


def test_identity_numbers_give_ages() -> None:
    assert profile(["11010119900307002X"] * 3).shape.facts["min_age"] == 36


def test_coordinates_tell_their_decimals() -> None:
    assert profile(["116.397428", "116.39"]).shape.facts["decimals"] == 6


def test_an_automaton_out_of_memory_never_means_no_match() -> None:
    patterns = [f"^[A-Z0-9]{{{number},40}}x{number}$" for number in range(1, 30)] + [r"^\d{3}$"]
    starved = PatternSet(patterns, memory=1 << 14)
    text = "\n".join(f"{'A9' * (number % 19)}ZZ" for number in range(400)) + "\n123"
    assert starved.which(text) == [29]


def test_the_shipped_automaton_runs_and_answers_for_every_sample() -> None:
    every = [value for item in catalogue().types for value in item.samples_true]
    fast, slow = profile(every * 2, few=10_000), profile(every * 2, few=0)
    assert fast == slow


def test_a_profile_shows_no_value() -> None:
    table = TableProfile(catalogue(), {}, 1, matcher=matcher())
    table.add(sample(["13800138000", "锟斤拷canary"]))
    assert "13800138000" not in repr(table.columns())
    assert "canary" not in repr(table.columns())


def test_many_rows_are_quick_enough_to_stay_columnar() -> None:
    random = np.random.default_rng(3)
    values = [f"138{number:08d}" for number in random.integers(0, 10**8, 20_000)]
    found = profile(values)
    assert scores(found).most_common(1)[0][0] == "mobile_phone"
    assert found.shape.distinct >= 19_000


def test_a_wrong_number_before_the_right_one_does_not_hide_it() -> None:
    found = profile(["旧号110101199003070020，新号11010119900307002X，已换证"] * 2 + ["情况属实"] * 8)
    assert [(item.type, item.hits) for item in found.mixed] == [("resident_id_18", 2)]


def test_minority_hits_need_more_than_luck() -> None:
    random = np.random.default_rng(11)
    values = ["无"] * 60 + [f"62{number:017d}" for number in random.integers(0, 10**17, 40)]
    assert "bank_card" not in {item.type for item in profile(values).mixed}


def test_rows_that_hold_a_rare_type_are_numbered() -> None:
    values = ["x"] * 100
    values[7] = values[93] = "13800138000"
    values[40] = "call 13900139000 now"
    found = {(item.embedded, item.rows) for item in profile(values).mixed if item.type == "mobile_phone"}
    assert found == {(False, (7, 93)), (True, (40,))}


@pytest.mark.skipif(native.unavailable() is not None, reason=f"compiled code: {native.unavailable()}")
def test_automata_and_re2_profile_every_sample_of_every_type_alike() -> None:
    compiled = Matcher(catalogue(), dictionaries(lexicon()), compiled=True)
    plain = Matcher(catalogue(), dictionaries(lexicon()), compiled=False)
    for item in catalogue().shaped:
        samples = [*item.type.samples_true, *item.type.samples_false]
        glued = [f"说明：{text}，{text}号" for text in samples]
        for values in (samples, glued, [*samples, *glued, None, " ", "１２３"] * 3):
            one, other = (
                TableProfile(catalogue(), lexicon(), 1, year=2026, matcher=each) for each in (compiled, plain)
            )
            for table in (one, other):
                table.add(sample(pa.array(values, pa.string())))
            assert one.columns() == other.columns(), item.id
