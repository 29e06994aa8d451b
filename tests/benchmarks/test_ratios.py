"""How fast detection is, as ratios to peers in the same run; each has a floor or a ceiling.

A value is searched for 120 patterns and every hit told with its offsets (``inside``), or, against
engines that only say which patterns occur, the same is told (``rows``).
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from benchmarks import peers
from benchmarks.data import COLUMNS
from benchmarks.detectors import FEW, MANY, detectors
from benchmarks.harness import Job, Ratio, at_least, at_most, ratio, told

from guard.checks.native import unavailable
from guard.detect.rules import Rule
from guard.detect.scanner import Scanner

SLOW = {"presidio": 50, "set": 8_000}  # values that a peer is given
SLOW_TEXTS = {"presidio": 30, "set": 2_000}

pytestmark = pytest.mark.skipif(unavailable() is not None, reason=f"no compiled engine: {unavailable()}")


def scanner(count: int = MANY) -> Scanner:
    rules = [Rule(name=name, pattern=one, whole=False) for name, one in detectors(count).items()]
    return Scanner(rules, compiled=True)


@pytest.fixture(scope="module")
def many() -> Scanner:
    return scanner()


def column(table: pa.Table, name: str) -> pa.StringArray:
    return table[name].chunk(0)


def against(
    ours: Callable[[Any], object], over: peers.Over, values: pa.StringArray, count: int, near: float
) -> Ratio:
    """Ours over all values to the peer's over the first ``count``, per value."""
    few = values.slice(0, count).to_pylist()
    mine, theirs = (
        Job(run=lambda: ours(values), units=len(values)),
        Job(run=lambda: over(few), units=len(few)),
    )
    return ratio(mine, theirs, near=near)


def which(found: Scanner) -> Callable[[Any], object]:
    return lambda values: list(found.rows(values))


def test_presidio_columns(many: Scanner, people: pa.Table) -> None:
    over = peers.presidio(detectors())
    each = {
        name: against(many.inside, over, column(people, name), SLOW["presidio"], 2500) for name in COLUMNS
    }
    worst = min(each, key=lambda name: each[name].median)
    told("presidio, median column", middle(each))
    at_least(f"presidio, worst column ({worst})", 2500, each[worst])


def test_presidio_text(many: Scanner, texts: pa.StringArray) -> None:
    over = peers.presidio(detectors())
    at_least(
        "presidio, 200-character text", 500, against(many.inside, over, texts, SLOW_TEXTS["presidio"], 500)
    )


def test_set_columns(many: Scanner, people: pa.Table) -> None:
    over = peers.re2_set(detectors())
    each = {name: against(which(many), over, column(people, name), SLOW["set"], 2.5) for name in COLUMNS}
    worst = min(each, key=lambda name: each[name].median)
    try:
        at_least("re2 Set, median column", 4, middle(each))
    finally:
        at_least(f"re2 Set, worst column ({worst})", 2.5, each[worst])


def test_set_text(many: Scanner, texts: pa.StringArray) -> None:
    over = peers.re2_set(detectors())
    at_least("re2 Set, 200-character text", 2, against(which(many), over, texts, SLOW_TEXTS["set"], 2))


def test_many_detectors_cost_as_few(many: Scanner, people: pa.Table, texts: pa.StringArray) -> None:
    few = scanner(FEW)
    arrays = {name: column(people, name) for name in COLUMNS} | {"text": texts}
    each = {
        name: ratio(Job(run=lambda: many.inside(values)), Job(run=lambda: few.inside(values)))  # noqa: B023
        for name, values in arrays.items()
    }
    worst = min(each, key=lambda name: each[name].median)
    told(f"{FEW} detectors to {MANY}, worst ({worst})", each[worst])
    at_most(f"{MANY} detectors over {FEW}, median of columns and text", 1.3, middle(each))


def test_ripgrep(many: Scanner, text_file: Path) -> None:
    size = text_file.stat().st_size
    rg = Job(run=peers.ripgrep(detectors(), text_file), units=size)
    at_least(
        "ripgrep -o -n, text file", 2, ratio(Job(run=lambda: search(many, text_file), units=size), rg, near=2)
    )


def search(found: Scanner, path: Path) -> int:
    """Every hit of a text file with its line and offsets."""
    lines = pa.array(path.read_bytes().decode().split("\n"))
    return len(found.inside(lines))


def middle(each: dict[str, Ratio]) -> Ratio:
    """The column whose ratio is the (lower) median of all."""
    wanted = statistics.median_low(one.median for one in each.values())
    return next(one for one in each.values() if one.median == wanted)
