"""What a column's SQL type says about what it can hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_TYPE = re.compile(
    r"\s*([a-z][a-z0-9_ ]*?)\s*(?:\(\s*(\d+|max)[^)]*\))?"  # base and length
    r"(?:\s+(?:unsigned|zerofill|with|without|byte|char).*)?$",
    re.I,
)


class Declared:
    """The families of SQL types and the data types that each can store."""

    def __init__(self, rules: Mapping[str, Any], stored: Sequence[Mapping[str, Any]] = ()) -> None:
        self._families = {name: family for family, names in rules["families"].items() for name in names}
        self._allowed = {family: frozenset(types) for family, types in rules["allowed"].items()}
        self._shortest: Mapping[str, int] = rules["shortest"]
        self._stored: dict[str, dict[str, str]] = {}
        for item in stored:
            for letters, word in item["words"].items():
                self._stored.setdefault(letters, {}).update(dict.fromkeys(item["types"], word))

    def word(self, declared: str, name: str) -> str:
        """The Chinese word that initials stand for in a column of this SQL type, or empty."""
        words = self._stored.get(name.lower())
        match = _TYPE.match(declared.strip().lower()) if words else None
        return words.get(match.group(1), "") if words and match else ""

    def family(self, declared: str) -> tuple[str, int]:
        """Family and length of an SQL type; empty and 0 where unknown."""
        match = _TYPE.match(declared.strip().lower())
        if not match:
            return "", 0
        base, length = match.group(1), match.group(2)
        family = self._families.get(base) or self._families.get(base.split(" ")[0], "")
        return family, int(length) if length and length.isdigit() else 0

    def against(self, declared: str, kind: str) -> str:
        """Why the SQL type cannot hold ``kind``: ``declared``, ``short``, or empty where it can."""
        family, size = self.family(declared)
        if family in self._allowed and kind not in self._allowed[family]:
            return "declared"
        if family == "text" and 0 < size < self._shortest.get(kind, 0):
            return "short"
        return ""
