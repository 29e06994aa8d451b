"""The dialect of scripts that are applied in one order: what one leaves open, the others tell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from guard.gate.inputs.layout import location
from guard.gate.inputs.piece import Piece
from guard.gate.script.dialect import Dialect
from guard.gate.script.sniff import sniff
from guard.gate.script.statement import Text

_HEAD = 2_000  # characters of each script, where only all together tell
_OPEN = "ansi"


def in_series(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """``pieces``, each with the dialect that its content tells, or else what most others of its location do.

    Where none of a location tells it, all together may; else it stays open.
    """
    own = [piece.dialect or _sniffed(piece) for piece in pieces]
    homes = [location(Path(piece.file)) for piece in pieces]
    found: dict[Path, list[Dialect]] = defaultdict(list)
    for home, dialect in zip(homes, own, strict=True):
        if dialect.name != _OPEN:
            found[home].append(dialect)
    rest = [at for at, dialect in enumerate(own) if dialect.name == _OPEN and pieces[at].dialect is None]
    members: dict[Path, list[Piece]] = defaultdict(list)
    for at in rest:
        members[homes[at]].append(pieces[at])
    shared = {home: _shared(found.get(home, ()), open_) for home, open_ in members.items()}
    chosen = {at: shared[homes[at]] for at in rest}
    return tuple(replace(piece, dialect=chosen.get(at) or own[at]) for at, piece in enumerate(pieces))


def _shared(told: Sequence[Dialect], undecided: Sequence[Piece]) -> Dialect | None:
    """What more than half of those tell that do; where none does, what all undecided tell together."""
    if not told:
        return _of("\n".join(text[:_HEAD] for piece in undecided for text in _texts(piece)))
    dialects = {dialect.name: dialect for dialect in told}
    name, count = Counter(dialect.name for dialect in told).most_common(1)[0]
    return dialects[name] if 2 * count > len(told) else None


def _sniffed(piece: Piece) -> Dialect:
    return _of("\n".join(_texts(piece)))


def _of(text: str) -> Dialect:
    return sniff(Text(file="", text=text))


def _texts(piece: Piece) -> list[str]:
    return [part.text for part in piece.parts if isinstance(part, Text)]
