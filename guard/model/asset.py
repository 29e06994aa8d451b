"""What can hold data: a table, view, file, sheet or document, and its columns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AssetKind(StrEnum):
    """What an asset is in its source."""

    TABLE = "table"
    VIEW = "view"
    FILE = "file"
    SHEET = "sheet"
    DOCUMENT = "document"
    DICTIONARY = "dictionary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column, with everything its source says about it.

    ``id`` is the identifier that a data dictionary carried for it, else None.
    ``key`` is ``"pk"``, ``"fk"``, ``"unique"`` or empty.
    """

    name: str
    position: int
    type: str = ""
    comment: str = ""
    nullable: bool = True
    key: str = ""
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One table, file or document of a source.

    ``path`` is the way from the source to the asset, outermost first: database,
    schema and table; or folders and file; then the sheet or archive member.
    ``rows`` is the source's own estimate, never a COUNT(*); None where it has none.
    ``system`` and ``department`` say whose it is, where the source says so.
    """

    source: str
    path: tuple[str, ...]
    kind: AssetKind
    columns: tuple[Column, ...] = ()
    comment: str = ""
    system: str = ""
    department: str = ""
    rows: int | None = None
    bytes: int | None = None

    @property
    def name(self) -> str:
        """The asset's own name: the last part of its path."""
        return self.path[-1]

    @property
    def ref(self) -> str:
        """A stable reference, ``source/part/part``; ``/`` inside a part becomes ``%2F``."""
        return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in (self.source, *self.path))
