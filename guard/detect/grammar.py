"""How the words of a name make a type: the last word that matters is the head, the words before say whose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guard.detect.vocabulary import Word

NONE = "none"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row of words says.

    ``types`` are type ids, likeliest first, or ``("none",)``; empty where it says nothing.
    ``how`` is ``type`` (named outright), ``role`` (a person's role alone) or ``table`` (the table decides).
    """

    types: tuple[str, ...] = ()
    how: str = ""
    word: str = ""


_NOTHING = Reading()


@dataclass(frozen=True, slots=True)
class Context:
    """What a table says about its columns: whose it is (person, org, thing or empty), its topics,
    and the types that its other columns are named as."""

    subject: str = ""
    topics: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Rule:
    heads: frozenset[str]
    owners: frozenset[str]
    next: bool
    type: str
    how: str

    @classmethod
    def of(cls, rule: Mapping[str, Any], spread: Callable[[Sequence[str]], frozenset[str]]) -> _Rule:
        owners = spread(rule["after"] if "after" in rule else rule["of"])
        return cls(
            frozenset(rule["head"]), owners, "after" in rule, str(rule["type"]), rule.get("how", "type")
        )


class Grammar:
    """The rules of ``lexicon/names.yaml`` over the words of a name."""

    def __init__(self, types: frozenset[str], rules: Mapping[str, Any]) -> None:
        self._types = types
        self._kinds = {kind: frozenset(of) for kind, of in rules["kinds"].items()}
        self._give_way = frozenset(rules["give_way"])
        self._coded, self._coded_by = frozenset(rules["coded"]), frozenset(rules["coded_by"])
        self._numbered, self._numbered_by = frozenset(rules["numbered"]), frozenset(rules["numbered_by"])
        self._compose = [_Rule.of(rule, self._spread) for rule in rules["compose"]]
        self._topical = [(frozenset(r["head"]), str(r["topic"]), str(r["type"])) for r in rules["topical"]]
        self._self = [
            (frozenset(r["head"]), str(r.get("subject", "")), frozenset(r.get("beside", ())), str(r["type"]))
            for r in rules["self"]
        ]
        self._topics = {
            word: topic for topic, words in rules["topics"].items() for word in str(words).split()
        }
        self._endings = [(end, kind) for kind, ends in rules["endings"].items() for end in ends]
        self._alone: Mapping[str, str] = rules["alone"]
        self._noise = frozenset(str(rules["table_noise"]).split())

    def _spread(self, names: Sequence[str]) -> frozenset[str]:
        return frozenset(names).union(*(self._kinds.get(name, frozenset()) for name in names))

    def read(self, words: Sequence[Word], table: Context) -> Reading:
        """What the words say in a table."""
        row = self._without_tail(self._named(words))
        if not row:
            return _NOTHING
        head, before = row[-1], row[:-1]
        if self._asks(row):
            return Reading((NONE,), "type", row[0].text)
        if not head.senses:
            return _NOTHING
        composed = self._composed(head, before, table) or self._topic(head, table)
        if composed:
            return composed
        types = tuple(sense for sense in head.senses if sense in self._types)
        if types and head.senses[0] in self._types and not self._is_thing(head, table):
            return _NOTHING if self._stray(head, before) else Reading(types, "type", head.text)
        return self._class(head, before, table)

    def _without_tail(self, words: Sequence[Word]) -> tuple[Word, ...]:
        row = tuple(words)
        while len(row) > 1 and (row[-1].text.isdigit() or set(row[-1].senses) & self._give_way):
            row = row[:-1]
        return row

    def _asks(self, row: Sequence[Word]) -> bool:
        return len(row) > 1 and (row[0].senses[:1] == ("flag",) or row[-1].senses[:1] == ("flag",))

    def _named(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """The words, with a guess from its ending for a Chinese word that none knows (投资方, 缮证员)."""
        return tuple(word if word.senses or word.text.isascii() else self._guess(word) for word in words)

    def _guess(self, word: Word) -> Word:
        # Only the ending is kept: the rest is not a word of ours and may be anything, even a value.
        for end, kind in self._endings:
            if word.text.endswith(end) and word.text != end:
                return Word(end, (kind,))
        return word

    def _topic(self, head: Word, table: Context) -> Reading | None:
        for heads, topic, kind in self._topical:
            if head.senses[0] in heads and topic in table.topics:
                return Reading((kind,), "type", head.text)
        return None

    def _is_thing(self, word: Word, table: Context) -> bool:
        # job is an occupation among persons and a thing in a scheduler.
        return table.subject == "thing" and "thing" in word.senses

    def _stray(self, head: Word, before: Sequence[Word]) -> bool:
        # One Chinese character after something unknown is part of an unknown word: 小区, 特区.
        return len(head.text) == 1 and not head.text.isascii() and bool(before) and not before[-1].senses

    def _composed(self, head: Word, before: Sequence[Word], table: Context) -> Reading | None:
        of = self._owner(before)
        if of is not None:
            first, senses = of.senses[0], set(head.senses)
            coded = senses & self._coded_by and first in self._coded
            if (coded or (senses & self._numbered_by and first in self._numbered)) and not self._is_thing(
                of, table
            ):
                return Reading(tuple(s for s in of.senses if s in self._types), "type", of.text + head.text)
        for rule in self._compose:
            owner = before[-1] if rule.next and before else of
            if owner and head.senses[0] in rule.heads and not rule.owners.isdisjoint(owner.senses):
                return Reading((rule.type,), rule.how, owner.text + head.text)
        return None

    def _owner(self, before: Sequence[Word]) -> Word | None:
        """The nearest word before the head that is more than a modifier."""
        for word in reversed(before):
            if not word.senses:
                return None
            if word.senses[0] == "modifier" or set(word.senses) & self._give_way:
                continue
            return word
        return None

    def _class(self, head: Word, before: Sequence[Word], table: Context) -> Reading:
        alone = next((self._alone[sense] for sense in head.senses if sense in self._alone), None)
        if alone:
            return Reading((alone,), "role", head.text)
        if not before:
            for heads, whose, beside, kind in self._self:
                if head.senses[0] in heads and (whose == table.subject if whose else beside & table.beside):
                    return Reading((kind,), "table", head.text)
        if head.senses[0] == "modifier" or head.senses[0] in self._kinds["person"] | self._give_way:
            return _NOTHING
        return Reading((NONE,), "type", head.text)

    def topics(self, comment: str, parts: Sequence[str]) -> frozenset[str]:
        """The topics that a table's comment or the tokens of its name show."""
        name = f"_{'_'.join(parts)}_"
        return frozenset(
            topic
            for word, topic in self._topics.items()
            if (f"_{word}_" in name if word.isascii() else word in comment or word in name)
        )

    def subject(self, words: Sequence[Word]) -> str:
        """Whose table it is: ``person``, ``org``, ``thing``, or empty where its name does not say."""
        for word in reversed(words):
            if word.text in self._noise or not word.senses or word.senses[0] in ("modifier", "transparent"):
                continue
            for whose in ("person", "org", "thing"):
                if not self._kinds[whose].isdisjoint(word.senses):
                    return whose
        return ""
