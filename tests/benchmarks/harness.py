"""Ratios of two jobs in one run: interleaved rounds, CPU time of this process and its children, medians."""

from __future__ import annotations

import gc
import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 5
_ENOUGH = 0.04  # seconds of CPU in one timing
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """``run`` does ``units`` of work (values, bytes, files): the two jobs of a ratio count alike."""

    run: Callable[[], object]
    units: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How many times ours is as fast as the peer: median, least and most of the rounds; units a CPU second."""

    median: float
    low: float
    high: float
    ours: float
    peer: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table of ratios."""

    name: str
    bound: str
    measured: str
    spread: str
    held: bool | None


TABLE: list[Row] = []
# In an ordinary test run other work shares the caches; .ci/bench holds every bound to the letter.
SLACK = 1.0 if os.environ.get("GUARD_BENCH") == "1" else 0.6
_CLOSE = 0.15


def cpu() -> float:
    """CPU seconds of this process, all threads, and of its ended children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def ratio(ours: Job, peer: Job, rounds: int = ROUNDS, near: float | None = None) -> Ratio:
    """Time both once unseen, then ``rounds`` times in turn; which is first alternates.

    In .ci/bench a median close to the bound ``near`` is settled by three times as many rounds.
    """
    jobs = (ours, peer)
    times = [_repeats(job) for job in jobs]
    found = _rounds(jobs, times, rounds)
    if near is not None and SLACK == 1.0 and abs(found.median / near - 1) < _CLOSE:
        found = _rounds(jobs, times, 3 * rounds)
    return found


def _rounds(jobs: tuple[Job, Job], times: list[int], rounds: int) -> Ratio:
    pairs = []
    for turn in range(rounds):
        rates = [0.0, 0.0]
        for place in (0, 1) if turn % 2 == 0 else (1, 0):
            rates[place] = _rate(jobs[place], times[place])
        pairs.append(rates)
    each = [mine / theirs for mine, theirs in pairs]
    mine, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return Ratio(median=statistics.median(each), low=min(each), high=max(each), ours=mine, peer=theirs)


def _repeats(job: Job) -> int:
    job.run()
    started = cpu()
    job.run()
    return max(1, min(_MOST, round(_ENOUGH / max(cpu() - started, 1e-6))))


def _rate(job: Job, times: int) -> float:
    gc.collect()
    gc.disable()
    try:
        started = cpu()
        for _ in range(times):
            job.run()
        return job.units * times / max(cpu() - started, 1e-9)
    finally:
        gc.enable()


def at_least(name: str, floor: float, found: Ratio) -> None:
    """Put ours over the peer into the table; fail where the median is under ``floor``."""
    held = found.median >= floor
    _put(name, f">= {floor:,g}x", f"{found.median:,.1f}x", f"{found.low:,.1f} - {found.high:,.1f}", held)
    assert found.median >= floor * SLACK, f"{name}: {found.median:,.2f}x, the floor is {floor:,g}x"


def at_most(name: str, ceiling: float, found: Ratio) -> None:
    """Put the cost of ours over the peer's into the table; fail where the median is over ``ceiling``."""
    cost, low, high = 1 / found.median, 1 / found.high, 1 / found.low
    held = cost <= ceiling
    _put(name, f"<= {ceiling:,.3g}x", f"{cost:,.3f}x", f"{low:,.3f} - {high:,.3f}", held)
    assert cost <= ceiling / SLACK, f"{name}: {cost:,.3f}x, the ceiling is {ceiling:,.3g}x"


def told(name: str, found: Ratio) -> None:
    """Put ours over the peer into the table, with no bound."""
    _put(name, "", f"{found.median:,.1f}x", f"{found.low:,.1f} - {found.high:,.1f}", None)


def _put(name: str, bound: str, measured: str, spread: str, held: bool | None) -> None:
    TABLE.append(Row(name=name, bound=bound, measured=measured, spread=spread, held=held))


def lines() -> list[str]:
    """The table."""
    marks = {True: "", False: "  MISSED", None: ""}
    width = max((len(row.name) for row in TABLE), default=0)
    head = f"{'ratio':<{width}} {'bound':>10} {'measured':>12} {'rounds':>22}"
    return [head] + [
        f"{row.name:<{width}} {row.bound:>10} {row.measured:>12} {row.spread:>22}{marks[row.held]}"
        for row in TABLE
    ]
