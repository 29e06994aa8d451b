"""Names and comments that hold a value are shown masked: a table may be called after a person's number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from guard.gate.literal_values import LONGEST
from guard.model.gate import Unread, Violation

_HEAD, _TAIL = 3, 2
_OVERLAP = 256
_OURS = frozenset({"type", "standard"})  # params that no script writes
# A run of letters and digits, also of full width, or digits in groups as numbers are read out.
_GROUPS = r"\d(?:[\s'=\-‐‑‒–—―－]{0,3}[\dXxＸｘ]){5,}"
_RUN = re.compile(rf"{_GROUPS}|[A-Za-z0-9Ａ-Ｚａ-ｚ０-９@＠._+-]{{6,}}")
# Names begin with a letter: what is a value stands right behind it.
_NUMBER = re.compile(r"(?<=[A-Za-z])\d{6,}[Xx]?")
_TELLING = re.compile(r"[\d@＠]")


class Concealed:
    """Masks what a detector fires in. ``literals`` gives the types that each of some texts holds."""

    def __init__(self, literals: Callable[[Iterable[str]], tuple[frozenset[str], ...]]) -> None:
        self._literals = literals
        self.text = lru_cache(maxsize=100_000)(self._text)

    def violation(self, violation: Violation) -> Violation:
        """``violation`` with every name as it may be shown; without a fix that would name one wrongly."""
        params = {
            key: self.text(value) if isinstance(value, str) and key not in _OURS else value
            for key, value in violation.params.items()
        }
        fix = violation.fix
        return replace(
            violation,
            table=self.text(violation.table),
            column=self.text(violation.column),
            params=params,
            fix=fix if fix and self.text(fix.text) == fix.text else None,
        )

    def unread(self, unread: Unread) -> Unread:
        """``unread`` with the word at which reading ended as it may be shown."""
        return replace(unread, word=self.text(unread.word))

    def record(self, data: Any) -> Any:
        """``data`` of plain mappings, lists and texts with every text in it as it may be shown."""
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, dict):
            return {key: self.record(value) for key, value in data.items()}
        return [self.record(item) for item in data] if isinstance(data, list) else data

    def _text(self, text: str) -> str:
        # The cheap question first: the automata of all types are built with the first text that needs them.
        if not any(map(_maskable, _RUN.findall(text))) or not self._fires(text):
            return text
        return _RUN.sub(lambda run: _starred(run[0]), text)

    def _fires(self, text: str) -> bool:
        parts = (text[at : at + LONGEST] for at in range(0, len(text), LONGEST - _OVERLAP))
        return any(map(bool, self._literals((*parts, *_NUMBER.findall(text)))))


def _maskable(run: str) -> bool:
    """Whether a run can be a value or part of one: a short word with few digits is none."""
    telling = len(_TELLING.findall(run))
    return telling >= 4 or "@" in run or "＠" in run or (len(run) >= 12 and telling > 0)


def _starred(run: str) -> str:
    """A run that holds a value, or is part of one, without its middle."""
    return run[:_HEAD] + "*" * (len(run) - _HEAD - _TAIL) + run[-_TAIL:] if _maskable(run) else run
