"""What the page of a rule of the gate adds to its texts: severity, source, a wrong and a right script."""

from __future__ import annotations

from collections.abc import Iterator

from guard.gate.rule import Example, rules
from guard.sdk.display import padded
from guard.text import t


def gate_page(id: str, lang: str) -> Iterator[str]:
    """The lines after the texts of the rule ``id``; none where it is no rule."""
    rule = rules().get(id)
    if rule is None:
        return
    yield _row("severity", t(f"explain.gate.{rule.severity}", lang), lang)
    source = " ".join(part for part in (rule.standard, rule.clause) if part)
    yield _row("source", f"{source} [{rule.certainty}]".strip(), lang)
    yield from _example("bad", rule.bad, lang)
    yield from _example("good", rule.good, lang)


def _row(key: str, text: str, lang: str) -> str:
    return f"{padded(t(f'explain.gate.labels.{key}', lang), 12)} {text}"


def _example(key: str, example: Example, lang: str) -> Iterator[str]:
    yield _row(key, f"({example.dialect})", lang)
    yield from (f"    {line}" for line in example.sql.strip().splitlines())
