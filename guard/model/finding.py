"""What detection found in one column: type, confidence and evidence; no value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NAME_VALUE = "name-value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One observation that speaks for (``weight`` > 0) or against a type.

    ``kind`` is one of ``name``, ``comment``, ``table``, ``neighbour``, ``value``,
    ``check``, ``dictionary``, ``declared`` (SQL type), ``shape``, ``name-value`` (the column's
    name is itself a value of the type; it has no weight). ``detail`` names what
    matched: a lexicon word, a check, a pattern's type; never a cell. ``weight`` is in log-odds.
    ``hits`` of ``total`` rows, where the evidence counts rows.
    """

    kind: str
    type: str
    detail: str = ""
    weight: float = 0.0
    hits: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """A type found in a minority of a column's rows, or inside longer text.

    ``share`` = hits / rows with a value. Kept beside the column's verdict, never averaged away.
    ``rows`` are the numbers, from 0, of the first rows that hold it, where a file was read whole.
    """

    type: str
    hits: int
    total: int
    embedded: bool = False
    rows: tuple[int, ...] = ()

    @property
    def share(self) -> float:
        """Share of the rows with a value that hold this type."""
        return self.hits / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Facts about a column's values that hold no value: counts and lengths.

    ``distinct`` counts distinct values among the ``rows`` seen; lengths are in characters.
    ``flags`` are ids such as ``precision-lost``, ``mojibake``, ``secret-marking``.
    ``facts`` are measured numbers for policy rules, e.g. ``min_age`` or ``decimals``.
    """

    rows: int = 0
    nulls: int = 0
    distinct: int = 0
    min_length: int = 0
    max_length: int = 0
    mean_length: float = 0.0
    flags: tuple[str, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one column looks like. ``type`` is None where nothing was found.

    ``confidence`` is 0..1; ``alternatives`` are (type, confidence), best first;
    ``missed`` is the probability that a type present in 1 % of all rows was not
    in the rows seen (0.99 ** rows), None where no value was read.
    """

    column: str
    type: str | None
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    mixed: tuple[Mixed, ...] = ()
    shape: Shape | None = None
    missed: float | None = None

    @property
    def name_values(self) -> tuple[str, ...]:
        """The types of which the column's own name is or holds a value."""
        return tuple(item.type for item in self.evidence if item.kind == NAME_VALUE)
