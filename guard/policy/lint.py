"""Check a pack without running it: unknown names, rules that can never hold, change nothing or contradict."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from guard.model import DataType
from guard.policy.condition import types_in, words_of
from guard.policy.golden import test
from guard.policy.issues import Issue
from guard.policy.load import read_pack
from guard.policy.pack import COMMON, Masking, Pack, Rule
from guard.policy.reach import never, shadowed, unreached
from guard.yamldoc import nearest, read

SCOPED = frozenset({"scope-secret"})
"""What a type may nominate for besides the levels: out of scope as a state secret."""
__all__ = ["SCOPED", "check", "check_types", "test"]
Types = Mapping[str, DataType]


def check(
    folder: Path, types: Iterable[DataType] = (), known: Mapping[str, Path] | None = None
) -> tuple[Issue, ...]:
    """Everything wrong in the pack of ``folder`` and in what it extends, in order of file and line.

    With ``types``, what the pack says of types as well. ``known`` are the folders of the packs it may
    extend, by name; those beside it where None. Nothing that is wrong hides what is wrong elsewhere.
    """
    pack, found = read_pack(folder, known)
    catalogue = {item.id: item for item in types}
    issues = list(found)
    if pack is not None:
        issues += _conditions(pack, catalogue, _Sound(pack, found))
        if not found:  # the checks below compare rules, which must all be well formed
            issues += [*_controls(pack), *_idle(pack), *_contradictions(pack)]
        if catalogue:
            issues += _domains(pack, catalogue)
    return tuple(sorted(issues, key=lambda issue: (issue.file, issue.line, issue.code)))


class _Sound:
    """Which rules and ways to mask have nothing wrong in them: the others cannot be looked into."""

    def __init__(self, pack: Pack, issues: Iterable[Issue]) -> None:
        self._starts: dict[str, list[int]] = {}
        items: list[Rule | Masking] = [*pack.rules, *pack.masking]
        for item in items:
            self._starts.setdefault(item.file, []).append(item.line)
        for starts in self._starts.values():
            starts.sort()
        self._broken = {(issue.file, self._start(issue.file, issue.line)) for issue in issues}

    def _start(self, file: str, line: int) -> int:
        starts = self._starts.get(file, [])
        at = bisect_right(starts, line)
        return starts[at - 1] if at else 0

    def __call__(self, item: Rule | Masking) -> bool:
        return (item.file, self._start(item.file, item.line)) not in self._broken


def check_types(types: Iterable[DataType], packs: Sequence[Pack]) -> tuple[Issue, ...]:
    """Types whose level is none, or whose category stands in none of ``packs``."""
    levels = {*COMMON, *(level.id for pack in packs for level in pack.levels), *SCOPED}
    tree = frozenset(path for pack in packs for path in pack.categories)
    issues: list[Issue] = []
    for item in types:
        for level in (item.level, item.organisation_level, item.strict_level, item.candidate):
            if level and level not in levels:
                issues.append(_of_type(item, "policy-type-level", level, levels))
        if not _known_category(item.category, tree):
            issues.append(_of_type(item, "policy-type-category", item.category, tree))
    return tuple(issues)


def _known_category(category: str, tree: frozenset[str]) -> bool:
    """Whether a type may have ``category``: a path of the tree, or one below where the tree ends."""
    parts = category.split("/")
    paths = ("/".join(parts[:end]) for end in range(len(parts), 0, -1))
    deepest = next((path for path in paths if path in tree), "")
    return deepest == category or (bool(deepest) and not any(path.startswith(f"{deepest}/") for path in tree))


def _issue(item: Rule | Masking, code: str, **params: str) -> Issue:
    return Issue(code=code, file=item.file, line=item.line, params={"rule": item.id, **params})


def _own(pack: Pack) -> list[Rule]:
    return [rule for rule in pack.rules if rule.id in pack.own]


def _conditions(pack: Pack, types: Types, sound: Callable[[Rule | Masking], bool]) -> Iterator[Issue]:
    """Types and categories that conditions name and that there are not; conditions that never hold."""
    categories = {*pack.categories, *(item.category for item in types.values())}
    asked: list[Rule | Masking] = [*_own(pack), *pack.masking]
    for item in asked:
        if not sound(item):
            continue
        for word in types_in(item.when) if types else ():
            if word not in types:
                yield _issue(item, "policy-type", word=word, nearest=nearest(word, types) or "")
        for word in _categories_in(item.when):
            if word not in categories and not any(path.startswith(f"{word}/") for path in categories):
                yield _issue(item, "policy-category", word=word, nearest=nearest(word, categories) or "")
        if clash := never(item.when, types, pack.thresholds):
            yield _issue(item, "policy-unreachable", word=clash)
        elif isinstance(item, Rule) and _level_lost(item, types, pack.thresholds):
            yield _issue(item, "policy-level-typed", level=item.then.level)


def _level_lost(rule: Rule, types: Types, thresholds: Mapping[str, float]) -> bool:
    """Whether the rule's ``level``, which counts for untyped columns, can only ever meet typed ones."""
    if rule.on != "column" or not rule.then.level or rule.then.floor or rule.then.raise_to:
        return False
    return _typed_only(rule.when, types, thresholds)


def _typed_only(when: Mapping[str, Any], types: Types, thresholds: Mapping[str, float]) -> bool:
    """Whether no column of no known type meets ``when``; False where that cannot be told."""
    branches = when.get("any", ())
    return (
        bool(never({"all": [when, {"typed": False}]}, types, thresholds))
        or (bool(branches) and all(_typed_only(part, types, thresholds) for part in branches))
        or any(_typed_only(part, types, thresholds) for part in when.get("all", ()))
    )


def _categories_in(when: Mapping[str, Any]) -> Iterator[str]:
    for key, value in when.items():
        if key == "category":
            yield from words_of(value)
        elif key == "not":
            yield from _categories_in(value)
        elif key in ("any", "all"):
            for part in value:
                yield from _categories_in(part)


def _controls(pack: Pack) -> Iterator[Issue]:
    """Controls that rules require and that there are not."""
    known = [control.id for control in pack.controls]
    for rule in _own(pack):
        for word in rule.then.controls:
            if word not in known:
                yield _issue(rule, "policy-control", word=word, nearest=nearest(word, known) or "")


def _idle(pack: Pack) -> Iterator[Issue]:
    """Rules that change nothing, ways to mask that never come to their turn."""
    for rule, by_rule in shadowed(pack):
        yield _issue(rule, "policy-shadowed", other=by_rule.id)
    for item, earlier in unreached(pack):
        yield _issue(item, "policy-shadowed", other=earlier.id)


def _contradictions(pack: Pack) -> Iterator[Issue]:
    """Two rules with one condition that name different levels, categories or domains."""
    seen: dict[tuple[str, str], Rule] = {}
    for rule in sorted(pack.rules, key=lambda rule: rule.id in pack.own):  # inherited ones first
        key = (rule.on, json.dumps(rule.when, sort_keys=True, ensure_ascii=False, default=str))
        other = seen.setdefault(key, rule)
        if other is rule or rule.id not in pack.own:
            continue
        mine, theirs = asdict(rule.then), asdict(other.then)
        for effect in ("level", "category", "domain", "scope"):
            if mine[effect] and theirs[effect] and mine[effect] != theirs[effect]:
                yield _issue(rule, "policy-contradiction", word=effect, other=other.id)


def _domains(pack: Pack, types: Types) -> Iterator[Issue]:
    """Types that the pack's own domains quote and that there are not."""
    path = pack.folder / "domains.yaml"
    missing = [(domain.id, word) for domain in pack.domains for word in domain.types if word not in types]
    if not missing or not path.is_file():
        return
    document = read(path)
    places = {domain.id: at for at, domain in enumerate(pack.domains)}
    for domain, word in missing:
        line = document.line("domains", places[domain], "types")
        params = {"rule": domain, "word": word, "nearest": nearest(word, types) or ""}
        yield Issue(code="policy-type", file=str(path), line=line, params=params)


def _of_type(item: DataType, code: str, word: str, options: Iterable[str]) -> Issue:
    file, _, line = item.origin.rpartition(":")
    params = {"rule": item.id, "word": word, "nearest": nearest(word, options) or ""}
    return Issue(code=code, file=file or item.origin, line=int(line) if line.isdigit() else 1, params=params)
