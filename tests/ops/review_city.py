"""A catalogue with a graded run, made in a moment: no scan, no source, no value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from guard.model import Asset, AssetKind, AssetResult, Column, Coverage, Evidence, Finding, Run, Status
from guard.ops.engine import Rules, rules
from guard.ops.review import Work, decisions
from guard.ops.session import Session
from guard.policy.grade import grade

TABLES = {
    "person": (("sfzh", "char(18)", "公民身份号码", "resident_id_18"), ("xm", "varchar(40)", "姓名", "person_name"),
               ("bz", "varchar(99)", "", None)),
    "emp": (("SFZH", "char(18)", "身份证", "resident_id_18"), ("dh", "varchar(20)", "电话", "mobile_phone")),
    "log": (("sfzh", "char(18)", "", "resident_id_18"), ("dh", "varchar(20)", "端口", "mobile_phone")),
}  # fmt: skip


@cache
def known() -> Rules:
    return rules()


@dataclass
class City:
    """``folder`` holds the catalogue; ``scan`` stores one more run of ``tables``."""

    folder: Path
    name: str = "c.db"
    proof: str = "check"  # what speaks for the types found
    rows: int = 100

    def session(self, actor: str = "li", language: str = "en") -> Session:
        session = Session.open(catalog=str(self.folder / self.name), language=language)
        return replace(session, actor=actor)

    def work(self, actor: str = "li", language: str = "en") -> Work:
        return Work.open(self.session(actor, language))

    def scan(self, run: str = "run-1", tables=None, policy: str = "") -> None:
        session = self.session()
        with session.store() as store:
            found = session.rules()
            store.begin(
                Run(
                    id=run, started="2026-01-01T00:00:00Z", pack=found.policy.pack, policy=found.policy.digest
                )
            )
            decide = decisions(session, store, "2026-01-01", rules=found, run_id=run)
            for table, columns in (tables or TABLES).items():
                store.record(run, f"hr/public/{table}", [self._result(table, columns, found, decide)])
            store.finish(run, "complete", "2026-01-01T00:01:00Z")

    def _result(self, table, columns, found: Rules, decide) -> AssetResult:
        asset = Asset(
            source="hr", path=("public", table), kind=AssetKind.TABLE, comment=f"{table} 表", rows=self.rows,
            columns=tuple(
                Column(name=name, position=n, type=declared, comment=comment)
                for n, (name, declared, comment, _) in enumerate(columns)
            ),
        )  # fmt: skip
        findings = tuple(
            Finding(column=name, type=kind, confidence=0.98 if kind else 0.0,
                    evidence=(Evidence(kind=self.proof, type=kind, weight=3.0, hits=99, total=100),) if kind else ())
            for name, _, _, kind in columns
        )  # fmt: skip
        graded = grade(asset, findings, found.policy, decide)
        return AssetResult(
            asset=asset, coverage=Coverage(status=Status.SCANNED, rows=100, of=100), findings=findings,
            classifications=graded.columns, table=graded.table, unit=asset.ref,
        )  # fmt: skip
