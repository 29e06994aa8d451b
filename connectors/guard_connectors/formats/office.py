"""docx, pptx and odt: paragraphs and table rows, one row each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from guard.sdk import Asset, Budget, Problem, Sample, Unreadable
from guard_connectors.formats import text

_OPEN_XML = "application/vnd.openxmlformats-officedocument."
MEDIA = {
    "docx": f"{_OPEN_XML}wordprocessingml.document",
    "pptx": f"{_OPEN_XML}presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
}


def read(stream: BinaryIO, asset: Asset, budget: Budget, *, kind: str) -> Iterator[Sample | Problem]:
    """One column ``text``. ``kind`` is a key of MEDIA.

    A document without a word (pictures only, or a broken body) is ``no-text-layer``, never clean.
    """
    import kreuzberg

    try:
        result = kreuzberg.extract_bytes_sync(stream.read(), MEDIA[kind], _settings())
    except (kreuzberg.KreuzbergError, ValueError, OSError, RuntimeError):
        raise Unreadable(Problem(code="damaged-file", path=asset.path, params={"format": kind})) from None
    rows = list(text.pieces(result.content.splitlines()))
    if not rows:
        raise Unreadable(Problem(code="no-text-layer", path=asset.path, params={"format": kind}))
    yield from text.document(rows, asset, budget)


def _settings() -> Any:
    """Text only: no cache on disk, no picture recognition."""
    import kreuzberg

    return kreuzberg.ExtractionConfig(use_cache=False, disable_ocr=True, enable_quality_processing=False)
