"""A finding in a query points at the line that mentions the column; names of other databases are known."""

import pytest

from guard.gate.evidence.links import link, local, shown
from guard.gate.evidence.mention import mention
from guard.model.gate import Copy, Create, DdlColumn, Place, Query, RelationColumn, RelationKind, Source

PLACE = Place(file="a.sql", line=10, end=14)


def view(text, at=5, line=11, end=0):
    place = Place(file="a.sql", line=line, at=at, end=end or line + text.count("\n"))
    return Create(name=("v",), place=PLACE, kind=RelationKind.VIEW, query=Query(text=text, place=place))


def found(change, column="sfzh"):
    text = change.query.text
    name = "code" if "AS code" in text else column
    shown_as = RelationColumn(column=DdlColumn(name=name, place=PLACE))
    spoken = "tsql" if "[" in text else "mysql" if "`" in text else "postgres"
    said = mention(change, Source(relation=("t",), column=column), shown_as, None, spoken)
    return said.place.line, said.place.at, said.written


@pytest.mark.parametrize(
    ("query", "line", "at", "written"),
    [
        ("SELECT sfzh FROM t", 11, 12, "sfzh"),
        ("SELECT id,\n  p.SFZH AS code FROM t p", 12, 3, "p.SFZH"),
        ('SELECT\n"sfzh" FROM t', 12, 1, '"sfzh"'),
        ("SELECT [t].[sfzh_2],\n [sfzh] FROM t", 12, 2, "[sfzh]"),
        ("SELECT sfzh_old, xsfzh,\n`sfzh` FROM t", 12, 1, "`sfzh`"),
    ],
)
def test_the_line_of_the_column(query, line, at, written):
    assert found(view(query)) == (line, at, written)


def test_a_star_points_at_the_statement():
    assert found(view("SELECT * FROM t")) == (10, 1, "")


def test_what_was_put_in_front_of_a_query_moves_nothing():
    place = Place(file="a.sql", line=20, at=3, end=21)
    copy = Copy(
        table=("t",),
        place=PLACE,
        query=Query(text="WITH a AS (\nSELECT 1)\nSELECT id,\nsfzh FROM a", place=place),
    )
    assert found(copy)[0] == 21
    early = Copy(
        table=("t",),
        place=PLACE,
        query=Query(text="WITH a AS (\nSELECT sfzh\nFROM t)\nSELECT 1,\n2", place=place),
    )
    assert found(early)[:2] == (20, 3)


@pytest.mark.parametrize(
    ("name", "by"),
    [
        (("hr", "person@hr_link"), "hr_link"),
        (("srv", "db", "dbo", "person"), "srv"),
        (("dblink()",), "dblink()"),
        (("db", "dbo", "person"), ""),
        (("@work",), ""),
        ((), ""),
    ],
)
def test_relations_of_other_databases(name, by):
    assert link(name) == by


def test_a_relation_behind_a_link_is_judged_by_its_own_name():
    assert local(("hr", "person@hr_link")) == ("hr", "person")


def test_a_location_that_may_hold_a_password_is_not_shown():
    assert shown("region_dw") == "region_dw"
    assert shown("mysql://u:p@10.0.0.8/db") == ""
