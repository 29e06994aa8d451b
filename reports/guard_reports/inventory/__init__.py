"""inventory: what sensitive data there is, at which level and why, as one page and as the 分类分级清单."""

from __future__ import annotations

from pathlib import Path

from guard.sdk import Facts, ReportInfo

__all__ = ["InventoryReport"]


class InventoryReport:
    """One self-contained HTML page, or an Excel workbook: columns, coverage, conflicts, packs, legend."""

    info = ReportInfo(id="inventory", formats=("html", "xlsx"))

    def build(self, facts: Facts, kind: str, path: Path, *, language: str) -> None:
        """Write ``kind`` to ``path`` in ``zh`` or ``en``; whole, or not at all.

        Reads ``facts.results()`` up to six times, holding one asset at a time. Raises ValueError for a kind
        that is not in ``info.formats``, OSError where ``path`` cannot be written.
        """
        if kind not in self.info.formats:
            raise ValueError(f"the inventory has no format {kind!r}, only {', '.join(self.info.formats)}")
        if kind == "html":
            from guard_reports.inventory.html import write
        else:
            from guard_reports.inventory.xlsx import write
        write(facts, path, language)
