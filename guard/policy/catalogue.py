"""Reads the data-type catalogue and the lexicons; a wrong item is answered with file, line and right name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from guard.checks import EXPLAIN
from guard.model import DataType, UsageError, ValueShape
from guard.policy.patterns import fault
from guard.yamldoc import Document, nearest, read

STRENGTHS = ("strong", "medium", "weak")
STEPS = ("compact", "upper")
_TEXTS = ("category", "level", "organisation_level", "strict_level", "candidate", "mask", "example")
_TEXTS_MORE = ("masked_example", "certainty", "note")
_OWN = ("id", "name", "personal", "sensitive", "standards", "hints", "value", "samples", "names")
FIELDS = (*_TEXTS, *_TEXTS_MORE, *_OWN)
VALUE_FIELDS = ("pattern", "check", "dictionary", "strength", "normalise", "embedded")
REQUIRED = ("id", "name", "category", "level")


def load_types(folder: Path) -> tuple[DataType, ...]:
    """Every type in ``folder/*.yaml``, in order of file name and place.

    Raises UsageError: ``yaml-broken``, ``type-unknown-field``, ``type-missing-field``,
    ``type-bad-field``, ``type-unknown-check``, ``type-bad-pattern``, ``type-pattern-size``,
    ``type-pattern-empty``, ``type-duplicate``.
    """
    found: dict[str, DataType] = {}
    for path in sorted(folder.glob("*.yaml")):
        document = read(path)
        if not isinstance(document.data, list):
            raise UsageError(
                "type-bad-field", file=str(path), line=1, type="-", field=path.stem, wanted="list"
            )
        for index in range(len(document.data)):
            item = _Item(document, index).build()
            if item.id in found:
                raise UsageError(
                    "type-duplicate",
                    file=str(path),
                    line=document.line(index),
                    type=item.id,
                    first=found[item.id].origin,
                )
            found[item.id] = item
    return tuple(found.values())


def load_lexicon(folder: Path) -> Mapping[str, Any]:
    """The lexicon files of ``folder``: file stem to its data."""
    return {path.stem: read(path).data for path in sorted(folder.glob("*.yaml"))}


class _Item:
    """One item of a types file while it is checked."""

    def __init__(self, document: Document, index: int) -> None:
        self.document, self.index = document, index
        self.data = document.data[index]

    def build(self) -> DataType:
        if not isinstance(self.data, dict):
            raise self._error("type-bad-field", (), field="item", wanted="mapping")
        self._known(self.data, FIELDS, ())
        for field in REQUIRED:
            if not self.data.get(field):
                raise self._error("type-missing-field", (), field=field)
        texts = {key: self._text(key) for key in (*_TEXTS, *_TEXTS_MORE) if key in self.data}
        return DataType(
            **texts,
            id=self._text("id"),
            name={str(key): str(text) for key, text in self._mapping("name").items()},
            hints={
                str(key): self._words(words, "hints", key) for key, words in self._mapping("hints").items()
            },
            value=self._value(),
            personal=self._flag(self.data.get("personal", False), "personal"),
            sensitive={
                str(key): self._flag(flag, "sensitive", key)
                for key, flag in self._mapping("sensitive").items()
            },
            standards=self._words(self.data.get("standards"), "standards"),
            samples_true=self._samples("samples", True),
            samples_false=self._samples("samples", False),
            names_true=self._samples("names", True),
            names_false=self._samples("names", False),
            origin=f"{Path(self.document.path).name}:{self.document.line(self.index)}",
        )

    def _value(self) -> ValueShape | None:
        value = self._mapping("value")
        if not value:
            return None
        self._known(value, VALUE_FIELDS, ("value",))
        check, pattern = str(value.get("check", "")), str(value.get("pattern", ""))
        if check and check not in EXPLAIN:
            raise self._unknown("type-unknown-check", check, EXPLAIN, ("value", "check"))
        strength = str(value.get("strength", "weak"))
        if strength not in STRENGTHS:
            raise self._unknown("type-bad-field", strength, STRENGTHS, ("value", "strength"))
        steps = self._words(value.get("normalise"), "value", "normalise")
        for step in steps:
            if step not in STEPS:
                raise self._unknown("type-bad-field", step, STEPS, ("value", "normalise"))
        self._compile(pattern)
        return ValueShape(
            pattern=pattern,
            check=check,
            dictionary=str(value.get("dictionary", "")),
            strength=strength,
            normalise=steps,
            embedded=self._flag(value.get("embedded", False), "value", "embedded"),
        )

    def _compile(self, pattern: str) -> None:
        wrong = fault(pattern)
        if wrong is not None:
            raise self._error(wrong.code, ("value", "pattern"), found=wrong.found)

    def _mapping(self, field: str) -> Mapping[Any, Any]:
        value = self.data.get(field)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._error("type-bad-field", (field,), field=field, wanted="mapping")
        return value

    def _text(self, field: str) -> str:
        value = self.data.get(field)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return str(value)
        raise self._error("type-bad-field", (field,), field=field, wanted="text")

    def _flag(self, value: Any, *keys: str) -> bool:
        if isinstance(value, bool):
            return value
        raise self._error("type-bad-field", keys, field=keys[-1], wanted="true, false")

    def _words(self, value: Any, *keys: str) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self._error("type-bad-field", keys, field=keys[-1], wanted="list")
        return tuple(str(word) for word in value)

    def _samples(self, field: str, kind: bool) -> tuple[str, ...]:
        samples = self._mapping(field)
        self._known({_plain(key) for key in samples}, ("true", "false"), (field,))
        named = {_plain(key): values for key, values in samples.items()}
        return self._words(named.get(_plain(kind)), field)

    def _known(self, fields: Iterable[Any], known: Iterable[str], keys: tuple[str, ...]) -> None:
        for field in fields:
            if field not in known:
                raise self._unknown("type-unknown-field", str(field), known, (*keys, str(field)))

    def _unknown(self, code: str, word: str, known: Iterable[str], keys: tuple[str, ...]) -> UsageError:
        names = sorted(known)
        return self._error(
            code, keys, field=word, nearest=nearest(word, names) or names[0], wanted=", ".join(names)
        )

    def _error(self, code: str, keys: tuple[str, ...], **params: object) -> UsageError:
        line = self.document.line(self.index, *keys)
        kind = self.data.get("id", "") if isinstance(self.data, dict) else ""
        return UsageError(code, file=self.document.path, line=line, type=str(kind), **params)


def _plain(key: object) -> str:
    """YAML reads the keys ``true`` and ``false`` as booleans."""
    return str(key).lower() if isinstance(key, bool) else str(key)
