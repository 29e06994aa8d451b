"""Packs and types compiled together: what grading runs on, with one digest over all of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache

from guard.model import DataType, UsageError
from guard.policy.condition import Predicate, catches_all, compile_when, list_ids, words_in, words_of
from guard.policy.domain import DomainJudge
from guard.policy.kinds import KindIndex
from guard.policy.pack import Effect, Pack, Rule
from guard.policy.words import Vocabulary
from guard.yamldoc import nearest

_NO_EFFECT = Effect()


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule, its predicate, and its effects as (name, word)."""

    rule: Rule
    holds: Predicate
    effects: tuple[tuple[str, str], ...]


_WORDED = ("level", "floor", "raise_to", "candidate", "category", "domain", "scope", "review")


@cache
def _effects(effect: Effect) -> tuple[tuple[str, str], ...]:
    found = tuple((name, getattr(effect, name)) for name in _WORDED if getattr(effect, name))
    return (*found, ("raise_by", f"+{effect.raise_by}")) if effect.raise_by else found


def effects_of(rule: Rule) -> tuple[tuple[str, str], ...]:
    """What a rule does, as (effect, word) pairs."""
    return _effects(rule.then)


class Policy:
    """The decisions of one or more packs over a catalogue of types.

    The first pack gives levels, categories, domains and kinds; the rules of all packs count, a
    later one taking the place of one with the same id. ``digest`` changes with any content.
    """

    def __init__(self, packs: Sequence[Pack], types: Iterable[DataType]) -> None:
        if not packs:
            raise UsageError("policy-none")
        self.packs = tuple(packs)
        self.base = self.packs[0]
        self.types = {item.id: item for item in types}
        self.pack = " + ".join(f"{pack.id} {pack.version}" for pack in self.packs)
        self.levels = tuple(level.id for level in self.base.levels)
        self.general = tuple(level.id for level in self.base.levels if not level.candidate)
        self.nominated = frozenset(self.levels) - frozenset(self.general)
        self.rank = {level: at for at, level in enumerate(self.levels)}
        self.rules = tuple({rule.id: rule for pack in self.packs for rule in pack.rules}.values())
        self.digest = self._digest()
        self.catch_all = frozenset(rule.id for rule in self.rules if catches_all(rule.when))
        self._compile()

    def _compile(self) -> None:
        words = {name: items for pack in self.packs for name, items in pack.words.items()}
        inline = {word for rule in self.rules for items in words_in(rule.when) for word in items}
        singles = {next(iter(list_ids((word,)))): (word,) for word in inline if not word.startswith("@")}
        self.vocabulary = Vocabulary({**words, **singles})
        self.kinds = KindIndex(self.base.kinds)
        self.domains = DomainJudge(self.base.domains, self.base.field_weights)
        compiled = [
            CompiledRule(rule, compile_when(rule.when), effects_of(rule))
            for rule in sorted(self.rules, key=lambda r: r.id)
        ]
        self._column_rules = tuple(item for item in compiled if item.rule.on == "column")
        self._selected: dict[tuple[str, str, bool], tuple[CompiledRule, ...]] = {}
        self.table_rules = tuple(item for item in compiled if item.rule.on == "table")

    def _digest(self) -> str:
        content = {
            "packs": [pack.content for pack in self.packs],
            "types": [asdict(replace(self.types[name], origin="")) for name in sorted(self.types)],
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def column_rules(self, kind: str, type_id: str, *, typed: bool) -> tuple[CompiledRule, ...]:
        """The column rules that can matter for a kind and type; most fall away before they are asked."""
        key = (kind, type_id, typed)
        found = self._selected.get(key)
        if found is None:
            found = self._selected[key] = tuple(
                item for item in self._column_rules if self._can_hold(item.rule, kind, type_id, typed=typed)
            )
        return found

    def _can_hold(self, rule: Rule, kind: str, type_id: str, *, typed: bool) -> bool:
        when, effect = rule.when, rule.then
        silent = typed and replace(effect, level="", category="", sensitive=False) == _NO_EFFECT
        if silent or when.get("typed", typed) is not typed:
            return False
        if kind not in words_of(when.get("kind", kind)) or type_id not in words_of(when.get("type", type_id)):
            return False
        item = self.types.get(type_id)
        needs_type = any(when.get(key) is True for key in ("personal", "sensitive")) or "category" in when
        return item is not None or not needs_type

    def rule(self, name: str) -> Rule:
        """The rule of that id. Raises UsageError with the nearest one."""
        for rule in self.rules:
            if rule.id == name:
                return rule
        known = [rule.id for rule in self.rules]
        raise UsageError("policy-rule", word=name, nearest=nearest(name, known) or "")

    def is_sensitive(self, item: DataType) -> bool:
        """Whether the pack's reading lists the type as sensitive personal information."""
        return bool(item.sensitive.get(self.base.reading, False))

    def type_level(self, item: DataType, *, organisation: bool) -> str:
        """The type's level for its subject; empty where it is no level a machine may give."""
        level = item.strict_level if self.base.strict and item.strict_level else item.level
        if organisation and item.organisation_level:
            level = item.organisation_level
        return level if level in self.general else ""

    def higher(self, *levels: str) -> str:
        """The highest of ``levels``; names that are no level count as none."""
        known = [level for level in levels if level in self.rank]
        return max(known, key=self.rank.__getitem__) if known else ""

    def raised(self, level: str, steps: int) -> str:
        """``level`` raised by ``steps``, at most to the highest level a machine may give."""
        return self.general[min(self.rank[level] + steps, len(self.general) - 1)]

    def impact(self, level: str, *, personal: bool) -> tuple[str, str]:
        """The impact object and degree that stand for ``level`` (影响对象, 影响程度); empty where none."""
        rows = list(self.base.impact.items())
        wanted = "个人权益" if personal else "组织权益"
        for subject, row in sorted(rows, key=lambda item: item[0] != wanted):
            for degree, given in row.items():
                if given == level:
                    return subject, degree
        return "", ""
