"""The labelled set of ``guard eval``: big enough, hard enough, the same every time, and made by rules."""

from collections import Counter

import pytest

from guard.demo import trial
from guard.ops.engine import rules


@pytest.fixture(scope="module")
def tables() -> list[trial.TrialTable]:
    return list(trial.tables())


def test_it_is_big_and_hard(tables: list[trial.TrialTable]) -> None:
    labels = [label for table in tables for label in table.labels]
    assert len(labels) >= 300
    assert sum(label == (None,) for label in labels) >= 100
    assert {table.style for table in tables} == {
        "commented", "zh", "initials", "pinyin", "en", "code", "absent", "contradicting", "mojibake",
    }  # fmt: skip


def test_every_label_is_a_type_of_the_catalogue(tables: list[trial.TrialTable]) -> None:
    known = rules().types
    assert {kind for table in tables for label in table.labels for kind in label if kind} <= set(known)


def test_the_same_seed_gives_the_same_values_and_another_does_not(tables: list[trial.TrialTable]) -> None:
    again = list(trial.tables())
    assert all(one.batch.equals(two.batch) for one, two in zip(tables, again, strict=True))
    other = list(trial.tables(2))
    assert not any(one.batch.equals(two.batch) for one, two in zip(tables, other, strict=True))


def test_no_column_is_empty_and_headers_are_unlike(tables: list[trial.TrialTable]) -> None:
    for table in tables:
        names = Counter(column.name for column in table.asset.columns)
        assert set(names.values()) == {1}, table.asset.path
        assert all(array.null_count < len(array) for array in table.batch.columns)


@pytest.mark.parametrize(
    ("style", "name", "comment"),
    [
        ("commented", "xm", "姓名"),
        ("zh", "姓名", ""),
        ("initials", "XM", ""),
        ("pinyin", "xingming", ""),
        ("en", "full_name", ""),
        ("absent", "c1", ""),
        ("contradicting", "id_card_no", "姓名"),
        ("mojibake", "ÐÕÃû", ""),
    ],
)
def test_styles_of_headers(tables: list[trial.TrialTable], style: str, name: str, comment: str) -> None:
    column = next(table for table in tables if table.style == style).asset.columns[0]
    assert (column.name, column.comment) == (name, comment)


def test_codes_of_a_standard(tables: list[trial.TrialTable]) -> None:
    coded = next(table for table in tables if table.style == "code")
    assert "AAC003" in {column.name for column in coded.asset.columns}
