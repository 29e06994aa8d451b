"""``pack.yaml``: what a pack is, what it extends, its levels and its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from guard.model import UNDETERMINED, common_rank
from guard.policy.pack import COMMON, OF_TYPES, SHARING, Basis, Control, Level, Pack
from guard.policy.read import Node
from guard.policy.rules import CERTAINTIES

NEEDED = ("id", "version", "name", "standard", "reading", "strict", "levels", "impact")
STATUSES = ("current", "legacy", "draft")
HEAD = (
    *NEEDED,
    "certainty",
    "status",
    "effective",
    "until",
    "note",
    "extends",
    "override",
    "drop",
    "thresholds",
    "sharing",
    "decisions",
    "type_clause",
    "beside",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a pack, over that of the pack it extends. ``controls`` are the inherited ones."""

    node: Node
    id: str
    reading: str
    strict: bool
    levels: tuple[Level, ...]
    translation: Mapping[str, str]
    step: Mapping[str, str]
    mark: str
    status: str
    effective: str
    until: str
    note: Mapping[str, str]
    thresholds: Mapping[str, float]
    sharing: Mapping[str, str]
    controls: tuple[Control, ...]
    expire_days: int
    type_basis: Mapping[str, Basis]
    beside: tuple[str, ...]


def read_head(node: Node, parent: Pack | None) -> Head:
    """The head in ``node``. ``step`` translates the levels of the extended pack into the pack's own."""
    data = node.data
    levels = _levels(node, parent)
    above = tuple(level.id for level in parent.levels) if parent else COMMON
    step = {taken: level.id for level in levels for taken in level.taken}
    if parent is not None and "levels" in data:
        for level in parent.levels:
            if level.id not in step and not level.candidate:
                node.wrong("policy-level-untaken", "levels", word=level.id)
    if "strict" in data and not isinstance(data["strict"], bool):
        node.wrong("policy-shape", "strict", expected="true or false")
    rooted = parent.translation if parent and parent.translation else {level: level for level in above}
    return Head(
        node=node,
        id=node.text("id"),
        reading=node.text("reading") if "reading" in data or parent is None else parent.reading,
        strict=data.get("strict") is True if "strict" in data or parent is None else parent.strict,
        levels=levels,
        step=step,
        translation={level: step[word] for level, word in rooted.items() if word in step},
        mark=_choice(node, "certainty", CERTAINTIES, parent.mark if parent else ""),
        status=_choice(node, "status", STATUSES, "current"),
        effective=_date(node, "effective"),
        until=_date(node, "until"),
        note=node.names("note") if "note" in data else {},
        thresholds=_thresholds(node, parent.thresholds if parent else {}),
        sharing=_sharing(node, parent, levels, step),
        controls=_translated(parent, levels),
        expire_days=_days(node, parent),
        type_basis=_type_basis(node, parent),
        beside=node.words("beside") if "beside" in data else (),
    )


def _levels(node: Node, parent: Pack | None) -> tuple[Level, ...]:
    """The ordered levels, lowest first; those of the extended pack where the pack has none of its own."""
    if parent is not None and "levels" not in node.data:
        return tuple(replace(level, taken=(level.id,)) for level in parent.levels)
    above = tuple(level.id for level in parent.levels) if parent else COMMON
    found: dict[str, Level] = {}
    for item in node.items("levels"):
        item.only("id", "name", "candidate", "maps", "from", needed=("id", "name"))
        level = item.text("id")
        if level == UNDETERMINED or level in found:
            item.wrong("policy-duplicate", "id", word=level)
        maps = item.text("maps", level if level in COMMON else "")
        if maps or "maps" not in item.data:
            item.known("maps", maps, COMMON, "policy-level")
        taken = item.words("from") if "from" in item.data else tuple({level} & set(above))
        for word in taken:
            item.member("from", word, above, "policy-level")
        found[level] = Level(
            id=level,
            name=item.names("name"),
            candidate=item.data.get("candidate") is True,
            maps=maps,
            taken=taken,
        )
    if not found:
        node.wrong("policy-shape", "levels", expected="list of levels")
    return tuple(found.values())


def _choice(node: Node, key: str, options: tuple[str, ...], default: str) -> str:
    if key not in node.data:
        return default
    word = node.text(key)
    return word if node.member(key, word, options, "policy-choice") else default


def _date(node: Node, key: str) -> str:
    if key not in node.data:
        return ""
    text = node.text(key)
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        node.wrong("policy-shape", key, expected="date (2026-01-31)")
        return ""


def _thresholds(node: Node, above: Mapping[str, float]) -> dict[str, float]:
    found = _numbers(node, "thresholds")
    for name, value in found.items():
        # 0 says that a number is not known; one that is known above would be lost.
        if not 0 <= value < float("inf") or (value == 0 and above.get(name)):
            node.wrong("policy-shape", "thresholds", expected=f"{name} > 0")
    return {**above, **found}


def _numbers(node: Node, key: str) -> dict[str, float]:
    part = _part(node, key)
    found: dict[str, float] = {}
    for name, value in part.data.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:  # noqa: PLR0124 - NaN
            part.wrong("policy-shape", name, expected="number")
        else:
            found[str(name)] = float(value)
    return found


def _sharing(
    node: Node, parent: Pack | None, levels: tuple[Level, ...], step: Mapping[str, str]
) -> dict[str, str]:
    above = parent.sharing if parent else {}
    found = {step[level]: word for level, word in above.items() if level in step}
    part = _part(node, "sharing")
    for level in part.data:
        part.member(str(level), str(level), (item.id for item in levels), "policy-level")
        word = part.text(level)
        if part.member(level, word, SHARING, "policy-choice"):
            found[str(level)] = word
    return found


def _days(node: Node, parent: Pack | None) -> int:
    part = _part(node, "decisions")
    part.only("expire_days")
    days: Any = part.data.get("expire_days", parent.expire_days if parent else 0)
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= 36_525:
        part.wrong("policy-shape", "expire_days", expected="whole number")
        return 0
    return days


def _type_basis(node: Node, parent: Pack | None) -> dict[str, Basis]:
    """``type_clause``: one clause for all types, or one for each of ``OF_TYPES`` that there is one for."""
    found = dict(parent.type_basis) if parent else {}
    if "type_clause" not in node.data:
        return found
    data = node.data["type_clause"]
    mark = _choice(node, "certainty", CERTAINTIES, parent.mark if parent else "")
    if isinstance(data, Mapping):
        part = _part(node, "type_clause")
        part.only(*OF_TYPES)
        clauses = {name: part.text(name) for name in OF_TYPES if name in data}
    else:
        clauses = dict.fromkeys(OF_TYPES, node.text("type_clause"))
    standard = node.text("standard").partition(";")[0]  # a clause is one of the first standard named
    return found | {
        name: Basis(pack=node.text("id"), standard=standard, clause=clause, certainty=mark)
        for name, clause in clauses.items()
    }


def _part(node: Node, key: str) -> Node:
    return Node(node.issues, node.document, (*node.keys, key), node.data.get(key, {}))


def _translated(parent: Pack | None, levels: tuple[Level, ...]) -> tuple[Control, ...]:
    """The inherited controls, by the pack's own levels.

    Each level asks for what the levels of the extended pack from the one it stands for up to the pack's next
    ask for: the stricter word where they differ.
    """
    if parent is None:
        return ()
    alike = {level.id: _standing(parent, level, levels) for level in levels}
    return tuple(replace(item, levels=_words_of(item, alike)) for item in parent.controls)


def _standing(parent: Pack, own: Level, levels: tuple[Level, ...]) -> tuple[str, ...]:
    """The levels of ``parent`` that ``own`` stands for: no other of the pack's comes nearer from below."""
    mine = [common_rank(level.maps) for level in levels if level.candidate == own.candidate and level.maps]
    return tuple(
        level.id
        for level in parent.levels
        if level.candidate == own.candidate
        and own.maps
        and common_rank(own.maps)
        == max((rank for rank in mine if rank <= common_rank(level.maps)), default=-1)
    )


def _words_of(control: Control, alike: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for level, above in alike.items():
        words = {control.levels[name] for name in above if name in control.levels}
        if words:
            found[level] = "must" if "must" in words else "should"
    return found
