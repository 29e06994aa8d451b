"""A rule of the gate as SARIF describes it: everything a reader needs without following a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from guard.emit.gate.options import ScriptExample
from guard.emit.gate.wording import Words
from guard.sdk.display import visible

_MOST = 1000  # GitHub shows at most 1,024 characters of a description
_RANK = {"error": "8.0", "warning": "6.0", "note": "3.0"}


def rule_record(rule: str, words: Words) -> dict[str, Any]:
    """The ``reportingDescriptor`` of ``rule``, with its texts and, where it is known, both examples."""
    known = words.options.rules.get(rule)
    severity = known.severity if known else "warning"
    title, what = (words.rule_page(rule, part) for part in ("name", "what"))
    return {
        "id": rule,
        "name": re.sub(r"\W+", "_", rule),
        "shortDescription": {"text": title[:_MOST]},
        "fullDescription": {"text": what[:_MOST]},
        "help": {
            "text": "\n".join(_plain(rule, words)),
            "markdown": "\n".join(_markdown(rule, words)),
        },
        "defaultConfiguration": {"level": severity},
        "properties": {
            "tags": ["security", "data-classification", "database-migration"],
            "security-severity": _RANK[severity],
            "precision": "high",
        },
    }


def _plain(rule: str, words: Words) -> Iterator[str]:
    for part in ("what", "why", "next"):
        yield words.rule_page(rule, part)
    yield from _source(rule, words)
    for key, example in _examples(rule, words):
        yield f"{words.text(f'sarif.{key}')} ({example.dialect}):"
        yield from (f"    {visible(line)}" for line in example.sql.strip().splitlines())
    yield f"guard explain {rule}"


def _markdown(rule: str, words: Words) -> Iterator[str]:
    for part in ("what", "why", "next"):
        yield f"{words.rule_page(rule, part)}\n"
    yield from (f"{line}\n" for line in _source(rule, words))
    for key, example in _examples(rule, words):
        yield f"**{words.text(f'sarif.{key}')}** ({example.dialect})\n\n```sql"
        yield from (visible(line) for line in example.sql.strip().splitlines())
        yield "```\n"
    yield f"`guard explain {rule}`"


def _source(rule: str, words: Words) -> Iterator[str]:
    known = words.options.rules.get(rule)
    if known is not None and known.standard:
        yield words.text("sarif.source", source=visible(f"{known.standard} {known.clause}".strip()))


def _examples(rule: str, words: Words) -> Iterator[tuple[str, ScriptExample]]:
    known = words.options.rules.get(rule)
    if known is not None:
        yield from (("bad", known.bad), ("good", known.good))
