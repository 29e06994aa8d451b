"""The nouns of the product. Standard library only; frozen, slotted, keyword-only."""

from guard.model.asset import Asset, AssetKind, Column
from guard.model.classification import UNDETERMINED, Classification, Reason
from guard.model.coverage import Coverage, Problem, Status
from guard.model.datatype import DataType, ValueShape
from guard.model.errors import GuardError, RefusedError, SourceError, UsageError
from guard.model.finding import Evidence, Finding, Mixed, Shape
from guard.model.result import AssetResult, Run, Totals
from guard.model.span import Located, Span

__all__ = [
    "UNDETERMINED",
    "Asset",
    "AssetKind",
    "AssetResult",
    "Classification",
    "Column",
    "Coverage",
    "DataType",
    "Evidence",
    "Finding",
    "GuardError",
    "Located",
    "Mixed",
    "Problem",
    "Reason",
    "RefusedError",
    "Run",
    "Shape",
    "SourceError",
    "Span",
    "Status",
    "Totals",
    "UsageError",
    "ValueShape",
]
