"""presidio, both ways: its recognizers as detectors here, and our types as recognizers there.

The ten lines that put our types into an AnalyzerEngine of one's own::

    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NoOpNlpEngine
    from guard.presidio import recognizers

    models = [{"lang_code": "zh", "model_name": "none"}]
    engine = NoOpNlpEngine(models=models)
    registry = RecognizerRegistry(recognizers=recognizers("zh"), supported_languages=["zh"])
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["zh"])
    for hit in analyzer.analyze("身份证号11010519491231002X，手机13800138000", language="zh"):
        print(hit.entity_type, hit.start, hit.end, round(hit.score, 2))

presidio itself is the extra ``presidio`` and is imported on first use only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["recognizers"]


def recognizers(*languages: str, types: Iterable[str] = ()) -> list[Any]:
    """Our data types as presidio EntityRecognizers, ready for anyone's registry.

    ``languages`` are presidio's codes (default: zh and en); ``types`` are globs of type ids
    (default: all that occur inside text). An entity is called like the type in capitals
    (RESIDENT_ID_18); persons, addresses and organisations of Chinese text are PERSON, LOCATION
    and ORGANIZATION, as presidio calls them.

    Raises:
        UsageError: ``presidio-missing`` where the extra is not installed, ``unknown-type``.
    """
    from guard.presidio.library import presidio

    presidio()
    from guard.presidio.export import exported

    return exported(languages or ("zh", "en"), tuple(types))
