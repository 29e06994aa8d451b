"""Hints against a type that people's answers taught: ``lexicon/learned.yaml`` of a local folder.

``against: {mobile_phone: [dh, port_no]}`` says that a column of one of these names (in any case of its
letters) does not hold that type, unless check digits prove that it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from guard.model import Evidence, Finding, UsageError

STEM = "learned"
_LIKELY = 0.5
_PROVEN = 0.5
_WEIGHT = -9.0


class Learned:
    """The hints of one lexicon. UsageError ``learned-shape`` where they are no lists of names by type."""

    def __init__(self, lexicon: Mapping[str, Any]) -> None:
        data = lexicon.get(STEM) or {}
        against = data.get("against", {}) if isinstance(data, Mapping) else None
        if not isinstance(against, Mapping) or not all(isinstance(some, list) for some in against.values()):
            raise UsageError("learned-shape")
        self._against = {
            str(kind): frozenset(str(name).casefold() for name in names) for kind, names in against.items()
        }

    def settled(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """``findings`` without the types that their columns' names speak against."""
        return tuple(self._settled(item) for item in findings) if self._against else tuple(findings)

    def _settled(self, finding: Finding) -> Finding:
        name = finding.column.casefold()
        if not finding.type or not self._speaks(name, finding.type) or _proven(finding):
            return finding
        rest = [one for one in finding.alternatives if not self._speaks(name, one[0])]
        best = next((one for one in rest if one[1] >= _LIKELY), None)
        against = Evidence(kind="name", type=finding.type, detail=STEM, weight=_WEIGHT)
        return replace(
            finding,
            type=best[0] if best else None,
            confidence=best[1] if best else 0.0,
            alternatives=tuple(one for one in rest if one is not best),
            evidence=(*finding.evidence, against),
        )

    def _speaks(self, name: str, kind: str) -> bool:
        return name in self._against.get(kind, ())


def _proven(finding: Finding) -> bool:
    return any(
        item.kind == "check" and item.type == finding.type and (item.hits or 0) >= _PROVEN * item.total
        for item in finding.evidence
        if item.total
    )
