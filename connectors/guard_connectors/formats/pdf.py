"""PDF: the text layer, one row a line: the first page, then the others in random order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

from guard.sdk import Asset, Budget, Problem, Sample, Unreadable
from guard_connectors.formats import text
from guard_connectors.formats.rows import Clock, chance, last_marked

_PASSWORD, _SECURITY = 4, 5
_PRIVATE_USE = range(0xE000, 0xF900)


def read(stream: BinaryIO, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    """One column ``text``; ``no-text-layer`` where no page has any readable text."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(stream.read())
    except pdfium.PdfiumError as error:
        code = "encrypted" if error.err_code in (_PASSWORD, _SECURITY) else "damaged-file"
        raise Unreadable(Problem(code=code, path=asset.path, params={"format": "pdf"})) from None
    pages = _Pages(document, asset, budget)
    rows = text.pieces(pages.lines())
    first = next(rows, None)
    if first is None:
        raise Unreadable(Problem(code="no-text-layer", path=asset.path, params={"format": "pdf"}))
    for item, last in last_marked(text.document(chain([first], rows), asset, budget)):
        complete = item.complete and pages.read == pages.count
        yield Sample(item.asset, item.batch, complete=complete, notes=pages.notes() if last else ())


class _Pages:
    """Walks the pages, the first one first and the others at random.

    Counts those read, and those without readable text.
    """

    def __init__(self, document: Any, asset: Asset, budget: Budget) -> None:
        self._document, self._asset, self._clock = document, asset, Clock(budget)
        self.count = len(document)
        self.read = self._silent = self._left = 0
        self._left = budget.bytes
        others = list(range(1, self.count))
        chance(budget, asset).shuffle(others)
        self._order = [0, *others] if self.count else []

    def lines(self) -> Iterator[str]:
        """The lines of all pages until time or bytes run out."""
        for place in self._order:
            if self._clock.over or self._left < 0:
                return
            page = _page_text(self._document, place)
            self.read += 1
            self._left -= len(page)
            hidden = sum(1 for letter in page if ord(letter) in _PRIVATE_USE)
            if hidden * 5 > len(page) or not page.strip():
                self._silent += 1
                continue
            yield from page.splitlines()

    def notes(self) -> tuple[Problem, ...]:
        """What is missing from the rows: pages that hold only pictures or private characters."""
        if not self._silent:
            return ()
        params: dict[str, str | int | float] = {"pages": self._silent, "of": self.read}
        return (Problem(code="pages-without-text", path=self._asset.path, params=params),)


def _page_text(document: Any, place: int) -> str:
    """The text of one page; empty where the page cannot be loaded."""
    import pypdfium2 as pdfium

    try:
        page = document[place]
        layer = page.get_textpage()
        found = str(layer.get_text_bounded())
        layer.close()
        page.close()
    except pdfium.PdfiumError:
        return ""
    return found
