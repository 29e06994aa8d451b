"""Plain text, one row a line; text that is evidently a table is read as one."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import BinaryIO

from guard.sdk import Asset, AssetKind, Budget, Problem, Sample
from guard_connectors.formats import delimited, kinds, lines
from guard_connectors.formats.rows import (
    BATCH_ROWS,
    DOCUMENT_HEAD,
    Clock,
    chance,
    columns,
    count_cells,
    emptied,
    first_rows,
    reservoir,
    text_batch,
)

_CHUNK = 2000
_WORD = 512
_PART = 1 << 16  # characters
_BREAK = re.compile(r"[\s,;，。；、！？!?]")


def read(stream: BinaryIO, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    """One column ``text``, one row a line that is not blank; or a table, where the lines are one."""
    text = lines.opened(stream)
    if _is_table(text, asset, budget):
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
    for item in document(found, asset, budget, text=text):
        complete = item.complete and whole and not source.stopped
        notes = (*item.notes, *_notes(text, item, padded=source.nuls))
        yield Sample(item.asset, item.batch, complete=complete, notes=notes)


def parts(stream: BinaryIO, asset: Asset) -> Iterator[str]:
    """The whole text in order, as it was decoded; nothing where it is a table.

    Parts end with a line, or in a line too long for that between two words.
    """
    text, unbounded = lines.opened(stream), Budget(seconds=math.inf)
    if _is_table(text, asset, Budget()):
        return
    held: list[str] = []
    size = 0
    for line in lines.Lines(text, Clock(unbounded)):
        held.append(line)
        size += len(line)
        if size >= _PART:
            text_, rest = _between_words("".join(held))
            yield text_
            held, size = [rest], len(rest)
    if held:
        yield "".join(held)


def _between_words(text: str) -> tuple[str, str]:
    """``text`` cut after its last line, or near its end where no word or number is cut in two."""
    if text.endswith("\n"):
        return text, ""
    for place in range(len(text), max(0, len(text) - _WORD), -1):
        if not text[place - 1].isalnum():
            return text[:place], text[place:]
    return text, ""


def _is_table(text: lines.Text, asset: Asset, budget: Budget) -> bool:
    prose = kinds.ending(asset.name) in kinds.PROSE
    return not prose and tabular(lines.head(text, budget), kinds.book(asset.name))


def document(
    rows: Iterable[str], asset: Asset, budget: Budget, *, text: lines.Text | None = None
) -> Iterator[Sample]:
    """Samples of one column ``text`` of ``rows``: the head, then random ones within ``budget.rows``.

    The head is given out before the rest is read; ``text`` lets it say about how many rows there are.
    """
    named = replace(asset, kind=AssetKind.DOCUMENT, columns=columns(["text"], ["text"]))
    walk = iter(rows)
    if budget.rows is not None:
        head = list(islice(walk, first_rows(budget, DOCUMENT_HEAD)))
        following = list(islice(walk, 1))
        if not head and not following:
            yield emptied(named, ["text"])
            return
        if not following:
            yield _lines(replace(named, rows=len(head)), head, complete=True)
            return
        if head:
            # Fewer rows than the budget would have been read whole.
            about = max(lines.estimate(text, head), budget.rows) if text else _counted(rows)
            yield _lines(replace(named, rows=about), head)
        wanted = budget.rows - len(head)
        kept, count = reservoir(chain(following, walk), wanted, chance(budget, asset))
        yield _lines(replace(named, rows=count + len(head)), kept, complete=len(kept) == count)
        return
    chunk = list(islice(walk, BATCH_ROWS))
    while True:
        following = list(islice(walk, BATCH_ROWS))
        yield _lines(named, chunk, complete=not following)
        if not following:
            return
        chunk = following


def _lines(asset: Asset, rows: list[str], *, complete: bool = False) -> Sample:
    return Sample(asset, text_batch([(row,) for row in rows], 1), complete=complete)


def _counted(rows: Iterable[str]) -> int | None:
    return len(rows) if isinstance(rows, list) else None


def pieces(source: Iterable[str]) -> Iterator[str]:
    """Lines without their ends, none blank; long ones cut at a space or a stop."""
    for line in source:
        rest = line.replace("\0", " ").strip()
        while len(rest) > _CHUNK:
            cut = max((m.end() for m in _BREAK.finditer(rest, _CHUNK // 2, _CHUNK)), default=_CHUNK)
            yield rest[:cut]
            rest = rest[cut:]
        if rest:
            yield rest


def tabular(head: list[str], said: bool = False) -> bool:
    """Whether the lines are a table: nearly all cut into the same number of cells, three or more
    (two suffice for tabs, or where the file's name says that it is a table: ``said``)."""
    filled = [line for line in head if line.strip()]
    if len(filled) < (2 if said else 3) or filled[0].lstrip().startswith(("<", "{", "[", "#", "-", "*")):
        return False
    mark = delimited.sniff(filled)
    widths = [line.count(mark) + 1 for line in filled]
    width = max(set(widths), key=widths.count)
    needed = 2 if said or mark in ("\t", "|", "\x01") else 3
    return width >= needed and widths.count(width) >= 0.9 * len(widths)


def _notes(text: lines.Text, item: Sample, *, padded: bool) -> tuple[Problem, ...]:
    notes = (Problem(code="nul-padding", path=item.asset.path),) if padded else ()
    broken = count_cells(item.batch, "\ufffd")
    if not broken and text.encoding.sure:
        return notes
    params: dict[str, str | int | float] = {"encoding": text.encoding.name, "cells": broken}
    return (*notes, Problem(code="encoding-doubtful", path=item.asset.path, params=params))
