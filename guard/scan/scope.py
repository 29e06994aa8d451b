"""What a scan is asked to do: which sources, how much of each, and what to leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from guard.model import Asset
from guard.sdk.connector import Budget, Connector, SourceSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePlan:
    """One source to scan: how to open it, how much to read, where it is declared.

    ``fraction`` (0..1) asks for a share of every asset that has a row estimate, instead of
    ``budget.rows``. ``location`` is the place SARIF points to for a live source:
    ``guard.yaml:14``, or empty where every asset is a file of its own, below ``folder``.
    ``done`` are the unit refs that an earlier, interrupted run already finished.
    """

    spec: SourceSpec
    open: Callable[[SourceSpec], Connector]
    budget: Budget
    fraction: float | None = None
    metadata_only: bool = False
    location: str = ""
    folder: tuple[str, ...] = ()
    done: frozenset[str] = field(default_factory=frozenset)

    def budget_for(self, asset: Asset) -> Budget:
        """The budget for one asset: a share of its estimated rows, or the fixed budget."""
        if self.fraction is None or not asset.rows:
            return self.budget
        return replace(self.budget, rows=max(1, round(asset.rows * self.fraction)))
