"""The catalogue: whole, with samples that prove every type; wrong items are answered precisely."""

from pathlib import Path

import pytest
from detect.values_support import POLICIES, catalogue, lexicon

from guard.detect.dictionaries import dictionaries
from guard.detect.explain import test_type as check_samples
from guard.detect.explain import try_value
from guard.model import DataType, UsageError, ValueShape
from guard.policy.catalogue import load_lexicon, load_types
from guard.text import LANGUAGES, lookup

LISTS = dictionaries(lexicon())
TYPES = {item.id: item for item in catalogue().types}
GOOD = "- id: x\n  name: {zh: 甲, en: x}\n  category: a/b\n  level: L2\n"


def test_the_catalogue_is_large_and_unique() -> None:
    assert len(TYPES) == len(catalogue().types) >= 180


@pytest.mark.parametrize("name", sorted(TYPES))
def test_samples(name: str) -> None:
    item = TYPES[name]
    assert check_samples(item, LISTS) == ()
    proven = (item.samples_true, item.samples_false) if item.value else (item.names_true, item.names_false)
    assert all(proven), f"{item.origin}: {name} needs true and false samples"
    assert item.name["zh"] and item.name["en"] and item.origin
    if item.value and item.value.dictionary:
        assert item.value.dictionary in LISTS
    if item.value and item.value.pattern and item.example:
        assert try_value(item, item.example, LISTS).matched


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (GOOD + "  patern: x\n", "type-unknown-field", 5),
        (GOOD + "  value: {patern: x}\n", "type-unknown-field", 5),
        (GOOD + "  value:\n    pattern: '(?=x)'\n", "type-bad-pattern", 6),
        (GOOD + "  value:\n    pattern: x\n    check: lunh\n", "type-unknown-check", 7),
        (GOOD + "  value: {pattern: x, strength: hard}\n", "type-bad-field", 5),
        (GOOD + "  personal: maybe\n", "type-bad-field", 5),
        (GOOD + GOOD, "type-duplicate", 5),
        ("- id: x\n  name: {zh: 甲, en: x}\n  category: a\n", "type-missing-field", 1),
        ("x: 1\n", "type-bad-field", 1),
        ("- [\n", "yaml-broken", 2),
    ],
)
def test_wrong_items_are_answered(tmp_path: Path, text: str, code: str, line: int) -> None:
    (tmp_path / "mine.yaml").write_text(text, "utf-8")
    with pytest.raises(UsageError) as raised:
        load_types(tmp_path)
    assert raised.value.id == code
    assert raised.value.params["line"] == line


def test_the_nearest_right_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD + "  value:\n    check: lunh\n", "utf-8")
    with pytest.raises(UsageError) as raised:
        load_types(tmp_path)
    assert raised.value.params["nearest"] == "luhn"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_and_verdict_has_a_text(language: str) -> None:
    codes = ["unknown-field", "missing-field", "bad-field", "unknown-check", "bad-pattern", "duplicate"]
    for code in codes:
        assert all(lookup(f"errors.type-{code}.{part}", language) for part in ("what", "why", "next"))
    whys = "right empty no-shape pattern length characters date region country entropy check-digit not-listed"
    assert all(lookup(f"verdicts.{why}", language) for why in whys.split())


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("resident_id_18", "11010119900307002X", "right"),
        ("resident_id_18", "110101199003070020", "check-digit"),
        ("resident_id_18", "11010119900230002X", "date"),
        ("resident_id_18", "1101011990", "length"),
        ("resident_id_18", "  ", "empty"),
        ("resident_id_15", "200101900307002", "region"),
        ("uscc", "91110105MAO0000012", "characters"),
        ("iban", "ZZ82WEST12345698765432", "country"),
        ("generic_secret", "token=aaaaaaaaaaaaaaaaaaaa", "entropy"),
        ("ethnicity", "火星族", "not-listed"),
        ("email", "nobody", "pattern"),
        ("diagnosis", "anything", "no-shape"),
    ],
)
def test_verdicts_say_why_and_never_the_value(name: str, value: str, why: str) -> None:
    verdict = try_value(TYPES[name], value, LISTS)
    assert verdict.why == why
    assert verdict.matched == (why == "right")
    assert value.strip() == "" or value not in str(verdict)


def test_a_misjudged_sample_is_reported_by_place_not_by_value() -> None:
    item = DataType(
        id="x", name={}, category="", level="L1", value=ValueShape(pattern="a"), samples_true=("b",),
        samples_false=("c", "a"), origin="mine.yaml:3",
    )  # fmt: skip
    assert [(bad.kind, bad.index, bad.origin) for bad in check_samples(item)] == [
        ("true", 1, "mine.yaml:3"),
        ("false", 2, "mine.yaml:3"),
    ]


def test_lexicons_are_loaded_by_file() -> None:
    assert "surnames" in load_lexicon(POLICIES / "lexicon")["values"]
