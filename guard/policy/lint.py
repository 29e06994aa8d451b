"""Check a pack without running it: unknown names, rules that can never hold, rules that contradict."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from guard.model import DataType
from guard.policy.condition import BOOL_KEYS, CHOICES, LIST_KEYS, words_of
from guard.policy.golden import test
from guard.policy.issues import Issue
from guard.policy.load import read_pack
from guard.policy.pack import Pack, Rule
from guard.yamldoc import nearest

SCOPED = frozenset({"scope-secret"})
"""What a type may nominate for besides the pack's levels: out of scope as a state secret."""
__all__ = ["SCOPED", "check", "test"]
_TYPE_KEYS = ("type", "mixed", "neighbours")


def check(folder: Path, types: Iterable[DataType] = ()) -> tuple[Issue, ...]:
    """Everything wrong in the pack of ``folder``; with ``types``, type ids and their places as well.

    Raises UsageError where a file is missing or is no YAML.
    """
    pack, found = read_pack(folder)
    known = {item.id: item for item in types}
    issues = list(found)
    if not found:  # the checks below read conditions and effects that must be well formed
        issues += [
            *_contradictions(pack.rules),
            *(issue for rule in pack.rules for issue in _rule(rule, known)),
        ]
    if known:
        issues += _types(pack, known)
    return tuple(sorted(issues, key=lambda issue: (issue.file, issue.line, issue.code)))


def _issue(rule: Rule, code: str, **params: str) -> Issue:
    return Issue(code=code, file=rule.file, line=rule.line, params={"rule": rule.id, **params})


def _rule(rule: Rule, known: Mapping[str, DataType]) -> Iterator[Issue]:
    if known:
        for word in _quoted(rule.when):
            if word not in known:
                close = nearest(word, known) or ""
                yield _issue(rule, "policy-type", word=word, nearest=close)
    clash = _clash(rule.when)
    if clash:
        yield _issue(rule, "policy-unreachable", word=clash)


def _quoted(when: Mapping[str, Any]) -> Iterator[str]:
    """Every type id that a condition names."""
    for key, value in when.items():
        if key in _TYPE_KEYS:
            yield from words_of(value)
        elif key == "not" and isinstance(value, dict):
            yield from _quoted(value)
        elif key in ("any", "all") and isinstance(value, list):
            for part in value:
                yield from _quoted(part)


def _clash(when: Mapping[str, Any]) -> str:
    """The field that makes a condition impossible, or empty."""
    if when.get("typed") is False and ("type" in when or "category" in when or when.get("personal") is True):
        return "typed"
    if when.get("sensitive") is True and when.get("personal") is False:
        return "personal"
    parts: list[Mapping[str, Any]] = [when, *(part for part in when.get("all", []) if isinstance(part, dict))]
    for key in (*CHOICES, "kind", "type"):
        sets = [set(words_of(part[key])) for part in parts if key in part]
        if len(sets) > 1 and not set.intersection(*sets):
            return key
    for key in BOOL_KEYS:
        if len({part[key] for part in parts if key in part}) > 1:
            return key
    denied = when.get("not")
    if (
        isinstance(denied, dict)
        and denied
        and all(_implied(key, value, when) for key, value in denied.items())
    ):
        return "not"
    return _empty_bounds(when)


def _implied(key: str, value: Any, when: Mapping[str, Any]) -> bool:
    """Whether a condition ``key: value`` always holds where ``when`` does."""
    if key not in when:
        return False
    if key in (*CHOICES, *LIST_KEYS):
        return set(words_of(when[key])) <= set(words_of(value))
    return bool(when[key] == value)


def _empty_bounds(when: Mapping[str, Any]) -> str:
    bounds: dict[str, Any] = {
        "rows": when.get("rows"),
        "confidence": when.get("confidence"),
        **when.get("facts", {}),
    }
    for name, bound in bounds.items():
        if (
            isinstance(bound, dict)
            and "at_least" in bound
            and "below" in bound
            and bound["at_least"] >= bound["below"]
        ):
            return name
    return ""


def _contradictions(rules: Iterable[Rule]) -> Iterator[Issue]:
    """Two rules with one condition that name different levels, categories or domains."""
    seen: dict[tuple[str, str], Rule] = {}
    for rule in rules:
        key = (rule.on, json.dumps(rule.when, sort_keys=True, ensure_ascii=False, default=str))
        other = seen.setdefault(key, rule)
        if other is rule:
            continue
        mine, theirs = asdict(rule.then), asdict(other.then)
        for effect in ("level", "category", "domain", "scope"):
            if mine[effect] and theirs[effect] and mine[effect] != theirs[effect]:
                yield _issue(rule, "policy-contradiction", word=effect, other=other.id)


def _types(pack: Pack, known: Mapping[str, DataType]) -> Iterator[Issue]:
    """Types whose level or category the pack does not have, and domains that quote unknown types."""
    levels = {level.id for level in pack.levels}
    for item in known.values():
        for level in (item.level, item.organisation_level, item.strict_level, item.candidate):
            if level and level not in levels and level not in SCOPED:
                yield _of_type(item, "policy-type-level", level, nearest(level, levels) or "")
        if not any(item.category == path or item.category.startswith(f"{path}/") for path in pack.categories):
            yield _of_type(
                item, "policy-type-category", item.category, nearest(item.category, pack.categories) or ""
            )
    for domain in pack.domains:
        for word in domain.types:
            if word not in known:
                params = {"rule": domain.id, "word": word, "nearest": nearest(word, known) or ""}
                yield Issue(code="policy-type", file=str(pack.folder / "domains.yaml"), line=1, params=params)


def _of_type(item: DataType, code: str, word: str, close: str) -> Issue:
    file, _, line = item.origin.rpartition(":")
    number = int(line) if line.isdigit() else 1
    return Issue(
        code=code,
        file=file or item.origin,
        line=number,
        params={"rule": item.id, "word": word, "nearest": close},
    )
