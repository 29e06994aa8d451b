"""Our data types as presidio recognizers: one a language, for all types in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from presidio_analyzer import EntityRecognizer, RecognizerResult

from guard import plugins
from guard.detect.text import TextReader
from guard.detect.types import TypeCatalogue
from guard.model import DataType, UsageError
from guard.policy.catalogue import load_lexicon, load_types
from guard.yamldoc import nearest

# What the tagger of Chinese names finds, by presidio's own names for it.
_NAMES = {
    "person_name": "PERSON",
    "home_address": "LOCATION",
    "coarse_location": "LOCATION",
    "org_name": "ORGANIZATION",
}
_CHINESE = "zh"


def entity_of(type_id: str) -> str:
    """The presidio entity of one of our types."""
    return _NAMES.get(type_id, type_id.replace("-", "_").upper())


def exported(languages: Iterable[str], only: Sequence[str] = ()) -> list[Any]:
    """One recognizer for each of ``languages``, of the types whose id matches a glob of ``only`` (or all)."""
    return [Recognizer(language, _chosen(only)) for language in languages]


class Recognizer(EntityRecognizer):  # type: ignore[misc]  # presidio is optional, so mypy does not see it
    """Finds the values of ``types`` in text: pattern, check digit, the words before, and Chinese names."""

    def __init__(self, language: str, types: Sequence[DataType]) -> None:
        self._reader = TextReader(TypeCatalogue(types), _lexicon())
        # The tagger reads Chinese only.
        self._names = language == _CHINESE and any(kind.id in _NAMES for kind in types)
        catalogue = TypeCatalogue(types)
        found = [kind.id for kind in catalogue.embedded]
        found += [kind.id for kind in types if self._names and kind.id in _NAMES]
        super().__init__(
            supported_entities=list(dict.fromkeys(map(entity_of, found))),
            name="GovguardRecognizer",
            supported_language=language,
        )

    def load(self) -> None:
        """Nothing: the tagger loads when the first Chinese text comes."""

    def analyze(self, text: str, entities: Sequence[str], nlp_artifacts: Any = None) -> list[Any]:  # noqa: ARG002 - presidio's
        """The values of ``entities`` in ``text``, as RecognizerResults; ``nlp_artifacts`` is not used."""
        wanted = set(entities or self.supported_entities)
        (spans,) = self._reader.spans([text], names=self._names)
        return [
            RecognizerResult(
                entity_type=entity_of(span.type),
                start=span.start,
                end=span.end,
                score=span.confidence,
                recognition_metadata={
                    RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                },
            )
            for span in spans
            if entity_of(span.type) in wanted
        ]


@cache
def _types() -> Mapping[str, DataType]:
    return {kind.id: kind for folder in plugins.types_folders() for kind in load_types(folder)}


@cache
def _lexicon() -> Mapping[str, Any]:
    lexicon: dict[str, Any] = {}
    for folder in plugins.lexicon_folders():
        lexicon |= load_lexicon(folder)
    return lexicon


def _chosen(only: Sequence[str]) -> tuple[DataType, ...]:
    types = _types()
    for pattern in only:
        if not any(fnmatchcase(name, pattern) for name in types):
            raise UsageError("unknown-type", word=pattern, nearest=nearest(pattern, types) or "-")
    return tuple(
        kind
        for name, kind in types.items()
        if not only or any(fnmatchcase(name, pattern) for pattern in only)
    )
