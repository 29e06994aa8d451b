"""Adds declarations to a script as SQL comments; no statement changes, and every other byte stays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from guard.gate.declare.declaration import parts
from guard.gate.fix.mend import Mend, replaceable
from guard.gate.fix.sheet import Sheet, brings_rows, ground, sheet
from guard.gate.script import notes
from guard.gate.script.dialect import Dialect
from guard.gate.script.lexer import Token
from guard.gate.script.split import walk
from guard.gate.script.statement import Text
from guard.model.gate import Fix, Place

_INDENT = re.compile(r"[ \t]*+")
_END = re.compile(r"\s*(?:\*+/)?\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A script with its notes: the new bytes, and of each mend what was written and where, None where there
    is no place for it.

    ``above`` counts the new lines before a line (from 0), ``changed`` are the lines that were added to.
    """

    data: bytes = field(repr=False)
    fixes: tuple[Fix | None, ...]
    above: Mapping[int, int] = field(default_factory=dict)
    changed: frozenset[int] = frozenset()


def noted(data: bytes, dialect: Dialect, mends: Sequence[Mend]) -> Edited:
    """``data`` with a note for each of ``mends``, as far as one can stand without touching a statement.

    Where the result would not be read as the same statements with just those notes, nothing is written.
    """
    nothing = Edited(data=data, fixes=(None,) * len(mends))
    lines = sheet(data)
    if lines is None:
        return nothing
    before = _Read(lines.text, dialect)
    page = _Page(lines, dialect, before.notes)
    fixes = tuple(page.put(mend) for mend in mends)
    page.finish()
    after = _Read(lines.text, dialect)
    if before.statements != after.statements or page.expected != +after.notes:
        return nothing
    try:
        return Edited(data=lines.data(), fixes=fixes, above=page.above, changed=frozenset(page.changed))
    except UnicodeEncodeError:
        return nothing


class _Read:
    """What is read of a script: its statements, token by token unless they bring rows, and its notes."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.statements: list[str] = []
        self.notes: Counter[str] = Counter()
        source = Text(file="", text=text)
        for piece in walk(source, dialect):
            comments: Iterable[Token] = ()
            if isinstance(piece, Token):
                comments = (piece,)
            elif brings_rows(piece):
                self.statements.append(text[piece.start : piece.end])
            else:
                comments = notes.inside(piece)
                self.statements += [token.text for token in piece.tokens] + [""]
            found = (notes.note(one, source) for one in comments)
            self.notes.update(one.text for one in found if one)


class _Page:
    """The lines of a script while notes are put on them."""

    def __init__(self, lines: Sheet, dialect: Dialect, told: Counter[str]) -> None:
        self._lines, self._ground = lines, ground(lines.text, dialect)
        self._clients = dialect.reads == "oracle"  # SQL*Plus knows no comment behind a terminator
        self._above: dict[int, list[str]] = {}
        self.changed: set[int] = set()
        self.expected = Counter(told)

    def put(self, mend: Mend) -> Fix | None:
        """Put ``mend`` into its old note, at the end of its line, or on a line above it; None: no place."""
        at = mend.line - 1
        if not 0 <= at < len(self._lines.bodies):
            return None
        if mend.old is not None:
            return self._renew(mend.old, mend.said)
        return (None if mend.above else self._append(mend, at)) or self._insert(mend, at)

    @property
    def above(self) -> Mapping[int, int]:
        """How many lines come before each line."""
        return {at: len(texts) for at, texts in self._above.items()}

    def finish(self) -> None:
        """Put in the new lines, from the last to the first: none moves another."""
        for at in sorted(self._above, reverse=True):
            indent = _INDENT.match(self._lines.bodies[at])
            new = [f"{indent[0] if indent else ''}-- guard: {text}" for text in self._above[at]]
            end = self._lines.ends[at] or self._lines.newline
            self._lines.bodies[at:at] = new
            self._lines.ends[at:at] = [end] * len(new)

    def _renew(self, old: Place, said: Mapping[str, str]) -> Fix | None:
        """Bring the note at ``old`` up to date."""
        line = old.line - 1
        comment = self._ground.comments.get((line, old.at - 1), "\n")
        before, found, after = self._lines.bodies[line].partition(comment)
        if not found or "\n" in comment:
            return None
        start = comment.lower().index("guard:") + len("guard:")
        tail = _END.search(comment)
        end = tail.start() if tail else len(comment)
        told, text = comment[start:end], _with(comment[start:end], said)
        new = f"{comment[:start]}{text}{comment[end:]}"
        if text != told:
            self._lines.bodies[line] = f"{before}{new}{after}"
            self.changed.add(line)
            self._expect(text, instead=told)
        return Fix(how="instead", text=new.strip(), place=old)

    def _append(self, mend: Mend, at: int) -> Fix | None:
        body = self._lines.bodies[at]
        terminated = self._clients and body.rstrip().endswith(";")
        if at in self._ground.trailing or at in self._ground.ended or at in self.changed or terminated:
            return None
        gap = "" if body.endswith((" ", "\t")) else " "
        text = mend.text(above=False)
        self._lines.bodies[at] = f"{body}{gap}-- guard: {text}"
        self.changed.add(at)
        self._expect(text)
        return _fix("append", text, mend)

    def _insert(self, mend: Mend, at: int) -> Fix | None:
        if at in self._ground.begun:
            return None
        text = mend.text(above=True)
        self._above.setdefault(at, []).append(text)
        self._expect(text)
        return _fix("before", text, mend)

    def _expect(self, text: str, *, instead: str = "") -> None:
        self.expected[" ".join(text.split())] += 1
        self.expected -= Counter([" ".join(instead.split())] if instead else [])


def _fix(how: str, text: str, mend: Mend) -> Fix:
    return Fix(how=how, text=f"-- guard: {text}", place=Place(file=mend.file, line=mend.line))


def _with(said: str, new: Mapping[str, str]) -> str:
    """What a note says, with ``new`` added; of what it says already only what is ``replaceable`` changes."""
    left, at, done = dict(new), 0, []
    for key, value, start, end in parts(said):
        if value != new.get(key, value) and replaceable(key, value):
            done += [said[at:start], f"{key}={new[key]}"]
            at = end
        left.pop(key, None)
    done.append(said[at:])
    return " ".join(("".join(done).rstrip(), *(f"{key}={value}" for key, value in left.items())))
