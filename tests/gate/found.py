"""Violations, notes and waivers by hand, for tests of what comes after the rules."""

from datetime import date

from guard.model.gate import Note, Place, Violation, Waiver

TODAY = date(2026, 3, 1)
RULES = ("sensitive-undeclared", "mask-missing", "grant-public", "waiver-invalid")


def violation(
    where: str = "hr.employee.sfzh",
    line: int = 3,
    *,
    rule: str = "sensitive-undeclared",
    file: str = "a.sql",
    **more,
) -> Violation:
    table, _, column = where.rpartition(".")
    params = {"table": table, "column": column, "type": "cn-resident-id", "level": "L3"} | more.pop(
        "params", {}
    )
    more = {"type": "cn-resident-id", "level": "L3"} | more
    place = Place(file=file, line=line, end=more.pop("end", 0))
    return Violation(
        rule=rule, severity="error", place=place, table=table, column=column, params=params, **more
    )


def waiver(where: str = "hr.employee.sfzh", **more) -> Waiver:
    told = {
        "rule": "sensitive-undeclared",
        "reason": "retired in the third quarter",
        "approved_by": "li.si",
        "author": "zhang.san",
        "ticket": "SEC-412",
        "expires": "2026-06-30",
        "place": Place(file="guard-waivers.yaml", line=1),
    }
    return Waiver(where=where, **told | more)


def note(text: str, line: int, *, alone: bool = False, file: str = "a.sql", end: int = 0) -> Note:
    return Note(text=text, place=Place(file=file, line=line, end=end), alone=alone)
