"""Word lists for values: which values are in a list, wholly or by their beginning or end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


class Dictionary:
    """One list. ``match`` is exact, prefix or suffix; values with a suffix of ``but`` are left out."""

    def __init__(self, match: str, words: list[str], but: list[str] | None = None) -> None:
        self.match = match
        self._but = Dictionary("suffix", but) if but else None
        self.words = frozenset(words)
        self._by_length = {
            length: pa.array(sorted(word for word in self.words if len(word) == length))
            for length in sorted({len(word) for word in self.words})
        }
        self._all = pa.array(sorted(self.words), pa.string())

    def contains(self, values: Any) -> NDArray[np.bool_]:
        """Which of the string array's values are in the list."""
        if self.match == "exact":
            return np.asarray(pc.is_in(values, self._all))
        found = np.zeros(len(values), dtype=np.bool_)
        for length, words in self._by_length.items():
            part = (0, length) if self.match == "prefix" else (-length, None)
            found |= np.asarray(pc.is_in(pc.utf8_slice_codeunits(values, *part), words))
        return found & ~self._but.contains(values) if self._but else found

    def has(self, value: str) -> bool:
        """Scalar twin of ``contains``."""
        if self._but and self._but.has(value):
            return False
        if self.match == "exact":
            return value in self.words
        if self.match == "prefix":
            return any(value[:length] in self.words for length in self._by_length)
        return any(value[-length:] in self.words for length in self._by_length)


def dictionaries(lexicon: Mapping[str, Any]) -> Mapping[str, Dictionary]:
    """The value lists of every lexicon file whose name begins with ``values``."""
    found: dict[str, Dictionary] = {}
    for stem, lists in lexicon.items():
        if stem == "values" or stem.startswith(("values-", "values_")):
            for name, item in (lists or {}).items():
                but = _words(item.get("except_suffix", ""))
                found[name] = Dictionary(str(item.get("match", "exact")), _words(item["words"]), but)
    return found


def _words(words: str | list[str]) -> list[str]:
    return words.split() if isinstance(words, str) else list(words)
