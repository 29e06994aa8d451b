"""The last lines on stderr: how many violations, what is excused, what was not read."""

from __future__ import annotations

from collections import Counter

from guard.emit.gate.options import BASELINE, OPEN, SEVERITIES, WAIVED, GateOptions, shown
from guard.emit.gate.wording import Words, spot
from guard.model.gate import Verdict

_MOST = 5  # places named on one line


def summary(verdict: Verdict, language: str, options: GateOptions | None = None) -> list[str]:
    """The lines, at least one: counts, then waivers and baseline entries to look at, then unread places."""
    words = Words(verdict=verdict, language=language, options=options or GateOptions())
    lines = [_counts(words)]
    tidy = {"lapsed": verdict.lapsed, "unused": verdict.unused, "stale": verdict.stale}
    said = [words.text(f"summary.{key}", count=len(found)) for key, found in tidy.items() if found]
    if said:
        lines.append(words.text("and_also").join(said))
    if verdict.unread:
        lines.append(_unread(words))
    return lines


def _counts(words: Words) -> str:
    verdict = words.verdict
    found = shown(verdict, words.options)
    states = Counter(one.state for one in found)
    severities = Counter(one.severity for one in found if one.state == OPEN)
    parts = [
        words.text(f"severity.{word}", count=severities[word])
        for word in reversed(SEVERITIES)
        if severities[word]
    ]
    said = words.text("summary.open", count=states[OPEN], parts=words.text("and").join(parts))
    waivers = [one.waiver for one in found if one.state == WAIVED and one.waiver]
    more = [said]
    if states[WAIVED]:
        days = words.days_left(waivers)
        ends = min((one.expires for one in waivers), default="")
        key = "summary.waived" if days is None else "summary.waived_days"
        more.append(words.text(key, count=states[WAIVED], days=days, expires=ends))
    if states[BASELINE]:
        more.append(words.text("summary.baseline", count=states[BASELINE]))
    more.append(words.text("summary.judged", judged_columns=verdict.judged))
    if verdict.sampled:
        more.append(words.text("summary.sampled", count=verdict.sampled))
    return words.text("and_also").join(more)


def _unread(words: Words) -> str:
    unread = words.verdict.unread
    places = words.text("and").join(spot(one.place, words.options) for one in unread[:_MOST])
    left = len(unread) - _MOST
    return words.text("summary.unread", count=len(unread), places=places, more=left if left > 0 else "")
