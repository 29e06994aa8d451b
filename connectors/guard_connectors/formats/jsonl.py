"""JSON lines: one record a line, streamed; lines that hold no record are kept apart as text, and noted."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from guard.sdk import Asset, AssetKind, Budget, Problem, Sample
from guard_connectors.formats import lines, records
from guard_connectors.formats import text as text_format
from guard_connectors.formats.rows import BATCH_ROWS, Clock, chance, part


def read(stream: BinaryIO, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    """One table, one more for each list of objects inside the records, and the lines that are no records."""
    text = lines.opened(stream)
    whole = text.size <= budget.bytes
    source = lines.Lines(text, Clock(budget), cut=True)
    loader = Loader(budget.rows or BATCH_ROWS)
    if whole:
        found = loader.each(source)
    else:
        luck = chance(budget, asset)
        found = loader.each(line for block in lines.blocks(text, budget, luck) for line in block.splitlines())
    said = False
    for item, following in itertools.pairwise(itertools.chain(records.samples(found, asset, budget), [None])):
        assert item is not None  # noqa: S101
        last = following is None or following.asset.path != asset.path
        broken = bool(loader.broken) and last and item.asset.path == asset.path
        said = said or broken
        complete = item.complete and whole and not source.stopped
        yield Sample(item.asset, item.batch, complete=complete, notes=_notes(loader, asset) if broken else ())
    if loader.broken:
        rest = part(asset, "broken-lines", AssetKind.DOCUMENT)
        for item in text_format.document(loader.kept, rest, budget):
            complete = item.complete and whole and len(loader.kept) == loader.broken
            yield Sample(
                item.asset, item.batch, complete=complete, notes=() if said else _notes(loader, asset)
            )


def _notes(loader: Loader, asset: Asset) -> tuple[Problem, ...]:
    return (Problem(code="broken-lines", path=asset.path, params={"lines": loader.broken}),)


class Loader:
    """Parses lines; ``broken`` counts those that were no objects, ``kept`` are the first ``most`` of them."""

    def __init__(self, most: int) -> None:
        self.broken, self._most = 0, most
        self.kept: list[str] = []

    def each(self, source: Iterable[str]) -> Iterator[Any]:
        """The object in every line that is not blank."""
        for line in source:
            stripped = line.strip(" \t\r\n\f\v\0\ufeff")
            if not stripped:
                continue
            try:
                record = json.loads(stripped, parse_int=str, parse_float=str)
            except (ValueError, RecursionError):
                record = None
            if isinstance(record, dict):
                yield record
                continue
            self.broken += 1
            if len(self.kept) < self._most:
                self.kept.append(stripped)
