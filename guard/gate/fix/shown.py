"""A change to a script as a unified diff, without what the script quotes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from guard.gate.fix.sheet import sheet, tokens
from guard.gate.script.dialect import Dialect
from guard.gate.script.notes import begins, opens
from guard.gate.script.statement import Text

_LONG = 5  # digits from which a number may be somebody's
_AROUND = 3  # lines that git looks for around a change
_MARK = "…"  # of what is not shown
_NO_END = "\\ No newline at end of file"
_HIDDEN = re.compile(r"[^\n]+")
_BETWEEN = re.compile(r"[^\s;]+")


def diff(
    file: str, before: Sequence[str], after: Sequence[str], above: Mapping[int, int], changed: Collection[int]
) -> str:
    """The hunks, with up to three lines around them: ``above`` counts the new lines before a line (from 0),
    ``changed`` are the lines that were replaced. Both texts end in an empty line where they end a line."""
    lines = [f"--- a/{file}", f"+++ b/{file}"]
    shift = 0
    for some in _near(sorted({*above, *changed})):
        start, end = _around(before, some[0], some[-1] + 1)
        body: list[str] = []
        at = start + shift
        for line in range(start, end):
            new = above.get(line, 0)
            body += [f"+{text}" for text in after[at : at + new]]
            at += new
            body += [f"-{before[line]}", f"+{after[at]}"] if line in changed else [f" {before[line]}"]
            at += 1
        lines += [_head(start, end - start, start + shift, at - start - shift), *body]
        lines += [_NO_END] if end == len(before) else []
        shift = at - end
    return "".join(f"{line}\n" for line in lines)


def _around(lines: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """A part of ``lines`` with what stands around it, up to a line that is not shown whole; git wants one
    line behind it."""
    first, last, most = max(start - _AROUND, 0), end, len(lines) - (not lines[-1])
    while start > first and _MARK not in lines[start - 1]:
        start -= 1
    while last < min(end + _AROUND, most) and (last == end or _MARK not in lines[last]):
        last += 1
    return start, last


def _near(lines: Sequence[int]) -> Iterator[list[int]]:
    """``lines`` in groups of which the lines around overlap or touch."""
    some: list[int] = []
    for line in lines:
        if some and line - some[-1] > 2 * _AROUND + 1:
            yield some
            some = []
        some.append(line)
    if some:
        yield some


def _head(old: int, olds: int, new: int, news: int) -> str:
    return f"@@ -{old + 1},{olds} +{new + 1},{news} @@"


def applies(diff: str, before: bytes, after: bytes) -> bool:
    """Whether the lines of ``diff`` are those of the files that it leads from and to."""
    try:
        old, new = (frozenset(data.decode().split("\n")) for data in (before, after))
    except UnicodeDecodeError:
        return False
    lines = [line for line in diff.split("\n")[2:] if line and not line.startswith(("@@", "\\"))]
    return all(line[1:] in (new if line[0] == "+" else old) for line in lines)


def shown(data: bytes, dialect: Dialect) -> list[str]:
    """The lines of a script with ``…`` for literals, long numbers, comments that are no notes, and whatever
    stands between statements."""
    lines = sheet(data)
    return "".join(_shown(Text(file="", text=lines.text), dialect)).split("\n") if lines else []


def _to_people(comment: str) -> int:
    """How many characters of a comment come before its note: all where it has none."""
    return 0 if opens(comment) else start if (start := begins(comment)) >= 0 else len(comment)


def _shown(source: Text, dialect: Dialect) -> Iterator[str]:
    at = 0
    for token in tokens(source, dialect):
        yield _BETWEEN.sub(_MARK, source.text[at : token.start])
        hidden = token.kind in ("text", "open") or (token.kind == "number" and len(token.text) >= _LONG)
        words = _to_people(token.text) if token.kind == "comment" else 0
        hidden |= words == len(token.text)
        yield _HIDDEN.sub(_MARK, token.text) if hidden else "…" * bool(words) + token.text[words:]
        at = token.end
    yield _BETWEEN.sub(_MARK, source.text[at:])
