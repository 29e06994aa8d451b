"""Items -> the documents of a pack: head, categories, word lists and one rule for each group of items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guard.policy.sheet.settle import Item
from guard.policy.sheet.words import plain
from guard.policy.words import is_chinese, tokens

_TOKENS = 4  # as many words of letters as the vocabulary compares together


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a pack's ``pack.yaml`` says. ``certainty`` is a mark; ``effective`` a date or empty."""

    id: str
    version: str
    name: Mapping[str, str]
    standard: str
    certainty: str
    extends: str
    effective: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Items that one rule is for; ``kind`` is ``type``, ``words`` or ``general``."""

    id: str
    kind: str
    items: tuple[Item, ...]

    @property
    def words(self) -> list[str]:
        """Every word that speaks for the group."""
        found = [word for item in self.items for word in _words(item)]
        return list(dict.fromkeys(filter(None, found)))


def _words(item: Item) -> tuple[str, ...]:
    return (spoken(item.name), *map(spoken, item.also), *item.codes)


def spoken(name: str) -> str:
    """A name as rules compare it; empty where it has more words of letters than they compare."""
    if is_chinese(name):
        return name
    words = tokens(name)
    return "_".join(words) if len(words) <= _TOKENS else ""


def groups(pack: str, items: Iterable[Item]) -> tuple[Group, ...]:
    """Items with the same category, answer and way of being told, in the order of their rows."""
    found: dict[tuple[object, ...], list[Item]] = {}
    for item in items:
        kind = "type" if item.type else "general" if item.general else "words"
        said = (item.level, item.candidate, item.sharing, item.basis, item.standard, item.certainty)
        key = (kind, item.context, item.path, *said)
        found.setdefault(key, []).append(item)
    return tuple(
        Group(id=f"{pack}-{number:04d}", kind=str(key[0]), items=tuple(some))
        for number, (key, some) in enumerate(found.items(), 1)
    )


def documents(head: Head, items: Sequence[Item], order: Sequence[str]) -> dict[str, Any]:
    """File name -> data of a pack of ``items``, without its golden cases. ``order``: levels, lowest first."""
    made = groups(head.id, items)
    longer = _Longer(items, order)
    lists: dict[str, list[str]] = {}
    rules: list[dict[str, Any]] = []
    for group in made:
        lists[group.id] = group.words
        without = longer.than(group)
        if without:
            lists[f"{group.id}-not"] = without
        rules += _rules(head, group, excluded=bool(without))
    found: dict[str, Any] = {"pack.yaml": _head(head), "words.yaml": {"words": lists}}
    found["rules/10-catalogue.yaml"] = {"rules": rules}
    tree = _tree(item.path for item in items)
    return found | ({"categories.yaml": {"categories": tree}} if tree else {})


def _head(head: Head) -> dict[str, Any]:
    data: dict[str, Any] = {"id": head.id, "version": head.version, "name": dict(head.name)}
    data |= {"standard": head.standard, "certainty": head.certainty, "extends": head.extends}
    return data | ({"effective": head.effective} if head.effective else {})


def _tree(paths: Iterable[tuple[str, ...]]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for path in paths:
        node = root
        for part in path:
            node = node.setdefault(part, {})
    return root


def _rules(head: Head, group: Group, *, excluded: bool) -> Iterator[dict[str, Any]]:
    """The rule of a group. What is found by its type keeps the type's category save under the names given."""
    whole = _rule(head, group, excluded=excluded)
    category = whole["then"].pop("category", "") if group.kind == "type" else ""
    if whole["then"]:
        yield whole
    if category:
        named = _when(replace(group, kind="words"), excluded=excluded)
        then = {**whole["then"], "category": category}
        yield whole | {"id": f"{group.id}-name", "when": named, "then": then}


def _rule(head: Head, group: Group, *, excluded: bool) -> dict[str, Any]:
    first = group.items[0]
    # A refusal to share rests on a law, which the sheet as a whole may be and a standard is not.
    standard = "" if first.sharing == "refused-by-law" else first.standard
    then: dict[str, str] = {}
    if first.level:
        then |= {"level": first.level, "floor": first.level}
    if first.candidate:
        then["candidate"] = first.candidate
    if first.path:
        then["category"] = "/".join(first.path)
    if first.sharing:
        then["sharing"] = first.sharing
    return {
        "id": group.id,
        "standard": standard or head.standard,
        "clause": (standard and first.basis) or clause(group),
        "certainty": (standard and first.certainty) or head.certainty,
        "when": _when(group, excluded=excluded),
        "then": then,
    }


def _when(group: Group, *, excluded: bool) -> dict[str, Any]:
    says: dict[str, Any] = {"says": f"@{group.id}"}
    if excluded:
        says["not"] = {"says": f"@{group.id}-not"}
    if group.kind == "general":
        return says | {"context": [group.items[0].context]}
    if group.kind == "type":
        types = list(dict.fromkeys(item.type for item in group.items))
        return {"any": [{"type": types}, {"typed": False, **says}]}
    return says


def clause(group: Group) -> str:
    """Where the group stands: ``sheet:3-7,12``, with the basis that the sheet gives."""
    rows: dict[str, list[int]] = {}
    for item in group.items:
        for sheet, row in item.rows:
            rows.setdefault(sheet, []).append(row)
    places = "; ".join(f"{sheet}:{_ranges(sorted(set(some)))}" for sheet, some in rows.items())
    basis = group.items[0].basis
    return f"{places} ({basis})" if basis else places


def _ranges(rows: list[int]) -> str:
    parts: list[list[int]] = []
    for row in rows:
        if parts and row == parts[-1][1] + 1:
            parts[-1][1] = row
        else:
            parts.append([row, row])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


class _Longer:
    """Names that hold a shorter one and are graded lower: 公司电话 beside 电话."""

    def __init__(self, items: Sequence[Item], order: Sequence[str]) -> None:
        self._rank = {level: at for at, level in enumerate(order)}
        self._by_part: dict[str, list[Item]] = {}
        names = {plain(item.name) for item in items if is_chinese(item.name)}
        sizes = sorted({len(name) for name in names})
        for item in items:
            name = plain(item.name)
            if item.general or not is_chinese(name):
                continue
            for size in sizes:
                for start in range(len(name) - size + 1 if size < len(name) else 0):
                    if (part := name[start : start + size]) in names:
                        self._by_part.setdefault(part, []).append(item)

    def than(self, group: Group) -> list[str]:
        """The names of other items that hold one of the group's and stand lower."""
        return list(
            dict.fromkeys(
                other.name
                for item in group.items
                if not item.general
                for other in self._by_part.get(plain(item.name), ())
                if self._stands(other) < self._stands(item)
            )
        )

    def _stands(self, item: Item) -> int:
        return self._rank.get(item.candidate or item.level, -1)
