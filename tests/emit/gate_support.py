"""One verdict with everything in it: open, waived, known, unread; Chinese names and hostile ones."""

import io
from dataclasses import dataclass
from datetime import date

from guard.emit.gate import GateOptions, write
from guard.model import DataType
from guard.model.gate import (
    AddColumn,
    Create,
    DdlColumn,
    Fix,
    Place,
    Script,
    Unread,
    Verdict,
    Violation,
    Waiver,
)

TODAY = date(2026, 9, 18)
FIRST = "migrations/0001_init.sql"
SECOND = "migrations/0042_联系人.sql"
EVIL = "migrations/a\n::error::b|<script>%=cmd.sql"
HOSTILE_NAMES = (
    "a\nb",
    "::error file=x::gone",
    "##[error]gone",
    "a|b",
    "<script>alert(1)</script>",
    "100%0A",
    "=cmd|' /C calc'!A0",
    "\x1b[31mred",
    "\u202eevil",
    "```\n# h",
    "[x](http://example.test)",
    "a" * 5000,
    "]]>",
    "@all",
    "{table}",
)

TYPES = {
    "cn-mobile": DataType(
        id="cn-mobile", name={"zh": "手机号", "en": "Mobile number"}, category="电话", level="L3"
    ),
    "cn-resident-id": DataType(
        id="cn-resident-id",
        name={"zh": "居民身份证号", "en": "Resident identity number"},
        category="身份",
        level="L4",
    ),
}


@dataclass(frozen=True)
class Example:
    dialect: str
    sql: str


@dataclass(frozen=True)
class Rule:
    standard: str
    clause: str
    bad: Example
    good: Example
    severity: str = "error"


RULES = {
    "sensitive-undeclared": Rule(
        "GB/T 43697-2024",
        "6.2",
        Example("mysql", "CREATE TABLE t (sfzh varchar(18));"),
        Example("mysql", "CREATE TABLE t (\n  sfzh varchar(18) -- guard: level=L4 mask=cn-id\n);"),
    )
}


def place(file, line, at=1, end=0):
    return Place(file=file, line=line, at=at, end=end)


def violation(rule, where, **given):
    given = {"severity": "error", "fingerprint": f"{len(rule):x}".rjust(64, "0")} | given
    params = {key: given[key] for key in ("table", "column", "type", "level") if key in given}
    return Violation(rule=rule, place=where, **given | {"params": params | dict(given.get("params", {}))})


def waiver(rule, line, **given):
    facts = {
        "where": "hr.legacy_*",
        "reason": "老系统三季度下线，只读",
        "approved_by": "zhang.san",
        "author": "li.si",
        "ticket": "SEC-412",
        "expires": "2026-09-30",
        "place": place("guard-waivers.yaml", line),
    }
    return Waiver(rule=rule, **facts | given)


def verdict():
    mobile = violation(
        "sensitive-undeclared",
        place(SECOND, 7, at=5),
        table="hr.employee",
        column="lxdh",
        type="cn-mobile",
        level="L3",
        category="个人信息/联系方式",
        fingerprint="a" * 64,
        params={"declaration": "level=L3 category=个人信息/联系方式 mask=cn-mobile-partial"},
        fix=Fix(
            how="append",
            text="-- guard: level=L3 category=个人信息/联系方式 mask=cn-mobile-partial",
            place=place(SECOND, 7),
        ),
        new=True,
    )
    table = violation(
        "retention-missing",
        place(SECOND, 3, end=12),
        severity="note",
        table="hr.员工",
        level="L2",
        params={"columns": "xm, sfzh"},
        fingerprint="b" * 64,
        fix=Fix(
            how="schema",
            text="tables:\n  hr.员工:\n    retention: 3y",
            place=place("guard-schema.yaml", 1),
        ),
        new=True,
    )
    waived = violation(
        "sensitive-undeclared",
        place(FIRST, 12, at=3),
        table="hr.legacy_1",
        column="身份证号",
        type="cn-resident-id",
        level="L4",
        category="个人信息/身份",
        fingerprint="c" * 64,
        params={"declaration": "level=L4 category=个人信息/身份 mask=cn-id"},
        state="waived",
        waiver=waiver("sensitive-undeclared", 2),
        new=False,
    )
    inline = violation(
        "grant-public",
        place(FIRST, 40),
        table="hr.notice",
        column="phone",
        type="cn-mobile",
        level="L2",
        params={"rights": "SELECT", "to": "PUBLIC"},
        fingerprint="d" * 64,
        state="waived",
        waiver=waiver(
            "grant-public", 40, where="", approved_by="", author="", ticket="", expires="2026-12-31",
            reason="public notices", place=place(FIRST, 40), inline=True,
        ),
        new=False,
    )  # fmt: skip
    known = violation(
        "comment-missing",
        place(FIRST, 4),
        severity="warning",
        table="hr.employee",
        column="sfzh",
        type="cn-resident-id",
        level="L4",
        fingerprint="e" * 64,
        state="baseline",
        new=False,
    )
    hostile = violation(
        "rename-protected",
        place(EVIL, 1),
        severity="warning",
        table="::error::t|<script>",
        column="=cmd\n%0A\u202e",
        type="cn-mobile",
        level="L3",
        fingerprint="a" * 64,
        params={"to": "x\ny"},
        fix=Fix(how="before", text="-- guard: column=`=cmd\u202e`| level=L3", place=place(EVIL, 1)),
        new=True,
    )
    number = DdlColumn(name="id", place=place(FIRST, 2), type="bigint")
    return Verdict(
        scripts=(
            Script(
                file=FIRST,
                dialect="mysql",
                changes=(
                    Create(name=("hr", "employee"), place=place(FIRST, 1), columns=(number,)),
                    Create(name=("hr", "office"), place=place(FIRST, 20), columns=(number,)),
                    Unread(place=place(FIRST, 31, end=33), reason="query", word="STORAGE"),
                ),
            ),
            Script(
                file=SECOND,
                dialect="oracle",
                changes=(AddColumn(table=("HR", "EMPLOYEE"), column=number, place=place(SECOND, 7)),),
            ),
        ),
        violations=(known, waived, inline, table, mobile, hostile),
        unread=(Unread(place=place(FIRST, 31, end=33), reason="query", word="STORAGE"),),
        judged=14,
        lapsed=(waiver("minors-data", 9, expires="2026-09-15"),),
        unused=(waiver("drop-protected", 16),),
        stale=(f"{'f' * 20}  # hr.old.sfzh · drop-protected · 2026-01-02",),
        levels=("L1", "L2", "L3", "L4"),
        pack="gov_cn 1.0",
        policy="9f2c",
        version="0.1.0",
    )


def emitted(kind, found=None, language="zh", **options):
    stream = io.StringIO()
    given = {"types": TYPES, "rules": RULES, "today": TODAY} | options
    write(
        kind, verdict() if found is None else found, stream, language=language, options=GateOptions(**given)
    )
    return stream.getvalue()
