"""Which table was renamed to which, by the names and SQL types of their columns. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeVar

_Place = TypeVar("_Place")
Shape = tuple[tuple[str, str], ...]
"""Name and SQL type of every column of a table."""


def renamed_tables(gone: Mapping[_Place, Shape], new: Mapping[_Place, Shape]) -> dict[_Place, _Place]:
    """From each new table to the gone one that it must be: all names and SQL types equal, and no other alike.

    Places are (source, path); a table never moves to another source.
    """
    before, after = _alike(gone), _alike(new)
    return {
        after[shape][0]: places[0]
        for shape, places in before.items()
        if len(places) == 1 and len(after.get(shape, ())) == 1
    }


def likely_tables(gone: _Place, shape: Shape, new: Mapping[_Place, Shape]) -> list[_Place]:
    """The new tables of its source with at least half of the column names of ``gone``, likeliest first."""
    names = {name for name, _ in shape}
    own = {
        place: {name for name, _ in cells} for place, cells in new.items() if _source(place) == _source(gone)
    }
    shared = {place: len(names & others) for place, others in own.items()}
    found = [place for place, count in shared.items() if count * 2 >= max(len(names), len(own[place]))]
    return sorted(found, key=lambda place: -shared[place])


def _alike(tables: Mapping[_Place, Shape]) -> dict[tuple[object, Shape], list[_Place]]:
    found: dict[tuple[object, Shape], list[_Place]] = defaultdict(list)
    for place, shape in tables.items():
        if shape:
            found[_source(place), tuple(sorted(shape))].append(place)
    return found


def _source(place: object) -> object:
    return place[0] if isinstance(place, tuple) else place
