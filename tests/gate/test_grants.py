"""Grants are judged by the tables as they are in the end, those that the catalogue knows among them."""

from __future__ import annotations

import pytest
from gate.judged import violations

from guard.model.gate import DdlColumn, Place, Relation, RelationColumn

TABLE = "CREATE TABLE hr.employee (id bigint PRIMARY KEY, sfzh varchar(18), yhkh varchar(19));\n"


def found(sql: str, dialect: str = "postgres", rule: str = "grant-public") -> list[tuple[int, str]]:
    return [(one.place.line, one.column) for one in violations(sql, dialect, only=rule)]


def test_the_most_sensitive_column_stands_for_the_rest_which_are_counted() -> None:
    sql = TABLE + "CREATE TABLE hr.contact (id bigint PRIMARY KEY, sfzh varchar(18));\n"
    (one,) = violations(
        sql + "GRANT SELECT, INSERT ON hr.employee, hr.contact TO PUBLIC;", only="grant-public"
    )
    assert (one.table, one.column) == ("hr.employee", "yhkh")
    assert (one.params["tables"], one.params["more"], one.params["rights"]) == (2, 1, "SELECT, INSERT")


@pytest.mark.parametrize("to", ["PUBLIC", "public", "anon", "GUEST", '"world"'])
def test_everybody_has_several_names(to: str) -> None:
    assert found(f"{TABLE}GRANT SELECT ON hr.employee TO {to};") == [(2, "yhkh")]


@pytest.mark.parametrize("to", ["hr_public_reader", "publication", "guest_office_app", "authenticated"])
def test_a_role_that_is_only_called_alike_is_one_role(to: str) -> None:
    assert found(f"{TABLE}GRANT SELECT ON hr.employee TO {to};") == []


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ("REVOKE ALL ON hr.employee FROM PUBLIC;", False),
        ("REVOKE SELECT ON hr.employee FROM PUBLIC;", False),
        ("REVOKE SELECT ON ALL TABLES IN SCHEMA hr FROM PUBLIC;", False),
        ("REVOKE INSERT ON hr.employee FROM PUBLIC;", True),
        ("REVOKE SELECT ON hr.employee FROM reader;", True),
        ("REVOKE SELECT ON hr.other FROM PUBLIC;", True),
    ],
)
def test_only_what_takes_the_right_back_from_everybody_ends_a_grant(taken: str, left: bool) -> None:
    assert bool(found(f"{TABLE}GRANT SELECT ON hr.employee TO PUBLIC;\n{taken}")) is left
    assert found(f"{TABLE}{taken}\nGRANT SELECT ON hr.employee TO PUBLIC;"), (
        "what comes before takes nothing back"
    )


def test_a_grant_before_its_table_counts_and_one_on_a_dropped_table_does_not() -> None:
    assert found(f"GRANT SELECT ON hr.employee TO PUBLIC;\n{TABLE}") == [(1, "yhkh")]
    assert found(f"{TABLE}GRANT SELECT ON hr.employee TO PUBLIC;\nDROP TABLE hr.employee;") == []


def test_a_grant_on_a_table_that_only_the_catalogue_knows_is_judged() -> None:
    place = Place(file="catalogue", line=1)
    columns = tuple(RelationColumn(column=DdlColumn(name=one, place=place)) for one in ("id", "sfzh"))
    known = [Relation(name=("hr", "employee"), place=place, columns=columns, known=True)]
    sql = "GRANT SELECT ON hr.employee TO PUBLIC;"
    assert [one.column for one in violations(sql, known=known, only="grant-public")] == ["sfzh"]
    assert violations(sql, only="grant-public") == ()


def test_tables_without_a_schema_are_in_the_schema_that_no_table_names() -> None:
    bare = "CREATE TABLE employee (id bigint PRIMARY KEY, sfzh varchar(18));\n"
    wide = "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO report;"
    assert found(bare + wide.format("public"), rule="grant-wildcard") == [(2, "sfzh")]
    both = bare + "CREATE TABLE ref.region (id bigint, region_name varchar(50));\n"
    assert found(both + wide.format("ref"), rule="grant-wildcard") == []
    assert found(both + wide.format("public"), rule="grant-wildcard") == [(3, "sfzh")]
