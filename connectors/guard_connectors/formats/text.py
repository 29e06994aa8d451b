"""Plain text, one row a line; text that is evidently a table is read as one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import BinaryIO

from guard.sdk import Asset, AssetKind, Budget, Problem, Sample
from guard_connectors.formats import delimited, kinds, lines
from guard_connectors.formats.rows import (
    BATCH_ROWS,
    Clock,
    chance,
    columns,
    count_cells,
    emptied,
    reservoir,
    text_batch,
)

_CHUNK = 2000
_BREAK = re.compile(r"[\s,;，。；、！？!?]")


def read(stream: BinaryIO, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    """One column ``text``, one row a line that is not blank; or a table, where the lines are one."""
    text = lines.opened(stream)
    if kinds.ending(asset.name) not in kinds.PROSE and tabular(lines.head(text, budget)):
        yield from delimited.read(stream, asset, budget)
        return
    asset = replace(asset, kind=AssetKind.DOCUMENT)
    source = lines.Lines(text, Clock(budget))
    whole = text.size <= budget.bytes
    if whole:
        found = pieces(source)
    else:
        luck = chance(budget, asset)
        found = pieces(line for block in lines.blocks(text, budget, luck) for line in block.splitlines())
    for item in document(found, asset, budget):
        complete = item.complete and whole and not source.stopped
        yield Sample(item.asset, item.batch, complete=complete, notes=(*item.notes, *_notes(text, item)))


def document(rows: Iterable[str], asset: Asset, budget: Budget) -> Iterator[Sample]:
    """Samples of one column ``text`` of the lines ``rows``, random within ``budget.rows``."""
    named = replace(asset, kind=AssetKind.DOCUMENT, columns=columns(["text"], ["text"]))
    if budget.rows is not None:
        kept, count = reservoir(rows, budget.rows, chance(budget, asset))
        if not count:
            yield emptied(named, ["text"])
            return
        found = replace(named, rows=count)
        yield Sample(found, text_batch([(row,) for row in kept], 1), complete=len(kept) == count)
        return
    walk = iter(rows)
    chunk = list(islice(walk, BATCH_ROWS))
    while True:
        following = list(islice(walk, BATCH_ROWS))
        yield Sample(named, text_batch([(row,) for row in chunk], 1), complete=not following)
        if not following:
            return
        chunk = following


def pieces(source: Iterable[str]) -> Iterator[str]:
    """Lines without their ends, none blank; long ones cut at a space or a stop."""
    for line in source:
        rest = line.strip()
        while len(rest) > _CHUNK:
            cut = max((m.end() for m in _BREAK.finditer(rest, _CHUNK // 2, _CHUNK)), default=_CHUNK)
            yield rest[:cut]
            rest = rest[cut:]
        if rest:
            yield rest


def tabular(head: list[str]) -> bool:
    """Whether the lines are a table: nearly all cut into the same number of cells, three or more
    (two suffice for tabs)."""
    filled = [line for line in head if line.strip()]
    if len(filled) < 3 or filled[0].lstrip().startswith(("<", "{", "[", "#", "-", "*")):
        return False
    mark = delimited.sniff(filled)
    widths = [line.count(mark) + 1 for line in filled]
    width = max(set(widths), key=widths.count)
    needed = 2 if mark in ("\t", "|", "\x01") else 3
    return width >= needed and widths.count(width) >= 0.9 * len(widths)


def _notes(text: lines.Text, item: Sample) -> tuple[Problem, ...]:
    broken = count_cells(item.batch, "\ufffd")
    if not broken and text.encoding.sure:
        return ()
    params: dict[str, str | int | float] = {"encoding": text.encoding.name, "cells": broken}
    return (Problem(code="encoding-doubtful", path=item.asset.path, params=params),)
