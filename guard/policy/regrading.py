"""Re-grading triggers (GB/T 43697-2024 App J) and the signs of protection, as data of ``regrading.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from guard.model import Asset, AssetKind, Classification, Finding
from guard.model.drift import Trigger
from guard.yamldoc import parse

_READS = frozenset({"value", "check", "dictionary"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrading:
    """``changes`` gives the ids of the triggers for each kind of change; the rest are signs of protection."""

    triggers: Mapping[str, Trigger]
    changes: Mapping[str, tuple[str, ...]]
    growth_percent: float
    types: frozenset[str]
    flags: frozenset[str]
    rules: frozenset[str]
    views: tuple[str, ...]
    unreadable: float
    opaque: frozenset[str]

    def signs(self, finding: Finding, answer: Classification) -> frozenset[str]:
        """What shows that a column is protected: ``digest``, ``deidentified``, ``unreadable``."""
        flags = finding.shape.flags if finding.shape else ()
        found = {
            "digest": finding.type in self.types or not self.flags.isdisjoint(flags),
            "deidentified": any(reason.rule in self.rules for reason in answer.reasons),
            "unreadable": self._unreadable(finding),
        }
        return frozenset(name for name, shown in found.items() if shown)

    def _unreadable(self, finding: Finding) -> bool:
        return finding.type not in self.opaque and any(
            item.detail == "unmatched"
            and item.type == finding.type
            and (item.hits or 0) <= self.unreadable * (item.total or 0)
            for item in finding.evidence
        )

    def masks(self, asset: Asset) -> bool:
        """Whether an asset is a view that says that it hands data on masked."""
        if asset.kind is not AssetKind.VIEW:
            return False
        said = f"{asset.name} {asset.comment}".casefold()
        return any(word in said for word in self.views)


def read_values(finding: Finding) -> bool:
    """Whether any value of the column was seen."""
    return finding.shape is not None and finding.shape.rows > finding.shape.nulls


def readable(finding: Finding) -> bool:
    """Whether the values themselves speak for the type found: they can be read as it."""
    return any(
        item.kind in _READS and item.type == finding.type and item.weight > 0 for item in finding.evidence
    )


@cache
def regrading() -> Regrading:
    """The shipped triggers and signs."""
    text = files("guard.policy").joinpath("regrading.yaml").read_text("utf-8")
    data: dict[str, Any] = parse(text, "guard/policy/regrading.yaml").data
    source = {name: data[name] for name in ("standard", "clause", "certainty")}
    signs = data["protection"]
    return Regrading(
        triggers={item["id"]: Trigger(id=item["id"], **source) for item in data["triggers"]},
        changes={kind: tuple(ids) for kind, ids in data["changes"].items()},
        growth_percent=float(data["growth_percent"]),
        types=frozenset(signs["types"]),
        flags=frozenset(signs["flags"]),
        rules=frozenset(signs["rules"]),
        views=tuple(word.casefold() for word in signs["views"]),
        unreadable=float(signs["unreadable"]),
        opaque=frozenset(signs["opaque"]),
    )
