"""JSON lines: one record a line, streamed; lines that are no JSON are kept as text and noted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from guard.sdk import Asset, Budget, Problem, Sample
from guard_connectors.formats import lines, records
from guard_connectors.formats.rows import Clock, chance


def read(stream: BinaryIO, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    """One table, and one more for each list of objects inside the records."""
    text = lines.opened(stream)
    whole = text.size <= budget.bytes
    source = lines.Lines(text, Clock(budget), cut=True)
    loader = Loader()
    if whole:
        found = loader.each(source)
    else:
        luck = chance(budget, asset)
        found = loader.each(line for block in lines.blocks(text, budget, luck) for line in block.splitlines())
    for item in records.samples(found, asset, budget):
        notes: tuple[Problem, ...] = ()
        if loader.broken and item.asset.path == asset.path:
            notes = (Problem(code="broken-lines", path=asset.path, params={"lines": loader.broken}),)
        complete = item.complete and whole and not source.stopped
        yield Sample(item.asset, item.batch, complete=complete, notes=notes)


class Loader:
    """Parses lines; ``broken`` counts those that were no JSON."""

    def __init__(self) -> None:
        self.broken = 0

    def each(self, source: Iterable[str]) -> Iterator[Any]:
        """The value of every line that is not blank; a broken line as the text it is."""
        for line in source:
            stripped = line.strip()
            if not stripped:
                continue
            try:
                yield json.loads(stripped, parse_int=str, parse_float=str)
            except (ValueError, RecursionError):
                self.broken += 1
                yield stripped
