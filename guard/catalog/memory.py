"""The catalogue's face without a catalogue: ``--no-store`` keeps a run only while it lasts."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Self

from guard.catalog.codec import asset_digest, check_parallel
from guard.catalog.pick import pick_run
from guard.catalog.tables import order_key
from guard.model import AssetResult, GuardError, Run


class MemoryStore:
    """Same methods as ``Store``; writes nothing. Threads may share it."""

    def __init__(self) -> None:
        self.key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._units: dict[str, dict[str, tuple[AssetResult, ...]]] = {}

    def close(self) -> None:
        """Nothing to release."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def paths(self) -> tuple[str, ...]:
        """No file."""
        return ()

    def begin(self, run: Run) -> None:
        """Remember ``run``."""
        with self._lock:
            self._runs[run.id] = run
            self._units.setdefault(run.id, {})

    def finish(self, run_id: str, status: str, finished: str) -> None:
        """Set the end of a run. ``finished`` is an RFC 3339 time in UTC."""
        with self._lock:
            self._runs[run_id] = replace(self._known(run_id), status=status, finished=finished)

    def record(self, run_id: str, unit: str, results: Sequence[AssetResult]) -> None:
        """Remember the results of one unit in the place of any remembered for it before."""
        for result in results:
            check_parallel(result)
        with self._lock:
            self._units[self._known(run_id).id][unit] = tuple(results)

    def finished_units(self, run_id: str) -> frozenset[str]:
        """The units of a run that are recorded."""
        with self._lock:
            return frozenset(self._units[self._known(run_id).id])

    def replace_classifications(
        self, run_id: str, results: Iterable[AssetResult], *, pack: str = "", policy: str = ""
    ) -> None:
        """Replace the classifications of recorded assets, all or none; as ``Store`` does."""
        new = {asset_digest(result): result for result in results}
        with self._lock:
            run = self._known(run_id)
            held = self._units[run_id]
            known = {asset_digest(result) for part in held.values() for result in part}
            for missing in new.keys() - known:
                raise GuardError("catalog-no-asset", asset=new[missing].asset.ref)
            self._units[run_id] = {
                unit: tuple(_regraded(one, new) for one in part) for unit, part in held.items()
            }
            self._runs[run_id] = replace(run, pack=pack or run.pack, policy=policy or run.policy)

    def runs(self) -> tuple[Run, ...]:
        """Every run, the last begun first."""
        return tuple(reversed(self._runs.values()))

    def find_run(self, wanted: str = "latest") -> Run:
        """As ``Store.find_run``."""
        return pick_run(wanted, self.runs())

    def results(self, run_id: str) -> list[AssetResult]:
        """Every result of a run by source and path."""
        with self._lock:
            found = [result for part in self._units[self._known(run_id).id].values() for result in part]
        return sorted(found, key=lambda result: order_key(result.asset.source, result.asset.path))

    def _known(self, run_id: str) -> Run:
        return pick_run(run_id, self.runs(), exact=True)


def _regraded(result: AssetResult, new: Mapping[str, AssetResult]) -> AssetResult:
    found = new.get(asset_digest(result))
    if found is None:
        return result
    answers = found.classifications or result.classifications
    return replace(result, classifications=answers, table=found.table)
