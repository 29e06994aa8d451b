"""What was understood of one row of a catalogue, how, and what is doubtful about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

INFO, WARNING, ERROR = "info", "warning", "error"
UNDERSTOOD, DOUBTED, SKIPPED, FAILED = "understood", "doubted", "skipped", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One remark about a row: ``code`` has the text ``commands.exchange.notes.<code>``.

    ``params`` hold names, levels and row numbers; never an example of the sheet.
    """

    code: str
    weight: str = INFO
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row. ``row`` is its number in the sheet, from 1; ``path`` its category, the broadest first.

    ``level`` is a level of the pack that a machine may give, ``candidate`` one that only a person may.
    ``also`` are other names of its one item; ``standard`` and ``certainty`` are its own where it says so.
    ``examples`` may be real values: they are never shown, stored or written.
    """

    sheet: str
    row: int
    path: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    level: str = ""
    candidate: str = ""
    sharing: str = ""
    basis: str = ""
    standard: str = ""
    certainty: str = ""
    also: tuple[str, ...] = ()
    examples: tuple[str, ...] = field(default=(), repr=False)
    types: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    skipped: bool = False

    @property
    def status(self) -> str:
        """``understood``, ``doubted`` (understood with a warning), ``skipped`` or ``failed``."""
        weights = {note.weight for note in self.notes}
        if ERROR in weights:
            return FAILED
        if self.skipped:
            return SKIPPED
        return DOUBTED if WARNING in weights else UNDERSTOOD

    @property
    def usable(self) -> bool:
        """Whether the row becomes part of the pack."""
        return self.status in (UNDERSTOOD, DOUBTED)

    @property
    def grade(self) -> str:
        """The level or the candidate: what the row says."""
        return self.candidate or self.level

    def noted(self, code: str, weight: str = INFO, /, **params: str | int) -> Entry:
        """This row with one more remark."""
        return replace(self, notes=(*self.notes, Note(code=code, weight=weight, params=params)))
