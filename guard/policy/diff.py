"""Two packs, or two versions of one: what was added, removed and changed, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from guard.model import DataType
from guard.policy.pack import Effect, Pack, Rule

PARTS = (
    "pack", "levels", "impact", "thresholds", "sharing", "rules", "controls", "masking", "categories",
    "domains", "kinds", "words", "types",
)  # fmt: skip
"""The parts of a policy that are compared, in the order in which changes are told."""
_HEAD = (
    "id", "version", "name", "standard", "mark", "status", "effective", "until", "note", "extends", "reading",
    "strict", "beside", "expire_days", "sure", "default_categories", "default_domain", "field_weights",
    "certainty",
)  # fmt: skip
_Items = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field that differs; None where a side does not have it. Lists are lists of words."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``what`` is ``added``, ``removed`` or ``changed``; ``fields`` tell what differs."""

    part: str
    id: str
    what: str
    fields: tuple[Field, ...]


def diff(
    before: Pack | None,
    after: Pack | None,
    types: Iterable[DataType] = (),
    new_types: Iterable[DataType] = (),
) -> tuple[Change, ...]:
    """Every change from ``before`` with ``types`` to ``after`` with ``new_types``; None is no pack."""
    old, new = _parts(before, types), _parts(after, new_types)
    return tuple(change for part in PARTS for change in _changes(part, old.get(part, {}), new.get(part, {})))


def _changes(part: str, old: _Items, new: _Items) -> Iterator[Change]:
    for name in {**old, **new}:
        one, other = old.get(name, {}), new.get(name, {})
        found = tuple(
            Field(name=field, before=one.get(field), after=other.get(field))
            for field in {**one, **other}
            if one.get(field) != other.get(field)
        )
        if found or (name in old) != (name in new):
            what = "changed" if name in old and name in new else "added" if name in new else "removed"
            yield Change(part=part, id=name, what=what, fields=found)


def _parts(pack: Pack | None, types: Iterable[DataType]) -> dict[str, _Items]:
    """Part -> id -> field -> value, all of it fit for JSON."""
    found: dict[str, _Items] = {"types": {item.id: _said(item, "id", "origin") for item in types}}
    if pack is None:
        return found
    return found | {
        "pack": {"pack": {name: _plain(getattr(pack, name)) for name in _HEAD}},
        "levels": {
            level.id: {**_said(level, "id"), "rank": at} for at, level in enumerate(pack.levels, start=1)
        },
        "impact": {
            f"{subject}/{degree}": {"level": level}
            for subject, row in pack.impact.items()
            for degree, level in row.items()
        },
        "thresholds": {name: {"value": value} for name, value in pack.thresholds.items()},
        "sharing": {level: {"sharing": word} for level, word in pack.sharing.items()},
        "rules": {rule.id: _rule(rule) for rule in pack.rules},
        "controls": {item.id: _said(item, "id") for item in pack.controls},
        "masking": {item.id: _said(item, "id", "file", "line") for item in pack.masking},
        "categories": {path: {} for path in sorted(pack.categories)},
        "domains": {item.id: _said(item, "id") for item in pack.domains},
        "kinds": {item.id: _said(item, "id") for item in pack.kinds},
        "words": {name: {"words": list(words)} for name, words in pack.words.items()},
    }


_NOTHING = asdict(Effect())


def _rule(rule: Rule) -> dict[str, Any]:
    """A rule's fields; what it gives, by effect."""
    gives = {
        f"then.{name}": _plain(value) for name, value in asdict(rule.then).items() if value != _NOTHING[name]
    }
    return {**_said(rule, "id", "file", "line", "then"), **gives}


def _said(item: Any, *without: str) -> dict[str, Any]:
    """The fields of a noun that say something."""
    values = {part.name: getattr(item, part.name) for part in fields(item) if part.name not in without}
    return {name: _plain(value) for name, value in values.items() if value not in ("", (), {}, None, False)}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    if hasattr(value, "__dataclass_fields__"):
        return _said(value)
    return value
