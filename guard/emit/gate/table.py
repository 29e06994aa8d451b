"""table: for people at a terminal. One block a violation, grouped by file; the fix as it is to be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TextIO

from guard.emit.gate.options import GateOptions, listed
from guard.emit.gate.wording import Words, inert, lines, name, spot, subject
from guard.emit.paint import Painter
from guard.model.gate import Verdict, Violation
from guard.sdk.display import cells, folded, padded

_INDENT = "    "


def write(verdict: Verdict, stream: TextIO, language: str, options: GateOptions) -> None:
    """Write the violations of each file, then what was not read, then waivers and entries to look at."""
    words = Words(verdict=verdict, language=language, options=options)
    paint = Painter(color=options.color, levels=verdict.levels)
    blocks = [
        list(_file(words, paint, list(found)))
        for _, found in groupby(listed(verdict, options), lambda one: one.place.file)
    ]
    blocks += [list(_unread(words, paint)), list(_waivers(words, paint))]
    stream.write("\n".join("".join(inert(line) + "\n" for line in block) for block in blocks if block))


def _file(words: Words, paint: Painter, found: Sequence[Violation]) -> Iterator[str]:
    rows = [(spot(one.place, words.options), subject(one), words.level(one.level)) for one in found]
    wide = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    for row, one in zip(rows, found, strict=True):
        place, where, level = (padded(text, width) for text, width in zip(row, wide, strict=True))
        rule = name(one.rule) if one.severity == "error" else words.ruled(one)
        shown = paint.level(one.level, level) if one.level else level
        yield f"{paint.bold(place)}  {where}  {shown}  {rule}".rstrip()
        yield from _said(words, paint, one)


def _said(words: Words, paint: Painter, violation: Violation) -> Iterator[str]:
    width = max(words.options.width, 60)
    yield from (_INDENT + line for line in folded(words.what(violation), width - len(_INDENT)))
    if violation.fix is not None:
        yield from _fix(words, violation)
    elif following := words.rule(violation, "next"):
        yield from _labelled(words, "next", folded(following, width - _label(words) - len(_INDENT)))
    if excuse := words.excuse(violation):
        yield from _labelled(words, "state", [paint.dim(excuse)])
    yield from _labelled(words, "why", [f"guard explain {name(violation.rule)}"])


def _fix(words: Words, violation: Violation) -> Iterator[str]:
    fix = violation.fix
    if fix is None:
        return
    text = lines(fix)
    how = words.fix(fix, violation.place)
    if len(text) == 1:
        yield from _labelled(words, "fix", [f"{how}   {text[0]}"])
    else:
        yield from _labelled(words, "fix", [how, *(f"  {line}" for line in text)])


def _labelled(words: Words, key: str, text: Sequence[str]) -> Iterator[str]:
    wide = _label(words)
    for number, line in enumerate(text):
        yield _INDENT + padded("" if number else words.text(f"label.{key}"), wide) + line


def _label(words: Words) -> int:
    return max(cells(words.text(f"label.{key}")) for key in ("fix", "next", "why", "state")) + 2


def _unread(words: Words, paint: Painter) -> Iterator[str]:
    for number, one in enumerate(words.verdict.unread):
        if not number:
            yield paint.warn(words.text("unread"))
        yield f"  {spot(one.place, words.options)}  {words.unread(one)}"


def _waivers(words: Words, paint: Painter) -> Iterator[str]:
    for key, waivers in (("lapsed", words.verdict.lapsed), ("unused", words.verdict.unused)):
        for one in waivers:
            yield paint.warn(f"! {spot(one.place, words.options)}  {words.waiver(one, key)}")
    for entry in words.verdict.stale:
        told = entry.partition("#")[2].strip() or entry
        yield paint.warn(f"! {words.text('stale', entry=name(told))}")
