"""What changed since a branch was left, and the scripts as they were then."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from guard.gate.against.past import at
from guard.gate.against.repository import git, merge_base

__all__ = ["at", "changed"]

_DIFF = (
    "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--find-renames", "--ignore-submodules=all",
    "--relative", "-O/dev/null", "--inter-hunk-context=0", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip
_HUNK = re.compile(rb"@@ -\d++(?>(?:,(\d++))?) \+(\d++)(?>(?:,(\d++))?) @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


def changed(root: Path, ref: str) -> Mapping[str, frozenset[int] | None]:
    """The files under ``root`` that differ from where HEAD left ``ref``, and their new lines.

    Names are relative to ``root``, with ``/``. None stands for a whole file: it is new, not tracked or
    binary to git. A renamed file has the lines that changed in it; one that is gone is not there. What is
    not yet committed counts. Raises UsageError ``gate-no-git``, ``gate-not-a-repository``, ``gate-ref``,
    and SourceError ``gate-git`` where git fails otherwise.
    """
    base = merge_base(root, ref)
    lines = dict(_lines(git(root, *_DIFF, "--unified=0", base, "--", ".")))
    found: dict[str, frozenset[int] | None] = {}
    for kind, name in _statuses(git(root, *_DIFF, "--name-status", "-z", base, "--", ".")):
        if kind == b"R100":
            found[name] = frozenset()
        elif kind[:1] != b"D":
            found[name] = None if kind == b"A" else lines.get(name)
    untracked = git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    return found | {_text(name): None for name in untracked.split(b"\0")[:-1]}


def _statuses(said: bytes) -> Iterator[tuple[bytes, str]]:
    """Kind and name of every file that differs; of a renamed one the new name."""
    fields = iter(said.split(b"\0")[:-1])
    for kind in fields:
        name = next(fields)
        yield kind, _text(next(fields) if kind[:1] in (b"R", b"C") else name)


def _lines(diff: bytes) -> Iterator[tuple[str, frozenset[int]]]:
    """The files that a diff without context changes, with their new lines.

    A line that only goes counts as the lines on either side of the gap.
    """
    name, new, left = "", set[int](), 0
    for line in diff.split(b"\n"):
        if left:
            left -= line[:1] in (b"+", b"-")
        elif line.startswith((b"diff --git ", b"+++ ")):
            if name and new:
                yield name, frozenset(new)
            name, new = _new_name(line[4:]) if line[:1] == b"+" else "", set()
        elif found := _HUNK.match(line):
            gone, start, more = int(found[1] or 1), int(found[2]), int(found[3] or 1)
            left = gone + more
            new |= set(range(start, start + more)) if more else {start, start + 1}
    if name and new:
        yield name, frozenset(new)


def _new_name(said: bytes) -> str:
    """The name after ``+++``: git puts a tab behind one with spaces and quotes one with other bytes."""
    name = said.rstrip(b"\r").removesuffix(b"\t")
    if name.startswith(b'"'):
        name = _ESCAPE.sub(_unescaped, name[1:-1])
    return _text(name.removeprefix(b"b/"))


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return bytes([int(code, 8) & 255]) if len(code) == 3 else _LETTERS.get(code, code)


def _text(name: bytes) -> str:
    return os.fsdecode(name)
