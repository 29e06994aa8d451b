"""All sheets of a catalogue -> what each row says, and the items that come of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from guard.model import DataType
from guard.policy.pack import Pack
from guard.policy.sheet.entry import Entry
from guard.policy.sheet.grid import Grid, Merged
from guard.policy.sheet.header import layout
from guard.policy.sheet.levels import LevelReader
from guard.policy.sheet.rows import RowReader
from guard.policy.sheet.settle import Item, Settler, hinted
from guard.policy.sheet.words import SheetWords, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRead:
    """One sheet: its title, the field of each heading used, and the headings that were not.

    ``headed`` is False where no row heads a catalogue; ``beyond`` is the highest level number where the
    pack has fewer levels, else 0; ``blind`` says that formulas cannot be told in this kind of file.
    """

    name: str
    headed: bool
    title: str = ""
    columns: Mapping[str, int] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    beyond: int = 0
    blind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Every sheet, every row in order, and the items of the rows that were understood."""

    sheets: tuple[SheetRead, ...]
    entries: tuple[Entry, ...]
    items: tuple[Item, ...]

    @property
    def title(self) -> str:
        """The title of the first sheet that has one."""
        return next((sheet.title for sheet in self.sheets if sheet.title), "")


def read(
    grids: Iterable[Grid],
    words: SheetWords,
    pack: Pack,
    types: Sequence[DataType],
    given: Mapping[str, str],
) -> Catalogue:
    """Read every sheet. ``given`` maps level words to levels of ``pack`` as a person explained them."""
    settler = Settler(
        [level.id for level in pack.levels],
        hinted(types),
        frozenset(word.casefold() for kind in pack.kinds for word in (*kind.ends, *kind.begins)),
        words.category_ends,
        frozenset(
            plain(word) for kind in types for word in (kind.name.get("zh", ""), *kind.hints.get("zh", ()))
        ),
    )
    sheets: list[SheetRead] = []
    entries: list[Entry] = []
    for grid in grids:
        merged = Merged(grid)
        found = layout(grid, merged, words)
        if found is None:
            sheets.append(SheetRead(name=grid.name, headed=False))
            continue
        levels = LevelReader(words, pack.levels, given)
        rows = RowReader(grid, merged, found, words, levels)
        read_rows = list(rows.entries())
        cells = [grid.text(row, found.columns["level"]) for row in range(found.first, len(grid.rows))]
        entries += [settler.settle(entry) if entry.usable else entry for entry in read_rows]
        sheets.append(
            SheetRead(
                name=grid.name,
                headed=True,
                title=found.title,
                columns=found.columns,
                unused=found.unused,
                doubled=found.doubled,
                beyond=levels.beyond(cells),
                blind=grid.blind,
            )
        )
    failed = {(entry.sheet, entry.row) for entry in entries if not entry.usable}
    items = tuple(item for item in settler.items() if not set(item.rows) <= failed)
    return Catalogue(sheets=tuple(sheets), entries=tuple(entries), items=items)
