"""Matches many rules against Arrow strings: by compiled automata where that pays, else by RE2.

Both give the same answer; the fuzz tests hold them to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any

from guard.checks import Bools
from guard.detect.expressions import FEW, Expressions
from guard.detect.rules import Hits, Matches, Rule

WORTH = 8 << 20  # bytes; below, RE2 is done before an automaton is loaded


class Scanner:
    """``rules`` over string arrays without nulls, one value a line, at most 2 GB each.

    ``compiled``: True or False force an engine; None chooses: the automata from ``WORTH`` bytes on,
    in one array or in all so far, where numba and a safe cache folder are at hand. Serves any number
    of threads.

    Raises:
        NativeUnavailable: ``compiled`` is True and the automata cannot run here.
    """

    def __init__(self, rules: Sequence[Rule], *, compiled: bool | None = None, few: int = FEW) -> None:
        self.rules = tuple(rules)
        self._expressions = Expressions(self.rules, few=few)
        self._engine: Any = self._expressions
        self._undecided = compiled is None
        self._seen = 0
        self._lock = Lock()
        if compiled:
            self._engine = self._automata(required=True)

    def whole(self, values: Any) -> Matches:
        """Which values match which rules from their first character to their last."""
        return self._counted(values).whole(values)  # type: ignore[no-any-return]

    def inside(self, values: Any) -> Hits:
        """Where rules occur inside values, with byte offsets."""
        return self._counted(values).inside(values)  # type: ignore[no-any-return]

    def rows(self, values: Any) -> Iterator[tuple[int, Bools]]:
        """Rules that occur inside values, and in which: cheaper than ``inside``."""
        return self._chosen(values).rows(values)  # type: ignore[no-any-return]

    def fast(self, values: Any) -> bool:
        """Whether ``values`` are matched by automata: compiled code may be used beside them."""
        return self._chosen(values) is not self._expressions

    def _counted(self, values: Any) -> Any:
        engine = self._chosen(values)
        if self._undecided:
            self._seen += values.nbytes
        return engine

    def _chosen(self, values: Any) -> Any:
        if self._undecided and self._seen + values.nbytes >= WORTH:
            with self._lock:
                if self._undecided:
                    self._engine = self._automata(required=False)
                    self._undecided = False
        return self._engine

    def _automata(self, *, required: bool) -> Any:
        from guard.checks import native

        reason = native.unavailable()
        if reason is None:
            from guard.detect.automata import Automata

            return Automata(self.rules, self._expressions)
        if required:
            raise native.NativeUnavailable(reason)
        return self._expressions
