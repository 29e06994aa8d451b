"""A pack and types compiled together, and the packs that stand beside it: what grading runs on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache

from guard.model import DataType, PackInfo, UsageError
from guard.model.standard import standing_for
from guard.policy.condition import (
    Predicate,
    catches_all,
    compile_when,
    list_ids,
    split,
    words_in,
    words_of,
)
from guard.policy.domain import DomainJudge
from guard.policy.facts import Facts
from guard.policy.kinds import KindIndex
from guard.policy.pack import COMMON, SHARING, Basis, Effect, Masking, Pack, Rule
from guard.policy.thresholds import filled_in
from guard.policy.words import Vocabulary
from guard.yamldoc import nearest

_NO_EFFECT = Effect()


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule, its predicate, and its effects as (name, word).

    Of a column rule ``holds`` leaves out what is asked of the table: that is ``wide``, told once a table.
    """

    number: int
    rule: Rule
    holds: Predicate
    effects: tuple[tuple[str, str], ...]
    wide: Predicate | None = None


_WORDED = ("level", "floor", "raise_to", "candidate", "category", "domain", "scope", "review", "sharing")


@cache
def _effects(effect: Effect) -> tuple[tuple[str, str], ...]:
    found = tuple((name, getattr(effect, name)) for name in _WORDED if getattr(effect, name))
    if effect.controls:
        found = (*found, ("controls", ", ".join(effect.controls)))
    return (*found, ("raise_by", f"+{effect.raise_by}")) if effect.raise_by else found


def effects_of(rule: Rule) -> tuple[tuple[str, str], ...]:
    """What a rule does, as (effect, word) pairs."""
    return _effects(rule.then)


class Policy:
    """The decisions of a pack over a catalogue of types, and of the packs that stand beside it.

    ``packs[0]`` decides what levels, categories, domains and kinds there are. Each further one is a
    Policy of its own in ``beside``; the strictest of what they say counts, compared by the common level
    that each maps its own to. ``digest`` changes with any content. ``first`` is the policy it stands beside.
    A pack that has no level for some of L1 to L4 tells only minima: it may stand alone or beside others.
    Raises UsageError ``policy-none``, ``policy-first`` where such a pack is the first of several.
    """

    def __init__(
        self, packs: Sequence[Pack], types: Iterable[DataType], *, first: Policy | None = None
    ) -> None:
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
        self.maps = {level.id: level.maps for level in self.base.levels}
        self.only_minima = not set(COMMON[:4]) <= set(self.maps.values())
        if self.only_minima and self.packs[1:]:
            raise UsageError("policy-first", pack=self.base.id, first=_exact(self.packs))
        self.rules = self.base.rules
        self._impacts: dict[tuple[str, bool], tuple[str, str]] = {}
        self.digest = self._digest()
        self.catch_all = frozenset(rule.id for rule in self.rules if catches_all(rule.when))
        self._compile(first)
        self.beside = tuple(Policy([pack], self.types.values(), first=self) for pack in self.packs[1:])
        self.infos = tuple(_info(pack) for pack in self.packs)

    def _compile(self, first: Policy | None) -> None:
        words = self.base.words
        asked: tuple[Rule | Masking, ...] = (*self.rules, *self.base.masking)
        inline = {word for one in asked for items in words_in(one.when) for word in items}
        singles = {next(iter(list_ids((word,)))): (word,) for word in inline if not word.startswith("@")}
        self.vocabulary = Vocabulary({**words, **singles})
        # What a pack takes over from the first one is told once for both: their caches are shared.
        same = first is not None and first.base.kinds == self.base.kinds
        self.kinds: KindIndex = first.kinds if first and same else KindIndex(self.base.kinds)
        same = first is not None and first.base.domains == self.base.domains
        own = first.domains if first and same else None
        self.domains: DomainJudge = own or DomainJudge(self.base.domains, self.base.field_weights)
        ordered = sorted(self.rules, key=lambda rule: rule.id)
        compiled = [_compiled(at, rule, self.base.thresholds) for at, rule in enumerate(ordered)]
        self._column_rules = tuple(item for item in compiled if item.rule.on == "column")
        self._selected: dict[tuple[str, str, bool], tuple[CompiledRule, ...]] = {}
        self._wide = tuple((item.number, item.wide) for item in self._column_rules if item.wide)
        self.table_rules = tuple(item for item in compiled if item.rule.on == "table")

    def _digest(self) -> str:
        content = {
            "packs": [[pack.content, dict(sorted(pack.thresholds.items()))] for pack in self.packs],
            "types": [asdict(replace(self.types[name], origin="")) for name in sorted(self.types)],
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def ruled_out(self, table: Facts) -> frozenset[int]:
        """The numbers of the column rules that ask for another table than this."""
        return frozenset(number for number, wide in self._wide if not wide(table))

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
        """The rule of that id, of whichever pack. Raises UsageError with the nearest one."""
        every = [rule for pack in self.packs for rule in pack.rules]
        for rule in every:
            if rule.id == name:
                return rule
        known = [rule.id for rule in every]
        raise UsageError("policy-rule", word=name, nearest=nearest(name, known) or "")

    def is_sensitive(self, item: DataType) -> bool:
        """Whether the pack's reading lists the type as sensitive personal information."""
        return bool(item.sensitive.get(self.base.reading, False))

    def type_level(self, item: DataType, *, organisation: bool) -> str:
        """The type's level for its subject; empty where it is no level a machine may give."""
        level = item.strict_level if self.base.strict and item.strict_level else item.level
        if organisation and item.organisation_level:
            level = item.organisation_level
        level = self.here(level)
        return level if level in self.general else ""

    def type_basis(self, item: DataType, *, organisation: bool) -> Basis | None:
        """What supports the level that the type has here; None where no pack names a clause."""
        personal = item.personal and not organisation
        of = ("sensitive" if self.is_sensitive(item) else "personal") if personal else "other"
        return self.base.type_basis.get(of)

    def here(self, level: str) -> str:
        """The pack's own level for one that types are written in; empty where it has none for it."""
        return self.base.translation.get(level, "") if self.base.translation else level

    def from_common(self, common: str) -> str:
        """The lowest of the pack's own levels that stands for ``common`` or more; empty for none."""
        return standing_for(common, self.maps)

    def sharing_of(self, level: str, words: Iterable[str]) -> str:
        """The strictest sharing attribute that rules ask for, or that the level suggests."""
        suggested = (self.base.sharing.get(level, ""), *words)
        return max(suggested, key=lambda word: SHARING.index(word) if word in SHARING else -1)

    def higher(self, *levels: str) -> str:
        """The highest of ``levels``; names that are no level count as none."""
        best, top = "", -1
        for level in levels:
            rank = self.rank.get(level, -1)
            if rank > top:
                best, top = level, rank
        return best

    def raised(self, level: str, steps: int) -> str:
        """``level`` raised by ``steps``, at most to what a machine may give; a person's level stays."""
        if level in self.nominated:
            return level
        return self.general[min(self.rank[level] + steps, len(self.general) - 1)]

    def impact(self, level: str, *, personal: bool) -> tuple[str, str]:
        """The impact object and degree that stand for ``level`` (影响对象, 影响程度); empty where none."""
        found = self._impacts.get((level, personal))
        if found is None:
            found = self._impacts[level, personal] = self._impact(level, personal=personal)
        return found

    def _impact(self, level: str, *, personal: bool) -> tuple[str, str]:
        rows = list(self.base.impact.items())
        wanted = "个人权益" if personal else "组织权益"
        for subject, row in sorted(rows, key=lambda item: item[0] != wanted):
            for degree, given in row.items():
                if given == level:
                    return subject, degree
        return "", ""


def _compiled(number: int, rule: Rule, thresholds: Mapping[str, float]) -> CompiledRule:
    when = filled_in(rule.when, thresholds)
    if rule.on != "column":
        told = replace(rule, when=when)  # its reasons state the numbers that held
        return CompiledRule(number, told, compile_when(when), effects_of(rule))
    wide, own = split(when)
    return CompiledRule(
        number, rule, compile_when(own), effects_of(rule), compile_when(wide) if wide else None
    )


def _exact(packs: Sequence[Pack]) -> str:
    """A pack that may be the first: one of ``packs`` with a level for each of L1 to L4, else gov_cn."""
    return next(
        (pack.id for pack in packs if {level.maps for level in pack.levels} >= set(COMMON[:4])), "gov_cn"
    )


def _info(pack: Pack) -> PackInfo:
    return PackInfo(
        id=pack.id,
        version=pack.version,
        name=pack.name,
        standard=pack.standard,
        certainty=pack.mark,
        status=pack.status,
        effective=pack.effective,
        until=pack.until,
        note=pack.note,
        levels={level.id: level.name for level in pack.levels},
        maps={level.id: level.maps for level in pack.levels},
        digest=hashlib.sha256(pack.content.encode()).hexdigest(),
    )
