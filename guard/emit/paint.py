"""Colour for a terminal, never the only sign of anything."""

from __future__ import annotations

from dataclasses import dataclass

_LEVELS = ("2", "36", "33", "1;31", "1;35", "1;97;45")


@dataclass(frozen=True, slots=True, kw_only=True)
class Painter:
    """Wraps text in SGR codes when ``color`` is on. ``levels`` are the pack's, lowest first."""

    color: bool
    levels: tuple[str, ...]

    def level(self, level: str, text: str) -> str:
        """``text`` in the colour of ``level``; undetermined in reverse."""
        known = level in self.levels
        code = _LEVELS[min(self.levels.index(level), len(_LEVELS) - 1)] if known else "7"
        return self._wrap(code, text)

    def bold(self, text: str) -> str:
        """``text`` in bold."""
        return self._wrap("1", text)

    def dim(self, text: str) -> str:
        """``text`` dimmed."""
        return self._wrap("2", text)

    def warn(self, text: str) -> str:
        """``text`` as something to look at."""
        return self._wrap("33", text)

    def _wrap(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color else text
