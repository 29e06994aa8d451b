"""Whose business a table is: weighted words in its comment, name, system, department and columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from guard.model import Asset, DataType
from guard.policy.pack import Domain
from guard.policy.words import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainScore:
    """The best domain, its score, and the word that spoke loudest for it."""

    domain: str
    score: float
    word: str
    where: str


NO_DOMAIN = DomainScore(domain="", score=0.0, word="", where="")
_ENOUGH = 1.0


class DomainJudge:
    """Finds the domain of a table, and of a column that has no table."""

    def __init__(self, domains: tuple[Domain, ...], weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._scores: dict[str, tuple[str, float]] = {}
        lists: dict[str, tuple[str, ...]] = {}
        for domain in domains:
            for weight, words in domain.words.items():
                lists[f"{domain.id}|{weight}"] = words
                self._scores[f"{domain.id}|{weight}"] = (domain.id, weight)
        self._vocabulary = Vocabulary(lists)
        self._types = {name: domain.id for domain in domains for name in domain.types}
        self._categories = sorted(
            ((prefix, domain.id) for domain in domains for prefix in domain.categories),
            key=lambda pair: -len(pair[0]),
        )
        self._tables: dict[tuple[str, ...], DomainScore] = {}

    def table(self, asset: Asset) -> DomainScore:
        """The domain of a table; ``NO_DOMAIN`` where its words say nothing."""
        texts = [
            ("comment", asset.comment),
            ("table", asset.name),
            ("system", asset.system),
            ("department", asset.department),
            *(("path", part) for part in asset.path[:-1]),
        ]
        scores = self._score(texts)
        columns: dict[str, float] = {}
        loudest: dict[str, tuple[float, str, str]] = {}
        for column in asset.columns:
            for name, (score, word) in self._words((column.comment, column.name)).items():
                columns[name] = columns.get(name, 0.0) + score * self._weights.get("column", 0.0)
                loudest.setdefault(name, (score, word, "column"))
        most = self._weights.get("columns_at_most", 2.0)
        for name, score in columns.items():
            total, top = scores.get(name, (0.0, loudest[name]))
            scores[name] = (total + min(score, most), top)
        return _best(scores)

    def column(self, name: str, comment: str) -> DomainScore:
        """The domain that a column's own words speak for."""
        return _best(self._score((("comment", comment), ("table", name))))

    def of_type(self, datatype: DataType) -> str:
        """The domain a type belongs to by itself, or empty."""
        if datatype.id in self._types:
            return self._types[datatype.id]
        return next((name for prefix, name in self._categories if datatype.category.startswith(prefix)), "")

    def _words(self, texts: Iterable[str]) -> dict[str, tuple[float, str]]:
        found: dict[str, tuple[float, str]] = {}
        for text in texts:
            if not text:
                continue
            for key, word in self._vocabulary.hits(text).items():
                name, weight = self._scores[key]
                if weight > found.get(name, (0.0, ""))[0]:
                    found[name] = (weight, word)
        return found

    def _score(self, texts: Iterable[tuple[str, str]]) -> dict[str, tuple[float, tuple[float, str, str]]]:
        scores: dict[str, tuple[float, tuple[float, str, str]]] = {}
        for where, text in texts:
            if not text:
                continue
            for key, word in self._vocabulary.hits(text).items():
                name, weight = self._scores[key]
                score = weight * self._weights.get(where, 1.0)
                total, top = scores.get(name, (0.0, (0.0, "", "")))
                scores[name] = (total + score, max(top, (score, word, where)))
        return scores


def _best(scores: Mapping[str, tuple[float, tuple[float, str, str]]]) -> DomainScore:
    if not scores:
        return NO_DOMAIN
    name = max(scores, key=lambda key: (scores[key][0], key))
    total, (_, word, where) = scores[name]
    return DomainScore(domain=name, score=total, word=word, where=where) if total >= _ENOUGH else NO_DOMAIN
