"""What ``--fix`` has to write: the declarations that violations propose, those of one column in one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from guard.gate.declare.declaration import NAMES, Said, parts
from guard.gate.declare.methods import method
from guard.gate.declare.spots import Spots
from guard.gate.suppress.inline import is_waiver
from guard.model.gate import (
    AddColumn,
    Change,
    ChangeColumn,
    Create,
    Declaration,
    Drop,
    Fix,
    Name,
    Note,
    Place,
    Rename,
    Script,
    Violation,
    folded,
)

_NOTE = re.compile(r"(?i)\s*+(?:--|#|//)\s*+guard:\s*+(?P<said>.*+)", re.DOTALL)
_MASKED = "*"  # in a name that is not shown as it is: nothing can be declared of it
_UNSAFE = re.compile(r"[\s,，;；(]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """A declaration to be written: ``said`` of a column, or of the table as a whole where it names none.

    It goes to the end of ``line``, or ``above`` it. ``named`` is what it then has to name: the line defines
    several columns, or begins the statement too. ``old`` is the note that speaks of the same already, and is
    the last to do so: it is brought up to date instead. ``schema``: it goes to guard-schema.yaml.
    """

    file: str
    line: int
    table: str
    column: str
    said: Mapping[str, str]
    named: Mapping[str, str]
    above: bool = False
    schema: bool = False
    old: Place | None = None

    def text(self, *, above: bool) -> str:
        """What the note says after ``guard:``, at the end of the line or ``above`` it."""
        named = self.named if above or self.above else {}
        return " ".join(f"{key}={_word(value)}" for key, value in (*named.items(), *self.said.items()))


def pairs(text: str) -> Mapping[str, str]:
    """What the text of a note, after ``guard:``, names and declares."""
    return {key: value for key, value, _, _ in parts(text) if key}


def replaceable(key: str, value: str) -> bool:
    """Whether a declared ``value`` gives way to a proposed one: a level, and a mask that is none."""
    return key == "level" or (key == "mask" and method(value) is None)


def _word(value: str) -> str:
    return f'"{value}"' if _UNSAFE.search(value.partition("(")[0]) else value


def mendable(violation: Violation) -> bool:
    """Whether ``--fix`` can write what ``violation`` proposes: it is open, that is a declaration."""
    told = violation.state == "open" and violation.fix is not None and bool(_declared(violation.fix))
    return told and _MASKED not in f"{violation.table}{violation.column}"


def mends(violations: Iterable[Violation], scripts: Iterable[Script]) -> tuple[Mend, ...]:
    """The mends of ``violations``, in order; what several propose of one column is one mend."""
    return tuple(mend for mend, _ in proposals(tuple(violations), scripts))


def proposals(
    violations: Sequence[Violation], scripts: Iterable[Script]
) -> tuple[tuple[Mend, tuple[int, ...]], ...]:
    """Each of ``mends``, and at which places of ``violations`` those stand that propose it."""
    scripts = tuple(scripts)
    columns, notes = _columns(scripts), defaultdict[str, list[_Noted]](list)
    for script in scripts:
        notes[script.file] += _noted(script)
    found: dict[tuple[str, int, str, str], tuple[Mend, tuple[int, ...]]] = {}
    for at, violation in enumerate(violations):
        if violation.fix is None or not mendable(violation):
            continue
        made = _mend(violation, violation.fix, columns, notes.get(violation.fix.place.file, ()))
        key = (made.file, made.line, made.table.casefold(), made.column.casefold())
        old, of = found.get(key, (made, ()))
        found[key] = replace(old, said=_both(old.said, made.said)), (*of, at)
    return tuple(found.values())


def _both(one: Mapping[str, str], other: Mapping[str, str]) -> Mapping[str, str]:
    """Two proposals as one: the higher level, else the later one: it knows what was declared before."""
    levels = [said["level"] for said in (one, other) if "level" in said]
    highest = {"level": max(levels, key=lambda level: (len(level), level))} if levels else {}
    return {**one, **other, **highest}


def _declared(fix: Fix) -> Mapping[str, str]:
    found = _NOTE.fullmatch(fix.text)
    return pairs(found["said"]) if found else {}


@dataclass(frozen=True, slots=True)
class _Defined:
    """A column that a statement beginning on line ``begins`` defines; ``alone``: no other is on it."""

    begins: int
    alone: bool
    first: bool  # nothing of the statement before it could be spoken of on its line
    table: str
    column: str


def _mend(
    violation: Violation,
    fix: Fix,
    columns: Mapping[tuple[str, int], Sequence[_Defined]],
    notes: Sequence[_Noted],
) -> Mend:
    place, declared = fix.place, _declared(fix)
    there = columns.get((place.file, place.line), ())
    own = next((one for one in there if one.column == violation.column.casefold()), None)
    crowded = bool(violation.column) and (own is None or len(there) > 1)
    named: Mapping[str, str] = {}
    if own is None:
        named = {"table": violation.table} | ({"column": violation.column} if violation.column else {})
    elif own and (crowded or not own.first or not own.alone):
        alone = own.alone and len({one.begins for one in there}) == 1
        named = ({} if alone else {"table": violation.table}) | {"column": violation.column}
    return Mend(
        file=place.file,
        line=own.begins if crowded and own else place.line,
        table=violation.table,
        column=violation.column,
        said={key: value for key, value in declared.items() if key not in NAMES},
        named=named,
        above=crowded or fix.how == "before",
        schema=fix.how == "schema",
        old=_old(notes, own.table if own else violation.table, violation.column),
    )


def _columns(scripts: Iterable[Script]) -> Mapping[tuple[str, int], Sequence[_Defined]]:
    """The columns that scripts define, by the line on which each begins."""
    found: dict[tuple[str, int], list[_Defined]] = {}
    for script in scripts:
        begun = Counter(change.place.line for change in script.changes)
        reached = 0
        for change in script.changes:
            begins = change.place.line
            alone, reached = begun[begins] == 1 and begins > reached, max(reached, change.place.last)
            for table, column, place in _of(change):
                first = not isinstance(change, Create) or place.line > begins
                one = _Defined(begins, alone, first, table.casefold(), column.casefold())
                there = found.setdefault((script.file, place.line), [])
                there += [one] if one not in there else []
    return found


_Noted = tuple[Name, str, Place]  # table and column, folded, and the note that speaks of it


def _noted(script: Script) -> Sequence[_Noted]:
    """What the notes of ``script`` speak of, in the order in which they take effect."""
    said = [(note, _said(note)) for note in script.notes if not is_waiver(note)]
    spots = Spots(script, said)
    found = [
        (_table(change), column, declaration)
        for change in script.changes
        for column, declaration in spots.of(change)
    ]
    found += [(named.table, named.column, named.declaration) for named in spots.named]
    return [(folded(name), column.casefold(), one.place) for name, column, one in found if one.place]


def _said(note: Note) -> Said:
    told = pairs(note.text)
    declaration = Declaration(origin="note", place=note.place)
    return Said(declaration=declaration, table=told.get("table", ""), column=told.get("column", ""))


def _old(notes: Sequence[_Noted], table: str, column: str) -> Place | None:
    """The last note that speaks of ``column`` of the table that is called ``table`` where it is defined."""
    name, wanted = folded(tuple(table.split("."))), column.casefold()
    return next((place for of, one, place in reversed(notes) if one == wanted and _ends(name, of)), None)


def _ends(one: Name, other: Name) -> bool:
    least = min(len(one), len(other))
    return one[-least:] == other[-least:]


def _table(change: Change) -> Name:
    return change.name if isinstance(change, Create | Drop | Rename) else getattr(change, "table", ())


def _of(change: Change) -> Iterable[tuple[str, str, Place]]:
    match change:
        case Create():
            return [(".".join(change.name), column.name, column.place) for column in change.columns]
        case AddColumn():
            return [(".".join(change.table), change.column.name, change.column.place)]
        case ChangeColumn():
            return [(".".join(change.table), change.to or change.column, change.place)]
        case _:
            return ()
