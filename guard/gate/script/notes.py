"""Comments of a script: ``guard:`` notes that declare or waive, and others that may hold a value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guard.gate.script.lexer import Token
from guard.gate.script.passing import any_comment, past, to_comment
from guard.gate.script.statement import Statement, Text
from guard.model.gate import Note

_KEYS = r"(?:level|category|mask|retention|zone|table|column|级别|类别|脱敏|保留|区域)\s{0,3}+[=:＝：]"
_COLON = r"guard\s{0,3}+[:：]"
_OPENS = re.compile(rf"(?i)(?:--++|#++|//++|/\*++)\s*+(?:{_COLON}|guard(?=\s{{1,3}}+{_KEYS}))")
# Behind the words of a comment: with a mark of its own, or so that nothing else can be meant.
_BEHIND = re.compile(
    rf"(?i)(?:(?:--|#|//|/\*)\s{{0,3}}+{_COLON}|\s{_COLON}(?=\s{{0,3}}+(?:{_KEYS}|waive\s)))"
)
_MARKS = re.compile(r"--|/\*|#|//|\{#")
_TELLING = re.compile(r"[\d@'\"]")
_LINE = 2000  # characters around a note that are looked at for whether it is alone


def note(comment: Token, source: Text) -> Note | None:
    """What ``comment`` says to the gate, None where it speaks to people. A note of several lines is one; one
    of a single line may stand behind words for people."""
    start = begins(comment.text)
    if start < 0:
        return None
    said = comment.text[start:].rstrip()
    text = " ".join(said.removesuffix("*/").split())
    return Note(text=text, place=source.place(comment.start, comment.end), alone=_alone(comment, source.text))


def begins(comment: str) -> int:
    """Where the text of the note begins that ``comment`` holds, -1 where it holds none."""
    found = _OPENS.match(comment)
    if found is None and "\n" not in comment:
        found = _BEHIND.search(comment)
    return found.end() if found else -1


def opens(comment: str) -> bool:
    """Whether ``comment`` is a note from its first character on."""
    return _OPENS.match(comment) is not None


def _alone(comment: Token, script: str) -> bool:
    before = script[max(0, comment.start - _LINE) : comment.start].rpartition("\n")[2]
    after = script[comment.end : comment.end + _LINE].partition("\n")[0]
    return not (before + after).strip()


def telling(comment: Token) -> bool:
    """Whether a comment holds something that could be a value: a digit, an @, a quotation mark."""
    return bool(_TELLING.search(comment.text))


def inside(statement: Statement) -> Iterator[Token]:
    """The comments inside a statement, found without making tokens of the rest."""
    script, at, end = statement.source.text, statement.start, statement.end
    if statement.broken >= 0 or not _MARKS.search(script, at, end):
        return
    traits = statement.dialect.traits
    while found := any_comment(traits).match(script, past(to_comment(traits), script, at, end), end):
        at = found.end()
        yield Token("comment", found[0], found.start(), at)
