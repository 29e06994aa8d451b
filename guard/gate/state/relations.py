"""Relations found by name as people write it: in any letter case, with or without schema and database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from guard.model.gate import Name, Relation, folded

_Key = tuple[str, ...]


class Relations:
    """Relations by name. ``find``, ``put`` and ``remove`` take the same time however many there are."""

    def __init__(self, relations: Iterable[Relation] = ()) -> None:
        self._all: dict[_Key, Relation] = {}
        self._endings: dict[_Key, dict[_Key, None]] = {}
        self._schemas: dict[str, dict[_Key, None]] = {}
        for relation in relations:
            self.put(relation)

    def __iter__(self) -> Iterator[Relation]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def exact(self, name: Name) -> Relation | None:
        """The relation whose whole name is ``name``."""
        return self._all.get(folded(name))

    def find(self, name: Name, schema: str = "") -> Relation | None:
        """The relation that ``name`` means where ``schema`` is the current one.

        One whose whole name it is; else the only one whose name ends with it; else one whose name is its
        ending (``hr.employee`` finds what was created as ``employee``).
        """
        key = folded(name)
        if schema and len(key) == 1 and (found := self._all.get((schema.casefold(), *key))):
            return found
        if found := self._all.get(key):
            return found
        endings = self._endings.get(key, {})
        if len(endings) == 1:
            return self._all[next(iter(endings))]
        shorter = (key[cut:] for cut in range(1, len(key)))
        return next((self._all[part] for part in shorter if part in self._all), None)

    def within(self, schema: str) -> tuple[Relation, ...]:
        """The relations in a schema or database called ``schema``."""
        return tuple(self._all[key] for key in self._schemas.get(schema.casefold(), ()))

    def put(self, relation: Relation) -> None:
        """Add ``relation``, in the place of one of that name."""
        key = folded(relation.name)
        if key not in self._all:
            for cut in range(1, len(key)):
                self._endings.setdefault(key[cut:], {})[key] = None
                self._schemas.setdefault(key[cut - 1], {})[key] = None
        self._all[key] = relation

    def remove(self, relation: Relation) -> None:
        """Take ``relation`` away."""
        key = folded(relation.name)
        del self._all[key]
        for cut in range(1, len(key)):
            self._endings[key[cut:]].pop(key, None)
            self._schemas[key[cut - 1]].pop(key, None)


def qualified(name: Name, schema: str) -> Name:
    """``name`` with the current ``schema`` where it has none."""
    return (schema, *name) if schema and len(name) == 1 else name
