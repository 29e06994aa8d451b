"""Which conditions can never hold, and which rules change nothing because another holds wherever they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from guard.model import DataType
from guard.policy.condition import BOOL_KEYS, CHOICES, LIST_KEYS, NUMBER_KEYS, WORD_KEYS, words_of
from guard.policy.pack import SHARING, Effect, Masking, Pack, Rule
from guard.policy.thresholds import filled_in

Types = Mapping[str, DataType]
_SINGLE = (*CHOICES, "kind", "type")  # a column has one of each, so two that differ exclude each other
_NESTED = ("any", "all", "not")
_ONE_OF = frozenset((*CHOICES, *LIST_KEYS, *WORD_KEYS)) - {"together", "linked_by"}


def never(when: Mapping[str, Any], types: Types, thresholds: Mapping[str, float]) -> str:
    """The field that makes a condition impossible, or empty."""
    return _never(filled_in(when, thresholds), types)


def _never(when: Mapping[str, Any], types: Types) -> str:
    parts = list(_together(when))
    tests = (
        _opposed(parts),
        _typed(parts, types),
        next((name for part in parts if (name := _empty_bounds(part))), ""),
        next(("not" for part in parts if "not" in part and _denied(part["not"], parts)), ""),
    )
    return next(filter(None, tests), "") or next(
        (found for part in parts if "any" in part and (found := _every_branch(part["any"], types))), ""
    )


def _every_branch(branches: Iterable[Mapping[str, Any]], types: Types) -> str:
    found = [_never(branch, types) for branch in branches]
    return found[0] if found and all(found) else ""


def _together(when: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The mappings that must hold at once: the condition itself and what stands under ``all``."""
    yield when
    for part in when.get("all", ()):
        yield from _together(part)


def _opposed(parts: list[Mapping[str, Any]]) -> str:
    for key in _SINGLE:
        sets = [set(words_of(part[key])) for part in parts if key in part]
        if len(sets) > 1 and not set.intersection(*sets):
            return key
    for key in BOOL_KEYS:
        if len({part[key] for part in parts if key in part}) > 1:
            return key
    return ""


def _typed(parts: list[Mapping[str, Any]], types: Types) -> str:
    """What no type can meet: typed and not, a category that none of the types named belongs to."""
    asked = {key: value for part in parts for key, value in part.items() if key not in _NESTED}
    if asked.get("typed") is False and ({"type", "category"} & asked.keys() or asked.get("personal") is True):
        return "typed"
    if asked.get("sensitive") is True and asked.get("personal") is False:
        return "personal"
    named = [types[word] for word in words_of(asked.get("type", ())) if word in types]
    if named and "category" in asked and not any(_within(item.category, asked["category"]) for item in named):
        return "category"
    if named and asked.get("personal") is True and not any(item.personal for item in named):
        return "personal"
    return ""


def _within(category: str, wanted: object) -> bool:
    return any(category == path or category.startswith(f"{path}/") for path in words_of(wanted))


def _denied(denied: Mapping[str, Any], parts: list[Mapping[str, Any]]) -> bool:
    """Whether ``not`` takes back what is asked for beside it."""
    return bool(denied) and any(implied(denied, part) for part in parts)


def implied(general: Mapping[str, Any], special: Mapping[str, Any]) -> bool:
    """Whether ``general`` holds wherever ``special`` does; False where that cannot be told."""
    return all(_implied(key, value, special) for key, value in general.items())


def _implied(key: str, value: Any, special: Mapping[str, Any]) -> bool:
    if key == "any":
        return any(implied(part, special) for part in value) or special.get(key) == value
    if key == "all":
        return all(implied(part, special) for part in value)
    if key not in special:
        return any(_implied(key, value, part) for part in special.get("all", ()))
    return _follows(key, special[key], value)


def _follows(key: str, asked: Any, value: Any) -> bool:
    """Whether a column that meets ``key: asked`` meets ``key: value``."""
    if key in _ONE_OF:
        return set(words_of(asked)) <= set(words_of(value))
    if key == "facts":
        return all(name in asked and _inside(asked[name], bound) for name, bound in value.items())
    if isinstance(value, Mapping) and key != "not":
        return _inside(asked, value)
    return bool(asked == value)


def _inside(inner: Mapping[str, Any], outer: Mapping[str, Any]) -> bool:
    least, most = float("-inf"), float("inf")
    return bool(
        inner.get("at_least", least) >= outer.get("at_least", least)
        and inner.get("below", most) <= outer.get("below", most)
    )


def _empty_bounds(when: Mapping[str, Any]) -> str:
    bounds = {**{key: when[key] for key in NUMBER_KEYS if key in when}, **when.get("facts", {})}
    for name, bound in bounds.items():
        if isinstance(bound, Mapping) and bound.get("at_least", float("-inf")) >= bound.get(
            "below", float("inf")
        ):
            return str(name)
    return ""


def shadowed(pack: Pack) -> Iterator[tuple[Rule, Rule]]:
    """Each own rule that changes nothing, with the rule that does at least as much wherever it holds."""
    whens = {rule.id: filled_in(rule.when, pack.thresholds) for rule in pack.rules}
    rank = {level.id: at for at, level in enumerate(pack.levels)}
    for rule in pack.rules:
        if rule.id not in pack.own:
            continue
        for other in pack.rules:
            same = other.on == rule.on and other is not rule
            if same and _as_much(other.then, rule.then, rank) and implied(whens[other.id], whens[rule.id]):
                yield rule, other
                break


def unreached(pack: Pack) -> Iterator[tuple[Masking, Masking]]:
    """Each way to mask that never comes to its turn, with the one before it that always holds first."""
    for at, item in enumerate(pack.masking):
        for earlier in pack.masking[:at]:
            if implied(earlier.when, item.when):
                yield item, earlier
                break


def _as_much(more: Effect, less: Effect, rank: Mapping[str, int]) -> bool:
    """Whether ``more`` does all that ``less`` does."""
    lifts = all(
        rank.get(getattr(more, name), -1) >= rank.get(getattr(less, name), -1)
        for name in ("level", "floor", "raise_to", "candidate")
    )
    names = all(
        getattr(less, name) in ("", getattr(more, name)) for name in ("category", "domain", "review", "scope")
    )
    sharing = not less.sharing or (
        bool(more.sharing) and SHARING.index(more.sharing) >= SHARING.index(less.sharing)
    )
    return (
        lifts
        and names
        and sharing
        and more.raise_by >= less.raise_by
        and more.sensitive >= less.sensitive
        and set(less.controls) <= set(more.controls)
    )
