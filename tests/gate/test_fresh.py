"""What a change brought: changed lines, tables touched, and what was there before."""

from gate.found import violation

from guard.gate.against.fresh import compared, touched, within
from guard.model.gate import AddColumn, Create, DdlColumn, Grant, Place, Script, Unread, UseSchema

CHANGED = {"a.sql": frozenset({3, 4}), "new.sql": None}


def test_only_violations_on_changed_lines_are_told() -> None:
    kept = [violation(line=3), violation(line=1, end=3), violation(line=900, file="new.sql")]
    others = [violation(line=2), violation(line=5), violation(line=3, file="b.sql")]
    assert within([*kept, *others], CHANGED) == tuple(kept)


def test_a_violation_is_new_where_the_version_before_did_not_have_it() -> None:
    old, new = violation(fingerprint="a" * 20), violation(fingerprint="b" * 20)
    assert [one.new for one in compared([old, new], {"a" * 20: "open"})] == [False, True]


def test_what_was_excused_and_is_no_longer_is_new() -> None:
    excused, counts = (violation(fingerprint="a" * 20, state=state) for state in ("baseline", "open"))
    assert [one.new for one in compared([excused, counts], {"a" * 20: "baseline"})] == [False, True]


def test_tables_touched_are_those_of_changed_lines() -> None:
    def at(line: int) -> Place:
        return Place(file="a.sql", line=line)

    column = DdlColumn(name="sjh", place=at(3))
    changes = (
        AddColumn(table=("HR", "Employee"), column=column, place=at(3)),
        Create(name=("person",), place=at(9)),
        Grant(privileges=("SELECT",), to=("public",), tables=(("a",), ("b", "c")), place=at(4)),
        Unread(place=at(4), reason="syntax"),
        UseSchema(schema="hr", place=at(3)),
    )
    script = Script(file="a.sql", dialect="postgres", changes=changes)
    assert touched([script], CHANGED) == {"hr.employee", "a", "b.c"}
    assert touched([script], {}) == frozenset()
