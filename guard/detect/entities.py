"""From tagged words to names: persons, places, addresses, organisations. General rules, no list of names.

The tagger cuts an address into pieces and an organisation at its place; both are put together here.
What stands inside an address is no person.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guard.detect.lac import Word

PERSON, PLACE, ADDRESS, ORGANISATION = "person", "place", "address", "organisation"
_KINDS = {"PER": PERSON, "LOC": PLACE, "ORG": ORGANISATION}
_NAMED = frozenset(("LOC", "ORG", "nz"))
_JOINED = frozenset(("ORG", "nz", "nw", "n", "vn", "s", "f", "an"))
_MOST_WORDS = 6
_LONGEST_NAME = 4
_DOT = "·•・‧∙"
_HAN = "㐀-䶿一-鿿〇"
# From the character before the first dot to the last dot; a character follows.
_DOTS = re.compile(f"[{_HAN}](?:[{_DOT}][{_HAN}]{{1,12}}){{0,3}}([{_DOT}])(?=[{_HAN}])")
_SOME_HAN = re.compile(f"[{_HAN}]")
_NUMBER = r"[0-9０-９A-Za-z一二三四五六七八九十百千零〇甲乙丙丁#＃\-－之附东西南北临]{1,10}"
_MARKS = " \t\r\n\u3000，。；：、！？,.;:!?“”‘’\"'《》〈〉（）()【】[]/|"
_SURE, _GUESSED = 0.85, 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Characters ``start`` to ``end`` are a ``kind``: person, place, address or organisation."""

    kind: str
    start: int
    end: int
    sureness: float


class EntityRules:
    """The rules, with the words of ``lexicon/text.yaml`` and the surnames of ``lexicon/values.yaml``."""

    def __init__(self, lexicon: Mapping[str, Any]) -> None:
        names, address = lexicon["text"]["names"], lexicon["text"]["address"]
        surnames = "|".join(lexicon.get("values", {}).get("surnames", {}).get("words", "").split())
        labels = "|".join(sorted(names["labels"].split(), key=len, reverse=True))
        self._labelled = re.compile(
            f"(?:{labels})\\s?[：: ]\\s?((?:{surnames})[{_HAN}]{{1,3}})(?![{_HAN}])" if surnames else r"(?!)"
        )
        self._ends = tuple(names["organisation_ends"].split())
        self._bodies = frozenset(names["bodies"].split())
        self._places = frozenset(names["places"].split())
        self._titles = tuple(sorted(names["titles_after"].split(), key=len, reverse=True))
        street = "|".join(sorted(address["street"].split(), key=len, reverse=True))
        detail = "|".join(sorted(address["detail"].split(), key=len, reverse=True))
        self._detail = re.compile(f"\\s?(?:{_NUMBER}\\s?(?:{detail})(?:之{_NUMBER})?)")
        self._street = re.compile(f"(?:{street})")
        self._exact = re.compile(f"(?:{street}).*?(?:{_NUMBER}(?:{detail}))|{_NUMBER}(?:号楼|单元|室|栋|幢)")

    def entities(self, text: str, words: Sequence[Word]) -> list[Entity]:
        """What ``words``, the tagged words of ``text``, name; in order, without overlaps."""
        found = [one for word in words if word.tag in _KINDS and (one := _named(text, word))]
        found = _laid(found, self._organisations(text, words))
        found = _laid(found, self._foreign(text, words))
        found = _laid(self._after_labels(text), found)
        found = self._added_places(text, words, found)
        found = self._addresses(text, found)
        return [one for one in found if self._stands(text, one)]

    def _organisations(self, text: str, words: Sequence[Word]) -> Iterator[Entity]:
        """Words that together end like an organisation and begin with a name, and bodies by their names."""
        last = 0
        for first, word in enumerate(words):
            if word.start < last:
                continue
            end = self._organisation(text, words, first)
            if end:
                last = end
                sure = min(one.sureness for one in words[first:] if one.end <= end)
                yield Entity(kind=ORGANISATION, start=word.start, end=end, sureness=max(sure, _GUESSED))

    def _organisation(self, text: str, words: Sequence[Word], first: int) -> int:
        """Where the organisation that starts with word ``first`` ends; 0 where none does."""
        start, best = words[first].start, 0
        named = words[first].tag in _NAMED
        for place in range(first, min(first + _MOST_WORDS, len(words))):
            word = words[place]
            if text[start : word.end] in self._bodies:
                best = word.end
            if word.tag not in _JOINED and not (place == first and named):
                break
            if named and place > first and text[word.start : word.end].endswith(self._ends):
                best = word.end
        return best

    def _after_labels(self, text: str) -> list[Entity]:
        """Persons behind a label: 申请人：…, as forms have them."""
        return [
            Entity(kind=PERSON, start=match.start(1), end=match.end(1), sureness=_GUESSED)
            for match in self._labelled.finditer(text)
            if match.end(1) - match.start(1) <= _LONGEST_NAME
        ]

    @staticmethod
    def _foreign(text: str, words: Sequence[Word]) -> Iterator[Entity]:
        """Names with a dot between their parts, in one of which the tagger saw a person: 阿依古丽·买买提."""
        ends = [word.end for word in words]
        for match in _DOTS.finditer(text):
            first = bisect_right(ends, match.start())
            last = bisect_right(ends, match.end(1))
            if any(word.tag == "PER" for word in words[first : last + 1]):
                start, end = words[first].start, words[last].end
                yield Entity(kind=PERSON, start=start, end=end, sureness=_SURE)

    def _added_places(self, text: str, words: Sequence[Word], found: list[Entity]) -> list[Entity]:
        added = [
            Entity(kind=PLACE, start=word.start, end=word.end, sureness=_GUESSED)
            for word in words
            if word.tag not in _KINDS and text[word.start : word.end] in self._places
        ]
        return _laid(added, found)

    def _addresses(self, text: str, found: list[Entity]) -> list[Entity]:
        """Neighbouring places as one; with street and number it is an address."""
        merged: list[Entity] = []
        for one in found:
            before = merged[-1] if merged else None
            if before and one.start < before.end:
                continue
            end = self._continued(text, before, one) if before else 0
            if before and end:
                merged[-1] = self._detailed(text, replace(before, end=end))
            else:
                merged.append(self._detailed(text, one) if one.kind == PLACE else one)
        return merged

    def _continued(self, text: str, before: Entity, one: Entity) -> int:
        """Where the place ``before`` ends if ``one`` goes on with it: a person's name may name a street."""
        if before.kind not in (PLACE, ADDRESS) or one.start != before.end:
            return 0
        if one.kind == PLACE:
            return one.end
        if one.kind != PERSON:
            return 0
        named = self._street.match(text, one.end) or self._detail.match(text, one.end)
        return named.end() if named else 0

    def _detailed(self, text: str, place: Entity) -> Entity:
        """``place`` with the numbers that follow it."""
        end = place.end
        while match := self._detail.match(text, end):
            end = match.end()
        kind = ADDRESS if self._exact.search(text[place.start : end]) else PLACE
        return replace(place, end=end if kind == ADDRESS else place.end, kind=kind)

    def _stands(self, text: str, one: Entity) -> bool:
        """A surname alone is a person only before a title; nothing is a name without a 汉字."""
        if not _SOME_HAN.search(text, one.start, one.end):
            return False
        return one.kind != PERSON or one.end - one.start > 1 or text.startswith(self._titles, one.end)


def _named(text: str, word: Word) -> Entity | None:
    """The word as an entity without the marks at its ends; None where nothing is left."""
    held = text[word.start : word.end]
    start = word.start + len(held) - len(held.lstrip(_MARKS))
    end = start + len(held.strip(_MARKS))
    if end <= start:
        return None
    return Entity(kind=_KINDS[word.tag], start=start, end=end, sureness=word.sureness)


def _laid(below: Sequence[Entity], above: Iterator[Entity] | Sequence[Entity]) -> list[Entity]:
    """``above`` and those of ``below`` that it leaves uncovered, in order."""
    top = list(above)
    kept = [one for one in below if not any(one.start < o.end and o.start < one.end for o in top)]
    return sorted([*kept, *top], key=lambda one: one.start)
