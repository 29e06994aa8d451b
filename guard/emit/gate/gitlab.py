"""gitlab: the code quality list that GitLab shows in a merge request (a subset of Code Climate's format)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, TextIO

from guard.emit.gate.options import GateOptions, listed
from guard.emit.gate.wording import Words, name, numbered, relative, subject
from guard.emit.record import compact
from guard.model.gate import Place, Verdict, Violation
from guard.sdk.display import visible

_SEVERITY = {"error": "critical", "warning": "major", "note": "minor"}
_EXCUSED = "info"
_UNREAD = "blocker"  # what was not read may hide anything


def write(verdict: Verdict, stream: TextIO, language: str, options: GateOptions) -> None:
    """Write one list: violations, then statements that were not read. Each fingerprint occurs once."""
    words = Words(verdict=verdict, language=language, options=options)
    stream.write("[" + ",".join("\n" + compact(item) for item in _items(words)) + "\n]\n")


def _items(words: Words) -> Iterator[dict[str, Any]]:
    for number, one in numbered(listed(words.verdict, words.options)):
        yield _item(words, one.place, one.rule, _description(words, one)) | {
            "fingerprint": one.fingerprint if number == 1 else _hash(one.fingerprint, number),
            "severity": _SEVERITY[one.severity] if one.state == "open" else _EXCUSED,
            "content": {"body": _body(words, one)},
        }
    seen: dict[tuple[str, str], int] = {}
    for unread in words.verdict.unread:
        key = (unread.place.file, unread.reason)
        seen[key] = seen.get(key, 0) + 1
        yield _item(words, unread.place, f"unread-{unread.reason}", words.unread(unread)) | {
            "fingerprint": _hash("unread", *key, seen[key]),
            "severity": _UNREAD,
            "content": {"body": words.unread(unread, "next")},
        }


def _item(words: Words, place: Place, check: str, description: str) -> dict[str, Any]:
    return {
        "type": "issue",
        "check_name": visible(check),
        "description": description,
        "categories": ["Security"],
        "location": {
            "path": visible(relative(place.file, words.options)),
            "lines": {"begin": place.line, "end": place.last},
        },
    }


def _description(words: Words, violation: Violation) -> str:
    parts = [subject(violation), words.level(violation.level), words.what(violation)]
    if violation.fix is not None:
        parts.append(words.fixed(violation))
    parts.append(words.excuse(violation))
    return " · ".join(part for part in parts if part)


def _body(words: Words, violation: Violation) -> str:
    parts = [
        words.rule(violation, "why"),
        words.rule(violation, "next"),
        f"guard explain {name(violation.rule)}",
    ]
    return " · ".join(part for part in parts if part)


def _hash(*parts: str | int) -> str:
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()
