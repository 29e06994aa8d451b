"""md: the comment on a merge request (GitHub-flavoured Markdown), never longer than a comment may be.

The first line is a comment of its own that a bot finds its last comment by, to replace it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TextIO

from guard.emit.gate.options import GateOptions, gravest
from guard.emit.gate.summary import summary
from guard.emit.gate.wording import Words, lines, name, spot, subject
from guard.emit.md import plain
from guard.model.gate import Unread, Verdict, Violation, Waiver

MARKER = "<!-- govguard gate -->"
MOST = 65_536
"""How many characters GitHub takes in one comment."""

_COLUMNS = ("place", "where", "level", "rule", "what")
_RESERVED = 400  # for the line that counts what is left out, and closing fences


def write(verdict: Verdict, stream: TextIO, language: str, options: GateOptions) -> None:
    """Write counts, a table of violations with errors first, the exact fixes, and what was not read."""
    words = Words(verdict=verdict, language=language, options=options)
    found = gravest(verdict, options)
    counts = "\n\n".join(plain(line) for line in summary(verdict, language, options))
    page = _Page(words, f"{MARKER}\n## {words.text('md.title')}\n\n{counts}\n")
    if found:
        heads = " | ".join(words.text(f"md.{key}") for key in _COLUMNS)
        page.part(f"\n| {heads} |\n|{' --- |' * len(_COLUMNS)}\n", (_row(one, words) for one in found))
    page.part(f"\n### {words.text('unread')}\n\n", (_unread(one, words) for one in verdict.unread))
    page.part(f"\n### {words.text('md.fixes')}\n", (_fix(some, words) for some in _mended(found)))
    waivers = [("lapsed", one) for one in verdict.lapsed] + [("unused", one) for one in verdict.unused]
    page.part(f"\n### {words.text('md.waivers')}\n\n", (_waiver(key, one, words) for key, one in waivers))
    stream.write(page.text())


class _Page:
    """Text that stops growing before it is longer than a comment may be, and counts what it leaves out."""

    def __init__(self, words: Words, start: str) -> None:
        self._words = words
        self._parts = [start]
        self._size = len(start)
        self._left = 0

    def part(self, head: str, items: Iterable[str]) -> None:
        """Add ``items`` below ``head``, as many as there is room for; nothing where there are none."""
        for number, item in enumerate(items):
            text = item if number else head + item
            if self._left or self._size + len(text) > MOST - _RESERVED:
                self._left += 1
            else:
                self._parts.append(text)
                self._size += len(text)

    def text(self) -> str:
        """All that had room, and how much did not."""
        more = f"\n{self._words.text('md.left', count=self._left)}\n" if self._left else ""
        return "".join(self._parts) + more


def _row(violation: Violation, words: Words) -> str:
    said = words.what(violation)
    if excuse := words.excuse(violation):
        said += f" · {excuse}"
    level = words.level(violation.level)
    cells = (spot(violation.place, words.options), subject(violation), level, words.ruled(violation), said)
    return "| " + " | ".join(plain(text) for text in cells) + " |\n"


def _mended(found: Iterable[Violation]) -> Iterable[list[Violation]]:
    """Those with a fix, what one fix mends together."""
    groups: dict[object, list[Violation]] = {}
    for one in found:
        if one.fix is not None:
            groups.setdefault((one.fix.how, one.fix.text, one.fix.place, subject(one)), []).append(one)
    return groups.values()


def _fix(some: Sequence[Violation], words: Words) -> str:
    first, fix = some[0], some[0].fix
    if fix is None:
        return ""
    text = "\n".join(lines(fix))
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    rules = words.text("and").join(name(one.rule) for one in some)
    parts = (spot(fix.place, words.options), subject(first), rules, words.fix(fix, fix.place))
    head = " · ".join(plain(part) for part in parts if part)
    return f"\n{head}\n\n{fence}text\n{text}\n{fence}\n"


def _unread(unread: Unread, words: Words) -> str:
    return f"- {plain(spot(unread.place, words.options))}: {plain(words.unread(unread))}\n"


def _waiver(key: str, waiver: Waiver, words: Words) -> str:
    return f"- {plain(spot(waiver.place, words.options))}: {plain(words.waiver(waiver, key))}\n"
