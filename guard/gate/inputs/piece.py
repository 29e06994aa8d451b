"""What a file gives the gate: pieces of SQL, and changes that stand in it in another form, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path

from guard.gate.script.dialect import Dialect, dialect
from guard.gate.script.statement import Text
from guard.model.gate import Change, Literals, Note, Place, Script, Unread
from guard.yamldoc import read


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A file, or a part of one, as it is applied: ``parts`` are SQL and ready changes, in order.

    ``dialect`` is None where nothing but its content tells it. A change log that includes others is as
    many pieces as it takes to keep the order, and so is a script; ``session`` is then the first of those
    that a client applies one inside the other. ``editable`` says that SQL comments may be added to it.
    """

    file: str
    parts: tuple[Text | Change, ...] = field(repr=False)
    dialect: Dialect | None = None
    editable: bool = True
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All pieces in the order in which they are applied, and the files that could not be read.

    ``left_out`` counts files and folders that are never applied or not looked into: down and undo
    scripts, hidden and package folders, links that lead nowhere or to a folder.
    """

    pieces: tuple[Piece, ...]
    unread: tuple[Unread, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of ``file`` on its way into a piece."""

    file: str
    content: Text | Change
    dialect: Dialect | None = None
    editable: bool = True
    session: str = ""


def pieces(parts: Iterable[Part]) -> Iterator[Piece]:
    """The parts in order, those of one file and dialect that follow each other in one piece."""
    runs = groupby(parts, lambda one: (one.file, one.dialect, one.editable, one.session))
    for (file, name, editable, session), run in runs:
        found = tuple(one.content for one in run)
        yield Piece(file=file, parts=found, dialect=name, editable=editable, session=session)


def script(piece: Piece) -> Script:
    """``piece`` read: the changes of its SQL and its own, in order; its notes and comments.

    What a migration tool writes into its own tables is left out.
    """
    from guard.gate.script.read import read_script

    used = piece.dialect or _guess(piece)
    changes: list[Change] = []
    notes: list[Note] = []
    comments: list[tuple[str, Place]] = []
    for part in piece.parts:
        if not isinstance(part, Text):
            changes.append(part)
            continue
        inner = read_script(part, used, editable=piece.editable)
        changes += inner.changes
        notes += inner.notes
        comments += inner.comments
    return Script(
        file=piece.file,
        dialect=used.name,
        changes=tuple(change for change in changes if not _bookkeeping(change)),
        notes=tuple(notes),
        comments=tuple(comments),
        editable=piece.editable,
        session=piece.session,
    )


def _guess(piece: Piece) -> Dialect:
    from guard.gate.script.sniff import sniff

    texts = [part.text for part in piece.parts if isinstance(part, Text)]
    return sniff(Text(file=piece.file, text="\n".join(texts))) if texts else dialect("ansi")


def _bookkeeping(change: Change) -> bool:
    return isinstance(change, Literals) and "".join(change.table[-1:]).lower() in _tables()


@cache
def _tables() -> frozenset[str]:
    return frozenset(read(Path(__file__).with_name("layouts.yaml")).data["bookkeeping"])
