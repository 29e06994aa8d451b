"""The dialect of a script that nobody named, from what it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path

from guard.gate.script.dialect import Dialect, dialect
from guard.gate.script.statement import Text
from guard.yamldoc import read

_HEAD, _PLACE, _PLACES = 24_000, 6_000, 4  # characters looked at: the beginning, and some places further on


def sniff(text: Text) -> Dialect:
    """The dialect that ``text`` is most likely written in, ``ansi`` where little speaks for any. Looks at its
    beginning and a few places of a long one, so that its cost does not grow with it."""
    rules = read(Path(__file__).with_name("sniff.yaml")).data
    sums = dict.fromkeys(rules["dialects"], 0.0)
    for part in _parts(text.text):
        for name, expressions in _expressions().items():
            for expression, weight in expressions.items():
                sums[name] += weight * sum(1 for _ in islice(expression.finditer(part), rules["most"]))
    best = max(sums, key=sums.__getitem__)
    return dialect(best if sums[best] >= rules["least"] else "ansi")


def _parts(text: str) -> Iterator[str]:
    yield text[:_HEAD]
    for number in range(1, _PLACES + 1):
        start = max(_HEAD, len(text) * number // (_PLACES + 1))
        if start < len(text):
            yield text[start : start + _PLACE]


@cache
def _expressions() -> Mapping[str, Mapping[re.Pattern[str], float]]:
    data = read(Path(__file__).with_name("sniff.yaml")).data["dialects"]
    return {
        name: {re.compile(pattern, re.IGNORECASE | re.MULTILINE): weight for pattern, weight in rules.items()}
        for name, rules in data.items()
    }
