"""presidio itself: imported on first use, without model, download, request or log line."""

from __future__ import annotations

import logging
from functools import cache
from types import ModuleType
from typing import Any

from guard.model import UsageError

_LOGGERS = ("presidio-analyzer", "decision_process")


def presidio() -> ModuleType:
    """The package ``presidio_analyzer``. Raises UsageError ``presidio-missing`` naming the extra."""
    try:
        import presidio_analyzer
    except ImportError as error:
        raise UsageError("presidio-missing", code=type(error).__name__) from None
    return presidio_analyzer  # type: ignore[no-any-return]


def silence() -> None:
    """Stop presidio's loggers: some of its recognizers log the text that they refuse."""
    for name in _LOGGERS:
        logging.getLogger(name).disabled = True


@cache
def _suffixes() -> Any:
    import tldextract

    # The list in the package; by default two requests are made and a cache is written at home.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def offline(recognizer: Any) -> Any:
    """``recognizer`` itself, made to ask nobody whether a domain ends in a public suffix."""
    from presidio_analyzer.predefined_recognizers import EmailRecognizer

    if (
        isinstance(recognizer, EmailRecognizer)
        and type(recognizer).validate_result is EmailRecognizer.validate_result
    ):
        recognizer.validate_result = lambda text: _suffixes()(text).fqdn != ""
    return recognizer
