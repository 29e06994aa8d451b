"""Names and addresses in Latin script: told of a whole column, by the share of values that hold such words.

A single ``Lincoln`` may be a person, a town or a brand. Of many different values the share that
holds a known given name, surname or street word tells which; the lists need not be complete.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guard.model import Evidence

# Arrow compiles an expression at every call: these stay small, without Unicode classes.
_LATIN = (
    r"^[ -~\x{A0}-\x{17E}\x{2018}-\x{201E}\s]*[A-Za-z\x{C0}-\x{17E}][ -~\x{A0}-\x{17E}\x{2018}-\x{201E}\s]*$"
)
_NAME = r"^[A-Z\x{C0}-\x{DE}\x{100}-\x{17E}](?:[A-Za-z\x{C0}-\x{17E}'’.-]| [A-Za-z\x{C0}-\x{17E}])+$"
_ONE = r"^[^ ]+$"
_HOUSE = r"[0-9]"

Bools = NDArray[np.bool_]


class WordLists:
    """The lists of ``lexicon/words_latin.yaml``, compiled once for all columns; ``weights`` is
    ``wordstats`` of ``lexicon/fusion.yaml``. Without either nothing is told."""

    def __init__(self, lexicon: Mapping[str, Any]) -> None:
        self._lists = {name: str(words).split() for name, words in (lexicon.get("words_latin") or {}).items()}
        self.weights: Mapping[str, Any] = lexicon["fusion"].get("wordstats") or {}
        self.usable = bool(self._lists and self.weights)

    @cached_property
    def words(self) -> Mapping[str, Any]:
        """Each list as lower-case Arrow strings."""
        return {
            name: pa.array(sorted({word.lower() for word in words}), pa.string())
            for name, words in self._lists.items()
        }

    @cached_property
    def ends(self) -> Mapping[str, str]:
        """Each list as an expression for the end of a lower-case word, after two letters or more."""
        return {
            name: r"[a-z\x{DF}-\x{17E}]{2}(?:" + "|".join(sorted(map(_quoted, words))) + ")$"
            for name, words in self._lists.items()
        }


def _quoted(word: str) -> str:
    return word.lower().replace(".", r"\.")


@dataclass(slots=True, kw_only=True)
class Shares:
    """Distinct values of one column, and how many of them have a shape or hold a word."""

    values: int = 0
    latin: int = 0
    names: int = 0
    single: int = 0
    given: int = 0
    family: int = 0
    places: int = 0
    addresses: int = 0


class WordTally:
    """Counts the first distinct values of one column; the rest would not change a share."""

    def __init__(self, lists: WordLists) -> None:
        self.shares = Shares()
        self._limit = int(lists.weights["values"])
        self._lists = lists
        self._seen: Any = pa.array([], pa.string())

    def add(self, array: Any) -> None:
        """Count the values of one Arrow array; arrays that hold no text are left alone."""
        room = self._limit - self.shares.values
        if room <= 0 or not _is_text(array.type):
            return
        try:
            self._read(array, room)
        except pa.ArrowInvalid:
            self._limit = 0  # not UTF-8, whatever the column says: no names to tell

    def _read(self, array: Any, room: int) -> None:
        values = pc.utf8_trim_whitespace(pc.unique(array.slice(0, 4 * room).cast(pa.string())).drop_null())
        fresh = pc.and_not(pc.not_equal(values, ""), pc.is_in(values, self._seen))
        values = values.filter(fresh).slice(0, room)
        if len(values):
            self._seen = pa.concat_arrays([self._seen, values])
            self._count(values)

    def _count(self, values: Any) -> None:
        shares = self.shares
        shares.values += len(values)
        text = values.filter(pc.match_substring_regex(values, _LATIN))
        shares.latin += len(text)
        if not len(text):
            return
        named = np.asarray(pc.match_substring_regex(text, _NAME))
        shares.names += int(named.sum())
        shares.single += int((np.asarray(pc.match_substring_regex(text, _ONE)) & named).sum())
        shares.places += int(
            (np.asarray(pc.is_in(pc.utf8_lower(text), self._lists.words["places"])) & named).sum()
        )
        self._people(text, named)
        numbered = text.filter(pc.match_substring_regex(text, _HOUSE))
        if len(numbered):
            shares.addresses += int(self._streets(numbered).sum())

    def _people(self, text: Any, named: Bools) -> None:
        row, words = _words_of(text)
        given = _rows(np.asarray(pc.is_in(words, self._lists.words["given_names"])), row, len(text))
        listed = np.asarray(pc.is_in(words, self._lists.words["family_names"]))
        ending = np.asarray(pc.match_substring_regex(words, self._lists.ends["family_endings"]))
        last = np.append(row[1:] != row[:-1], True) if len(row) else np.zeros(0, dtype=np.bool_)
        family = _rows((listed | ending) & last, row, len(text))
        self.shares.given += int((given & named).sum())
        self.shares.family += int((family & named).sum())

    def _streets(self, text: Any) -> Bools:
        row, words = _words_of(text)
        hit = np.asarray(pc.is_in(words, self._lists.words["street_words"]))
        hit |= np.asarray(pc.match_substring_regex(words, self._lists.ends["street_endings"]))
        return _rows(hit, row, len(text))


def evidence(columns: Sequence[Shares], weights: Mapping[str, Any]) -> list[list[Evidence]]:
    """The evidence for each column of a table; surnames weigh more beside a column of given names."""
    given = [_person(one, weights, beside=False) for one in columns]
    beside = any(item is not None and item.detail == "given" for item in given)
    people = [_person(one, weights, beside=beside) for one in columns] if beside else given
    return [
        [item for item in (person, _address(one, weights)) if item is not None]
        for person, one in zip(people, columns, strict=True)
    ]


def _person(shares: Shares, weights: Mapping[str, Any], *, beside: bool) -> Evidence | None:
    if shares.values < weights["least"] or shares.names < weights["fits"] * shares.values:
        return None
    total = shares.values
    several = shares.single < total / 2
    kinds = (
        {"whole": max(shares.given, shares.family)}
        if several
        else {"given": shares.given, "family": shares.family}
    )
    scored = {kind: _odds(hits, total, weights[kind]) for kind, hits in kinds.items()}
    if total < weights["many"] and not beside:
        scored.pop("family", None)
    kind = max(scored, key=scored.__getitem__)
    weight = scored[kind] - max(0.0, _odds(shares.places, total, weights["places"]))
    if beside and kind == "family":
        weight += weights["beside"]
    if weight <= 0:
        return None
    return Evidence(
        kind="dictionary",
        type="person_name",
        detail=kind,
        weight=round(weight, 3),
        hits=kinds[kind],
        total=total,
    )


def _address(shares: Shares, weights: Mapping[str, Any]) -> Evidence | None:
    if shares.values < weights["least"] or shares.latin < weights["fits"] * shares.values:
        return None
    weight = _odds(shares.addresses, shares.values, weights["street"])
    if weight <= 0:
        return None
    return Evidence(
        kind="dictionary", type="home_address", detail="street", weight=round(weight, 3),
        hits=shares.addresses, total=shares.values,
    )  # fmt: skip


def _odds(hits: int, total: int, rule: Mapping[str, float]) -> float:
    """Log-odds that the column is of the kind, from the share that has the word, bounded by ``cap``."""
    right, chance, cap = rule["right"], rule["chance"], rule["cap"]
    odds = hits * math.log(right / chance) + (total - hits) * math.log((1 - right) / (1 - chance))
    return max(-cap, min(cap, odds))


def _is_text(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _words_of(text: Any) -> tuple[NDArray[Any], Any]:
    """The row and the lower-case word of every word."""
    parts = pc.split_pattern_regex(pc.utf8_lower(text), r"[\s,;/]+")
    return np.asarray(pc.list_parent_indices(parts)), pc.list_flatten(parts)


def _rows(hits: Bools, row: NDArray[Any], count: int) -> Bools:
    found = np.zeros(count, dtype=np.bool_)
    found[row[hits]] = True
    return found
