"""Synthetic results for tests of formats and reports: no database, no value, the most hostile names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from guard.model import (
    Asset,
    AssetKind,
    AssetResult,
    Classification,
    Column,
    Coverage,
    DataType,
    Decided,
    Evidence,
    Finding,
    Mixed,
    Opinion,
    PackInfo,
    Problem,
    Reason,
    Run,
    Shape,
    Status,
    Totals,
)
from guard.text import t

LEVELS = ("L1", "L2", "L3", "L4", "important", "core")

HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=document.title='owned'>",
    "\"><svg onload=document.title='owned'>",
    "{{ 7*7 }}{% raw %}",
    "</script></style></title><b>",
    "=HYPERLINK(1)",
    "＝1+1",
    " +1",
    "-1",
    "@SUM(A1)",
    "\tTAB",
    "\rCR\nLF",
    "a|b`c`*d*_e_[f](g)",
    "[/red][bold]x[/]",
    "\x1b[31mESC\x1b[0m\x07",
    "\u202egnp.exe\u2066\u200b",
    "nul\x00\ufffe\x85",
    "gbk\udcb9\udcab",
    "'; DROP TABLE x; --",
    "q\"uo'te;semi,comma",
    "😀身份证号👨\u200d👩\u200d👧",
    "姓" * 40,
    "_x000D_",
    "]]>&amp;&#60;",
)
"""Names that have broken somebody's output: markup, formulas, controls, bidi, bytes, width."""

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "rules.synthetic-type.what": "{type}属于敏感个人信息",
        "rules.synthetic-bundle.what": "与 {count} 列可识别身份的信息同表",
        "rules.synthetic-technical.what": "技术字段",
        "rules.synthetic-open.what": "名称与注释均未说明内容",
        "problems.synthetic-denied.what": "账号无权读取",
        "problems.synthetic-denied.next": "请授予该表的 SELECT 权限后重扫",
        "problems.synthetic-ragged.what": "{count} 行列数不齐",
        "problems.synthetic-ragged.next": "请核对导出设置",
        "reviews.low-confidence.what": "置信度低",
    },
    "en": {
        "rules.synthetic-type.what": "{type} is sensitive personal information",
        "rules.synthetic-bundle.what": "in one table with {count} identifying columns",
        "rules.synthetic-technical.what": "technical column",
        "rules.synthetic-open.what": "neither name nor comment says what it holds",
        "problems.synthetic-denied.what": "the account may not read it",
        "problems.synthetic-denied.next": "grant SELECT on the table and scan again",
        "problems.synthetic-ragged.what": "{count} rows with a different number of fields",
        "problems.synthetic-ragged.next": "check how the file was exported",
        "reviews.low-confidence.what": "low confidence",
    },
}

_STANDARD = "GB/T 45574-2025"
_TYPES = (
    ("cn_resident_id", "居民身份证号", "Resident identity number", "L3", "110101********002X"),
    ("person_name", "姓名", "Person name", "L2", "张**"),
    ("mobile_phone", "手机号码", "Mobile phone number", "L2", "138****8000"),
    ("diagnosis", "疾病诊断", "Diagnosis", "L4", "****"),
)


def synthetic_types() -> Mapping[str, DataType]:
    """A catalogue of four types."""
    return MappingProxyType({
        name: DataType(
            id=name, name={"zh": zh, "en": en}, category="个人信息/个人身份信息", level=level, personal=True,
            masked_example=masked, mask="keep(6,4)", standards=(_STANDARD,),
        )
        for name, zh, en, level, masked in _TYPES
    })  # fmt: skip


def synthetic_packs() -> tuple[PackInfo, ...]:
    """Three packs: the default one, one with levels of its own, one that was replaced."""
    names = {"L1": "一般1级", "L2": "一般2级", "L3": "一般3级", "L4": "一般4级"}
    return (
        PackInfo(
            id="gov_cn", version="2026.1", name={"zh": "政务数据分类分级", "en": "Government data"},
            standard="GB/T 43697-2024", certainty="S", effective="2024-10-01",
            levels={level: {"zh": name, "en": level} for level, name in names.items()},
            maps={level: level for level in names}, digest="0" * 64,
        ),
        PackInfo(
            id="pipl", version="2026.1", name={"zh": "敏感个人信息", "en": "Sensitive personal information"},
            standard="PIPL", certainty="S", effective="2021-11-01",
            levels={
                "ordinary": {"zh": "一般", "en": "ordinary"}, "sensitive": {"zh": "敏感", "en": "sensitive"},
            },
            maps={"ordinary": "L2", "sensitive": "L4"}, digest="1" * 64,
        ),
        PackInfo(
            id="zhejiang", version="2021", name={"zh": "公共数据分级", "en": "Public data"},
            standard="DB33/T 2351-2021", certainty="M-m", status="legacy", effective="2021-08-05",
            until="2025-01-01", note={"zh": "已被联合标准替代", "en": "replaced by the joint standard"},
            levels={"L1": {"zh": "L1", "en": "L1"}}, maps={"L1": "L1"}, digest="2" * 64,
        ),
    )  # fmt: skip


def opinions() -> tuple[Opinion, ...]:
    """What two packs say that disagree: L3, and sensitive, which stands for L4."""
    return (
        Opinion(
            pack="gov_cn", level="L3", mapped="L3", standard=_STANDARD, clause="App A", certainty="M-h",
            category="个人信息/个人身份信息", rules=("synthetic-type",),
        ),
        Opinion(
            pack="pipl", level="sensitive", mapped="L4", standard="PIPL", clause="Art 28",
            certainty="S", sensitive=True, rules=("synthetic-bundle",),
        ),
    )  # fmt: skip


def answer(level: str, *, rule: str, **more: Any) -> Classification:
    """A classification with one reason that set its level."""
    reason = Reason(
        rule=rule, effect="level", standard=_STANDARD, clause="附录 A", certainty="M-h", level=level,
        params={"type": "cn_resident_id", "count": 3},
    )  # fmt: skip
    made = Classification(domain="社会保障", category="个人信息/个人身份信息", level=level, reasons=(reason,))
    return replace(made, **more)


def found(column: str, type_id: str | None, confidence: float) -> Finding:
    """A finding with two observations, an alternative and some mixed content where there is a type."""
    if type_id is None:
        return Finding(column=column, type=None, confidence=0.0, missed=0.99**2000)
    evidence = (
        Evidence(kind="name", type=type_id, detail="sfzh", weight=2.1),
        Evidence(kind="check", type=type_id, detail="gb11643", weight=4.0, hits=1987, total=2000),
    )
    return Finding(
        column=column, type=type_id, confidence=confidence, evidence=evidence,
        alternatives=(("person_name", 0.12),), missed=0.99**2000, shape=Shape(rows=2000, distinct=1990),
        mixed=(Mixed(type="mobile_phone", hits=24, total=2000, embedded=True),),
    )  # fmt: skip


def _row(number: int, name: str, comment: str) -> tuple[Column, Finding, Classification]:
    column = Column(name=name, position=number, type="varchar(64)", comment=comment)
    kind = number % 5
    if kind == 0:
        return column, found(name, "cn_resident_id", 0.97), answer(
            "L4", rule="synthetic-bundle", candidate="important", personal=True, sensitive=True,
            confidence=0.97, review="low-confidence", opinions=opinions(), sharing="refused-by-law",
            controls=("C-STO-01",),
        )  # fmt: skip
    if kind == 1:
        return (
            column,
            found(name, "person_name", 0.72),
            answer(
                "L2",
                rule="synthetic-type",
                personal=True,
                confirmable=True,
                confidence=0.72,
                decision=Decided(
                    id="d1",
                    act="confirm",
                    by="li.wei",
                    at="2026-01-02T03:04:05Z",
                    reason=comment or "核对过",
                    approver="zhang.san",
                    expires="2027-01-02",
                    proposed="L3",
                    note="policy-differs",
                ),
            ),
        )
    if kind == 2:
        return column, found(name, None, 0), answer("L1", rule="synthetic-technical", confirmable=True)
    if kind == 3:
        return (
            column,
            found(name, None, 0),
            answer("undetermined", rule="synthetic-open", review="low-confidence"),
        )
    return (
        column,
        found(name, "diagnosis", 0.88),
        answer("L3", rule="synthetic-type", personal=True, sensitive=True, confirmable=True, confidence=0.88),
    )


def result(path: tuple[str, ...], names: tuple[tuple[str, str], ...], *, department: str = "") -> AssetResult:
    """A sampled table whose columns are (name, comment), graded in turn L4, L2, L1, undetermined, L3."""
    rows = [_row(number, name, comment) for number, (name, comment) in enumerate(names)]
    asset = Asset(
        source="hr", path=path, kind=AssetKind.TABLE, columns=tuple(row[0] for row in rows),
        comment="人员信息表", department=department, system="社保核心", rows=1_900_000,
    )  # fmt: skip
    problem = Problem(code="synthetic-ragged", path=path, params={"count": 3})
    return AssetResult(
        asset=asset, coverage=Coverage(status=Status.SAMPLED, rows=2000, of=1_900_000, problems=(problem,)),
        findings=tuple(row[1] for row in rows), classifications=tuple(row[2] for row in rows),
        table=answer("L4", rule="synthetic-bundle"),
    )  # fmt: skip


def skipped(path: tuple[str, ...], *, department: str = "") -> AssetResult:
    """A table that could not be read."""
    asset = Asset(source="hr", path=path, kind=AssetKind.TABLE, department=department)
    problem = Problem(code="synthetic-denied", path=path)
    return AssetResult(asset=asset, coverage=Coverage(status=Status.SKIPPED, problems=(problem,)))


def ordinary() -> tuple[AssetResult, ...]:
    """Two departments: a read table and a skipped one."""
    names = (("sfzh", "身份证号"), ("xm", "姓名"), ("id", ""), ("bz1", ""), ("zd", "诊断"))
    return (
        result(("HR", "EMPLOYEE"), names, department="人社局"),
        skipped(("HR", "PAY"), department="财政局"),
    )


def hostile() -> tuple[AssetResult, ...]:
    """Every name of ``HOSTILE`` as a column, comment, table, source part and department."""
    columns = tuple((name, name) for name in HOSTILE)
    tables = tuple(result((name, name), ((name, name),), department=name) for name in HOSTILE)
    return (result(("x", "all"), columns), *tables, *(skipped((name,), department=name) for name in HOSTILE))


@dataclass(frozen=True, kw_only=True)
class SyntheticFacts:
    """Facts over ready-made results. Texts of emit and reports are the real ones, of rules synthetic."""

    assets: tuple[AssetResult, ...] = field(default_factory=ordinary)
    language: str = "zh"

    @property
    def run(self) -> Run:
        """A finished run."""
        return Run(
            id="run-1", started="2026-01-02T03:04:05Z", finished="2026-01-02T03:05:06Z",
            status="incomplete", scope={"sources": ["hr"]}, pack="gov_cn 2026.1",
            policy="sha256:0123456789abcdef", version="0.1.0",
        )  # fmt: skip

    @property
    def types(self) -> Mapping[str, DataType]:
        """The four synthetic types."""
        return synthetic_types()

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of the default pack."""
        return LEVELS

    @property
    def packs(self) -> tuple[PackInfo, ...]:
        """Three packs that grade side by side."""
        return synthetic_packs()

    @property
    def totals(self) -> Totals:
        """Counted from the results."""
        answers = [one for asset in self.assets for one in asset.classifications]
        skips = [asset for asset in self.assets if asset.coverage.status is Status.SKIPPED]
        levels = {name: sum(one.level == name for one in answers) for name in (*LEVELS, "undetermined")}
        return Totals(
            assets=len(self.assets), sampled=len(self.assets) - len(skips), skipped=len(skips),
            columns=len(answers), levels={name: count for name, count in levels.items() if count},
            candidates=sum(bool(one.candidate) for one in answers),
            review=sum(not one.confirmable for one in answers),
            decided=sum(one.decision is not None for one in answers),
            conflicts=sum(one.conflicting for one in answers), reasons={"synthetic-denied": len(skips)},
        )  # fmt: skip

    def results(self) -> Iterator[AssetResult]:
        """The results as given."""
        return iter(self.assets)

    def text(self, key: str, /, **params: object) -> str:
        """Synthetic texts for rules and problems, else the real text."""
        made = _TEXTS[self.language].get(key)
        return made.format_map(params) if made else t(key, self.language, **params)
