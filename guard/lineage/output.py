"""What is said of a query, and that nothing can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from guard.model.gate import Name, Source

Tables = Callable[[Name], tuple[str, ...] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One column that a query gives: its name (empty where it has none) and the columns it comes from.

    ``lacks`` are the columns, as written, that the query as a whole asks of relations which have none of
    that name: where they come from cannot be said. ``named``: the query says the name itself; else it is that
    of a function, by which some systems call such a column.
    """

    name: str
    sources: tuple[Source, ...] = ()
    lacks: tuple[str, ...] = ()
    named: bool = True


class CannotRead(Exception):  # noqa: N818 - the word of the gate: a query cannot be read
    """``word`` is the keyword or limit at which reading a query ended: never a literal."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word
