"""The nouns of the product. Standard library only; frozen, slotted, keyword-only."""

from guard.model.asset import Asset, AssetKind, Column
from guard.model.audit import Event, Sealed
from guard.model.classification import UNDETERMINED, Classification, Opinion, Reason, conflict
from guard.model.coverage import Coverage, Problem, Status
from guard.model.datatype import DataType, ValueShape
from guard.model.decision import Act, Decided, Decision, Standing, same_person
from guard.model.errors import GuardError, RefusedError, SourceError, UsageError
from guard.model.finding import Evidence, Finding, Mixed, Shape
from guard.model.result import AssetResult, Run, Totals
from guard.model.span import Located, Span
from guard.model.standard import COMMON, PackInfo, common_rank

__all__ = [
    "COMMON",
    "UNDETERMINED",
    "Act",
    "Asset",
    "AssetKind",
    "AssetResult",
    "Classification",
    "Column",
    "Coverage",
    "DataType",
    "Decided",
    "Decision",
    "Event",
    "Evidence",
    "Finding",
    "GuardError",
    "Located",
    "Mixed",
    "Opinion",
    "PackInfo",
    "Problem",
    "Reason",
    "RefusedError",
    "Run",
    "Sealed",
    "Shape",
    "SourceError",
    "Span",
    "Standing",
    "Status",
    "Totals",
    "UsageError",
    "ValueShape",
    "common_rank",
    "conflict",
    "same_person",
]
