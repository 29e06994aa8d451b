"""What makes a violation the same one after its script was moved, reformatted or renumbered."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable

from guard.model.gate import Violation

DIGITS = 20
# Parameters by which one violation differs from another of the same column. The rest (levels, suggestions,
# counts) may change while the violation stays the same one.
NAMING = ("source", "view", "server", "zone", "to", "grantee", "target", "rights")


def fingerprint(violation: Violation, *, isolated: bool = False, ordinal: int = 0) -> str:
    """20 hexadecimal digits of SHA-256 over rule, table, column, type and the other names of ``violation``.

    Letter case and width of names do not count, nor do level, line and file; with ``isolated``, where
    every file is a world of its own, the file does. ``ordinal`` tells equal ones apart.
    """
    parts = [violation.rule, violation.table, violation.column, violation.type]
    parts += [f"{key}={violation.params[key]}" for key in NAMING if key in violation.params]
    parts += [violation.place.file] * isolated + [str(ordinal)] * (ordinal > 0)
    folded = "\0".join(unicodedata.normalize("NFKC", part).casefold() for part in parts)
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def fingerprints(violations: Iterable[Violation], *, isolated: bool = False) -> tuple[str, ...]:
    """The fingerprints of one run's ``violations``, in order; equal ones are numbered in that order."""
    seen: Counter[str] = Counter()
    found = []
    for violation in violations:
        plain = fingerprint(violation, isolated=isolated)
        again = seen[plain]
        seen[plain] += 1
        found.append(fingerprint(violation, isolated=isolated, ordinal=again) if again else plain)
    return tuple(found)
