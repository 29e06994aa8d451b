"""The tables of a source judged together, after a scan or a re-grade: what stands apart and joins.

Reads findings that are stored and changes the classification of the tables concerned; touches no source.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from guard.catalog.store import MemoryStore, Store
from guard.model import Asset, AssetResult, Classification
from guard.policy.decide_table import machine
from guard.policy.grade import Decide
from guard.policy.policy import Policy
from guard.policy.source import Concern, SourceTables, lifted_together, source_rules, types_named


class Results(Protocol):
    """The results of one run."""

    def holding(self, kinds: Collection[str]) -> Iterator[AssetResult]:
        """Every asset with at least its columns of the types ``kinds``."""
        ...


class Estate:
    """All sources of one run, told table by table; remembers types and counts, no result."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._asked = bool(source_rules(policy))
        self._sources: dict[str, SourceTables] = {}

    def add(self, result: AssetResult) -> None:
        """Take one table into account; told again, it takes its own place."""
        if self._asked and result.findings:
            source = result.asset.source
            if source not in self._sources:
                self._sources[source] = SourceTables(self._policy)
            self._sources[source].add(result.asset, result.findings)

    def judge(self) -> Mapping[str, tuple[Concern, ...]]:
        """What the rules over sources ask for, by the ``ref`` of each table concerned."""
        return {ref: asked for one in self._sources.values() for ref, asked in one.judge().items()}

    def settle(
        self, store: Store | MemoryStore, run_id: str, facts: Results, decide: Decide | None = None
    ) -> int:
        """Store what the rules over sources ask for; how many tables changed by it.

        What people decided about a table stays over it. Settling again changes nothing.
        """
        found = self.judge()
        if not found:
            return 0
        changed = 0

        def again() -> Iterator[AssetResult]:
            nonlocal changed
            for result in facts.holding(()):
                if result.table is None or result.asset.ref not in found:
                    continue
                table = self._lifted(result.asset, result.table, found[result.asset.ref], decide)
                if table != result.table:
                    changed += 1
                    yield replace(result, table=table, classifications=())

        store.replace_classifications(run_id, again())
        return changed

    def _lifted(
        self, asset: Asset, table: Classification, asked: tuple[Concern, ...], decide: Decide | None
    ) -> Classification:
        if table.decision and decide is None:
            return table
        lifted = lifted_together(machine(table), asked, self._policy)
        # What a decided table has already is no lower than its columns.
        return decide.table(asset, lifted, table.level if table.decision else "") if decide else lifted


def settle(
    store: Store | MemoryStore, run_id: str, facts: Results, policy: Policy, decide: Decide | None = None
) -> int:
    """Judge every source of a stored run; how many tables changed. Reads nothing where no rule asks."""
    return _estate(facts, policy).settle(store, run_id, facts, decide)


def concerns(facts: Results, policy: Policy) -> Mapping[str, tuple[Concern, ...]]:
    """What the rules over sources ask for in a stored run, by table. They go by findings, not by levels."""
    return _estate(facts, policy).judge()


def _estate(facts: Results, policy: Policy) -> Estate:
    estate = Estate(policy)
    if source_rules(policy):
        for result in facts.holding(types_named(policy)):
            estate.add(result)
    return estate
