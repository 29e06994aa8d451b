"""The currency between scan, catalogue, reports and formats: results of assets and runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from guard.model.asset import Asset
from guard.model.classification import Classification
from guard.model.coverage import Coverage
from guard.model.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetResult:
    """Everything known about one asset after a scan.

    ``findings`` and ``classifications`` run parallel to ``asset.columns``.
    ``unit`` is the ref of the listed object it came from (a workbook for its sheets);
    ``location`` is where it is, for SARIF: a relative file path or the line in guard.yaml.
    Names in ``asset`` that hold a detected value are already concealed.
    """

    asset: Asset
    coverage: Coverage
    findings: tuple[Finding, ...] = ()
    classifications: tuple[Classification, ...] = ()
    table: Classification | None = None
    unit: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One scan. Times are RFC 3339 in UTC; ``status`` is running, complete, incomplete,
    interrupted or failed. ``scope`` is what was asked, without secrets."""

    id: str
    started: str
    finished: str = ""
    status: str = "running"
    scope: Mapping[str, object] = field(default_factory=dict)
    pack: str = ""
    policy: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Roll-up of a run: assets by status, columns by level, reasons of what was skipped.

    ``candidates`` columns and ``candidate_tables`` tables themselves are nominated for important or core.
    ``decided`` columns carry a person's decision, ``pending`` ones wait for a second person; of
    ``conflicts`` the packs that grade side by side say different levels.
    """

    assets: int = 0
    scanned: int = 0
    sampled: int = 0
    skipped: int = 0
    columns: int = 0
    levels: Mapping[str, int] = field(default_factory=dict)
    candidates: int = 0
    candidate_tables: int = 0
    review: int = 0
    decided: int = 0
    pending: int = 0
    conflicts: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
