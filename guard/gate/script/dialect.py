"""The dialects that are read, by the names people give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from guard.model import UsageError
from guard.yamldoc import nearest, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One dialect. ``reads`` is sqlglot's name of the grammar for its queries, empty for none in
    particular; ``traits`` are explained in ``dialects.yaml``."""

    name: str
    reads: str
    traits: frozenset[str]


@cache
def dialects() -> Mapping[str, Dialect]:
    """Every name that people use -> its dialect; aliases come after the names."""
    data = read(Path(__file__).with_name("dialects.yaml")).data
    found = {
        name: Dialect(name=name, reads=entry["reads"], traits=frozenset(entry["traits"]))
        for name, entry in data.items()
    }
    for name, entry in data.items():
        found |= dict.fromkeys(entry.get("also", ()), found[name])
    return found


def main() -> frozenset[str]:
    """The names of the dialects themselves, without aliases and those of products that are rarely met."""
    return frozenset(one.name for one in dialects().values() if "rare" not in one.traits)


def dialect(name: str) -> Dialect:
    """The dialect called ``name``. Raises UsageError ``script-dialect`` with the main ones."""
    known = dialects()
    wanted = name.strip().lower().replace("_", "-")
    if wanted not in known:
        near = nearest(wanted, known) or "-"
        raise UsageError("script-dialect", word=name, nearest=near, known=", ".join(sorted(main())))
    return known[wanted]
