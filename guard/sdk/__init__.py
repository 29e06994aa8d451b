"""All that a plugin may import: the nouns, the connector and report faces, and their contracts."""

from guard.model import (
    Asset,
    AssetKind,
    AssetResult,
    Classification,
    Column,
    Coverage,
    DataType,
    Decided,
    Finding,
    Opinion,
    PackInfo,
    Problem,
    Run,
    Status,
    Totals,
)
from guard.sdk.connector import (
    Budget,
    Capabilities,
    Connector,
    Explains,
    Limits,
    ReadsText,
    SourceSpec,
    Unreadable,
)
from guard.sdk.report import Facts, Report, ReportInfo
from guard.sdk.sample import Sample
from guard.sdk.secret import Secret

__all__ = [
    "Asset",
    "AssetKind",
    "AssetResult",
    "Budget",
    "Capabilities",
    "Classification",
    "Column",
    "Connector",
    "Coverage",
    "DataType",
    "Decided",
    "Explains",
    "Facts",
    "Finding",
    "Limits",
    "Opinion",
    "PackInfo",
    "Problem",
    "ReadsText",
    "Report",
    "ReportInfo",
    "Run",
    "Sample",
    "Secret",
    "SourceSpec",
    "Status",
    "Totals",
    "Unreadable",
]
