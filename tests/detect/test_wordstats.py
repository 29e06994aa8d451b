"""Latin-script names and addresses, told of a column without a name by the share of known words."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from detect.names_support import judged, lexicon

from guard.detect.wordstats import WordLists, WordTally
from guard.model import Column, Finding

DRAW = random.Random(3)
GIVEN = [
    "Alice",
    "Robert",
    "Maria",
    "Peter",
    "Susan",
    "Henry",
    "Clara",
    "Victor",
    "Julia",
    "Martin",
    "Emma",
    "Oscar",
    "Helen",
    "Simon",
]
ODD = [
    "Brenlow",
    "Tarvish",
    "Okunde",
    "Zelmar",
    "Quistrel",
    "Vandrow",
    "Harmick",
    "Pelsin",
    "Ostrava",
    "Gundry",
]
KNOWN = ["Smith", "Brown", "Wilson", "Clark", "Walker", "Hughes", "Foster", "Murray", "Palmer", "Jensen"]
STREETS = ["Oak", "Maple", "Church", "Mill", "Victoria", "River", "Station", "Garden"]
WAYS = ["Street", "Avenue", "Road", "Lane", "Drive", "Court"]
CITIES = [
    "London",
    "Paris",
    "Berlin",
    "Madrid",
    "Rome",
    "Vienna",
    "Chicago",
    "Boston",
    "Denver",
    "Seattle",
    "Dallas",
    "Oslo",
]


def mix(*lists: list[str], count: int = 60) -> list[str | None]:
    return [" ".join(DRAW.choice(words) for words in lists) for _ in range(count)]


NUMBERS = [str(number) for number in range(1, 300)]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (mix(GIVEN), "person_name"),
        (mix(GIVEN, ODD), "person_name"),
        (mix(KNOWN + ODD), "person_name"),
        (mix(NUMBERS, STREETS, WAYS), "home_address"),
        ([f"{word}straße {at}" for at, word in enumerate(STREETS * 3)], "home_address"),
        ([f"{at}, rue {word}" for at, word in enumerate(STREETS * 3)], "home_address"),
        (mix(CITIES), None),
        (mix(ODD), None),
        (mix(["Advanced", "Basic", "Applied"], ["Physics", "Finance", "Design"]), None),
        (["Basic", "Standard", "Premium", "Enterprise", "Trial", "Legacy"] * 10, None),
        (["Red", "Green", "Blue", "Black", "White", "Brown", "Gray", "Pink"] * 5, None),
        (mix(NUMBERS, ["pieces", "boxes", "pallets"]), None),
        (["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] * 8, None),
        (GIVEN[:3], None),
        ([None] * 20, None),
    ],
)
def test_a_column_without_a_name(values: list[str | None], wanted: str | None) -> None:
    assert judged(Column(name="c1", position=0), values).type == wanted


def test_a_header_that_says_otherwise_stands() -> None:
    assert judged(Column(name="status", position=0), mix(GIVEN)).type is None


def evidence(finding: Finding) -> list[tuple[int | None, int | None]]:
    return [
        (item.hits, item.total) for item in finding.evidence if item.detail in ("given", "whole", "family")
    ]


def test_evidence_counts_distinct_values() -> None:
    hits, total = evidence(judged(Column(name="c1", position=0), [*GIVEN, *GIVEN, "Qwrtz"]))[0]
    assert (hits, total) == (len(GIVEN), len(GIVEN) + 1)


def test_values_of_later_samples_count_once() -> None:
    tally = WordTally(WordLists(lexicon()))
    for _ in range(5):
        tally.add(pa.array([*KNOWN, None, ""]))
    assert (tally.shares.values, tally.shares.family) == (len(KNOWN), len(KNOWN))


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.binary(), pa.bool_(), pa.timestamp("s")])
def test_what_is_no_text_is_left_alone(kind: pa.DataType) -> None:
    tally = WordTally(WordLists(lexicon()))
    tally.add(pa.array([None, None], kind))
    assert tally.shares.values == 0


def test_text_that_is_not_utf_8_is_left_alone() -> None:
    cells = [b"\xff\xfeAb", b"Alice", b"\xed\xa0\x80"]
    offsets = pa.array([0, 4, 9, 12], pa.int32()).buffers()[1]
    array = pa.StringArray.from_buffers(3, offsets, pa.py_buffer(b"".join(cells)))
    tally = WordTally(WordLists(lexicon()))
    tally.add(array)
    tally.add(array)
    assert tally.shares.given <= 1


def test_no_evidence_holds_a_value() -> None:
    shown = repr(judged(Column(name="c1", position=0), mix(GIVEN, ODD)))
    assert not any(word in shown for word in (*GIVEN, *ODD))
