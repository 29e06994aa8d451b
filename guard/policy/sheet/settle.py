"""One level for each item: repeated rows joined, contradictions settled by the stricter, and said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from guard.model import DataType
from guard.policy.sheet.entry import WARNING, Entry
from guard.policy.sheet.words import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A name with all that the catalogue says of it. ``rows`` are (sheet, row number).

    ``type`` is the shipped type that the name is a hint of, or empty; ``general`` says that the name
    alone tells too little and counts only beside ``context``.
    """

    name: str
    path: tuple[str, ...]
    level: str
    candidate: str = ""
    sharing: str = ""
    basis: str = ""
    standard: str = ""
    certainty: str = ""
    codes: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    type: str = ""
    general: bool = False
    context: str = ""
    rows: tuple[tuple[str, int], ...] = ()


def hinted(types: Iterable[DataType]) -> dict[str, str]:
    """Type id by each Chinese name or hint that only one type has."""
    found: dict[str, set[str]] = {}
    for item in types:
        for word in (item.name.get("zh", ""), *item.hints.get("zh", ())):
            if word:
                found.setdefault(plain(word), set()).add(item.id)
    return {word: next(iter(ids)) for word, ids in found.items() if len(ids) == 1}


class Settler:
    """Joins entries to items. ``order`` are the pack's levels, lowest first.

    ``hints`` are all names of types: what several share names no item.
    ``common`` are words that end the names of many columns (编号, 名称, 类型 ...).
    """

    def __init__(
        self,
        order: Sequence[str],
        types: Mapping[str, str],
        common: frozenset[str],
        category_ends: Sequence[str],
        hints: frozenset[str] = frozenset(),
    ) -> None:
        self._hints = hints
        self._rank = {level: at for at, level in enumerate(order)}
        self._types, self._common, self._ends = types, common, category_ends
        self._items: dict[tuple[str, str], Item] = {}
        self._first: dict[tuple[str, str], int] = {}

    def items(self) -> tuple[Item, ...]:
        """Every item, in the order of the sheets."""
        return tuple(self._items.values())

    def settle(self, entry: Entry) -> Entry:
        """Add the items of ``entry``; the entry with remarks on what other rows say of them."""
        types = []
        for name in entry.items:
            entry, item = self._one(name, entry)
            types.append(item.type)
        found = tuple(dict.fromkeys(filter(None, types)))
        if found:
            entry = entry.noted("type", types=", ".join(found))
        return replace(entry, types=found)

    def _one(self, name: str, entry: Entry) -> tuple[Entry, Item]:
        kind = self._types.get(plain(name), "")
        general = not kind and self._is_general(name)
        context = self._context(entry.path) if general else ""
        if general and not context:
            return entry.noted("item-general", "error", item=name), Item(name=name, path=(), level="")
        if general:
            entry = entry.noted("item-context", item=name, context=context)
        item = Item(
            name=name,
            path=entry.path,
            level=entry.level,
            candidate=entry.candidate,
            sharing=entry.sharing,
            basis=entry.basis,
            standard=entry.standard,
            certainty=entry.certainty,
            also=self._also(entry) if len(entry.items) == 1 and not general else (),
            codes=entry.codes if len(entry.items) == 1 and not general and not kind else (),
            type=kind,
            general=general,
            context=context,
            rows=((entry.sheet, entry.row),),
        )
        return self._joined(item, entry), item

    def _also(self, entry: Entry) -> tuple[str, ...]:
        """Other names that tell enough by themselves and that no type goes by."""
        own = plain(entry.items[0])
        return tuple(
            name
            for name in entry.also
            if plain(name) != own and plain(name) not in self._hints and not self._is_general(name)
        )

    def _is_general(self, name: str) -> bool:
        return len(name) < 2 or name.casefold() in self._common

    def _context(self, path: tuple[str, ...]) -> str:
        """What a table must say for a general name to count: the lowest category without its ending."""
        for part in reversed(path):
            for end in self._ends:
                if part.casefold().endswith(end) and len(part) > len(end) + 1:
                    part = part[: -len(end)]  # noqa: PLW2901 - what is left of the same word
                    break
            if len(part) > 1 and part.casefold() not in self._common:
                return part
        return ""

    def _joined(self, item: Item, entry: Entry) -> Entry:
        key = (plain(item.name), item.context)
        before = self._items.get(key)
        if before is None:
            self._items[key] = item
            return entry
        sheet, row = before.rows[0]
        said: dict[str, str | int] = {"item": item.name, "sheet": sheet, "row": row}
        same = (before.level, before.candidate) == (item.level, item.candidate)
        stricter = item if self._stands(item) > self._stands(before) else before
        self._items[key] = replace(
            stricter,
            level=max(before.level, item.level, key=lambda level: self._rank.get(level, -1)),
            candidate=max(before.candidate, item.candidate, key=lambda level: self._rank.get(level, -1)),
            sharing=_tighter(before.sharing, item.sharing),
            codes=tuple(dict.fromkeys((*before.codes, *item.codes))),
            also=tuple(dict.fromkeys((*before.also, *item.also))),
            rows=(*before.rows, *item.rows),
        )
        if same:
            return entry.noted("item-again", **said)
        other, taken = before.candidate or before.level, stricter.candidate or stricter.level
        return entry.noted("contradiction", WARNING, **said, other=other, level=taken)

    def _stands(self, item: Item) -> int:
        return self._rank.get(item.candidate or item.level, -1)


def _tighter(one: str, other: str) -> str:
    order = ("", "unconditional", "conditional", "refused-by-law")
    return max(one, other, key=order.index)
