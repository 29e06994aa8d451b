"""Which columns complete a bundle, when people have seen to it, and what is no biometric data."""

from __future__ import annotations

import pytest
from gate.judged import violations

from guard.model.gate import DdlColumn, Place, Relation, RelationColumn

PERSON = "CREATE TABLE jz_person (id bigint PRIMARY KEY, xm varchar(50), sfzh varchar(18));\n"


def found(sql: str, rule: str = "identity-bundle", **more: object) -> list[tuple[int, str, object]]:
    return [
        (one.place.line, one.column, one.params.get("bundle")) for one in violations(sql, only=rule, **more)
    ]


def test_a_table_is_told_once_and_again_by_what_is_added_later() -> None:
    whole = "CREATE TABLE p (\n  id bigint PRIMARY KEY,\n  xm varchar(50),\n  sfzh varchar(18),\n  yhkh varchar(19)\n);\n"
    assert found(whole) == [(5, "yhkh", "number-account")]
    assert found(PERSON + "ALTER TABLE jz_person ADD COLUMN yhkh varchar(19);") == [
        (1, "sfzh", "name-number"),
        (2, "yhkh", "number-account"),
    ]


def test_a_second_number_completes_nothing() -> None:
    assert found(PERSON + "ALTER TABLE jz_person ADD COLUMN passport_no varchar(9);") == [
        (1, "sfzh", "name-number")
    ]


@pytest.mark.parametrize(
    "note", ["level=L3 mask=sm4", "level=L3 mask=hmac_sm3", "level=L3 mask=token", "level=L4 mask=cn-id"]
)
def test_a_member_that_is_stored_protected_or_declared_as_such_ends_a_bundle(note: str) -> None:
    assert found(f"CREATE TABLE p (\n  xm varchar(50),\n  sfzh varchar(128) -- guard: {note}\n);") == []


def test_a_member_that_is_only_masked_on_display_does_not() -> None:
    assert found("CREATE TABLE p (\n  xm varchar(50),\n  sfzh varchar(18) -- guard: level=L3 mask=cn-id\n);")


def test_the_level_of_a_card_number_says_nothing_of_the_bundle() -> None:
    sql = "CREATE TABLE p (\n  sfzh varchar(18),\n  yhkh varchar(19) -- guard: level=L4 mask=bank-card\n);"
    assert found(sql) == [(3, "yhkh", "number-account")]


def test_a_bundle_that_the_catalogue_has_already_is_not_new() -> None:
    place = Place(file="catalogue", line=1)
    columns = tuple(RelationColumn(column=DdlColumn(name=one, place=place)) for one in ("id", "xm", "sfzh"))
    known = [Relation(name=("jz_person",), place=place, columns=columns, known=True)]
    assert found("ALTER TABLE jz_person ADD COLUMN bz varchar(200);", known=known) == []
    added = found("ALTER TABLE jz_person ADD COLUMN yhkh varchar(19);", known=known)
    assert added == [(1, "yhkh", "number-account")]


@pytest.mark.parametrize(
    "column",
    [
        "face_id bigint",
        "face_url varchar(255)",
        "device_fingerprint varchar(64)",
        "photo bytea",
        "has_fingerprint boolean",
    ],
)
def test_what_points_at_biometric_data_or_is_none_may_stand_beside_a_name(column: str) -> None:
    sql = f"CREATE TABLE p (id bigint PRIMARY KEY, xm varchar(50), {column});"
    assert found(sql, "biometric-with-identity") == []
    assert found(sql.replace(column, "face_feature bytea"), "biometric-with-identity")
