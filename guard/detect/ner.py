"""Chinese names in text: persons, places, addresses and organisations, in batches and within bounds.

The tagger is loaded on first use, so that what holds no Chinese text never loads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from guard.detect import lac
from guard.detect.entities import Entity, EntityRules
from guard.model import UsageError

LONGEST = 300
_HAN = re.compile("[㐀-䶿一-鿿]{2}")
_SENTENCE = re.compile("[。！？!?；;\\n\\r]+[”’」』）)]*")
_PAUSE = re.compile("[，,、：:\\s]")
_GROUP = 2048  # texts tagged at once


class Names:
    """Finds names with the rules of ``lexicon``: the data of ``text.yaml`` and ``values.yaml`` by file stem.

    ``trouble`` is the id of the problem that keeps the tagger from working here (``names-missing``,
    ``names-differ``), empty where there is none or it was not needed yet; then no name is found.
    """

    def __init__(self, lexicon: Mapping[str, Any], load: Callable[[], lac.Tagger] = lac.tagger) -> None:
        self._rules = EntityRules(lexicon)
        self._load = load
        self.trouble = ""

    def entities(self, texts: Sequence[str]) -> list[list[Entity]]:
        """What each text names, in order, without overlaps."""
        cuts = [
            (row, start, text[start:end]) for row, text in enumerate(texts) for start, end in pieces(text)
        ]
        found: list[list[Entity]] = [[] for _ in texts]
        tagger = self._tagger if cuts else None
        if tagger is None:
            return found
        for first in range(0, len(cuts), _GROUP):
            group = cuts[first : first + _GROUP]
            tagged = tagger.tag([piece for _, _, piece in group])
            for (row, start, piece), words in zip(group, tagged, strict=True):
                found[row] += [
                    replace(one, start=one.start + start, end=one.end + start)
                    for one in self._rules.entities(piece, words)
                ]
        return found

    @cached_property
    def _tagger(self) -> lac.Tagger | None:
        try:
            return self._load()
        except (UsageError, ImportError) as error:
            self.trouble = error.id if isinstance(error, UsageError) else "names-missing"
            return None


def pieces(text: str) -> Iterator[tuple[int, int]]:
    """The parts of ``text`` that may hold a Chinese name, cut at sentence ends, at most ``LONGEST`` long."""
    start = 0
    ends = [*(match.end() for match in _SENTENCE.finditer(text)), len(text)]
    for end in ends:
        while end - start > LONGEST:
            cut = _cut(text, start)
            if _HAN.search(text, start, cut):
                yield start, cut
            start = cut
        if end > start and _HAN.search(text, start, end):
            yield start, end
        start = max(start, end)


def _cut(text: str, start: int) -> int:
    """The last pause in the second half of a piece that is too long; its limit where there is none."""
    half, limit = start + LONGEST // 2, start + LONGEST
    return max((match.end() for match in _PAUSE.finditer(text, half, limit)), default=limit)
