"""A script read: what its statements change, and what its comments say."""

from __future__ import annotations

from guard.gate.script import notes
from guard.gate.script.dialect import Dialect
from guard.gate.script.reading import Comment, Routine, pieces
from guard.gate.script.rows import SeedRows
from guard.gate.script.sniff import sniff
from guard.gate.script.statement import Text
from guard.model.gate import Change, Note, Place, Script, Unread

__all__ = ["read_script", "sniff"]

_COMMENTS = 10_000  # kept for judging


def read_script(text: Text, dialect: Dialect, *, editable: bool = True) -> Script:
    """``text`` as a script of ``dialect``. What cannot be read is among its changes as ``Unread``."""
    from guard.gate.ddl.changes import changes
    from guard.gate.script.routines import routine
    from guard.gate.script.secrets_in import secrets

    found: list[Change] = []
    said: list[Note] = []
    comments: list[tuple[str, Place]] = []
    seeds = SeedRows()
    for piece in pieces(text, dialect):
        if isinstance(piece, Unread):
            found.append(piece)
        elif isinstance(piece, Routine):
            found += routine(piece.statement)
        elif not isinstance(piece, Comment):
            found += () if seeds.enough(piece) else changes(piece)
            found += secrets(piece)
        elif note := notes.note(piece.token, piece.source):
            said.append(note)
        if (
            isinstance(piece, Comment)
            and len(comments) < _COMMENTS
            and notes.telling(piece.token)
            and not notes.opens(piece.token.text)
        ):
            comments.append((piece.token.text, piece.source.place(piece.token.start, piece.token.end)))
    return Script(
        file=text.file,
        dialect=dialect.name,
        changes=tuple(seeds.told(found)),
        notes=tuple(said),
        comments=tuple(comments),
        editable=editable,
    )
