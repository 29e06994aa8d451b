"""What an adopted entity is: its name, category, level and the column names that speak for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from guard.model import DataType
from guard.yamldoc import parse

PREFIX = "presidio."
OVERRIDES = ("level", "category", "personal", "name", "hints")
STANDARD = "presidio"
_COUNTRY = 2  # letters of a country code


@cache
def _known() -> Mapping[str, Any]:
    source = files("guard.presidio").joinpath("entities.yaml")
    known: Mapping[str, Any] = parse(source.read_text("utf-8"), "entities.yaml").data
    return known


def type_id(entity: str) -> str:
    """``presidio.us_ssn`` for US_SSN."""
    return PREFIX + entity.lower()


def instead_of(entity: str) -> str:
    """The id of our type that the entity takes the place of in detection, or empty."""
    return str(_known()["entities"].get(entity, {}).get("like", ""))


def described(
    entity: str, context: Iterable[str], given: Mapping[str, Any], types: Mapping[str, DataType], origin: str
) -> DataType:
    """The entity as a data type without its value shape.

    ``context`` are the recognizers' context words, ``given`` what guard.yaml says of it
    (``OVERRIDES``), ``types`` our own types by id.
    """
    known = _known()
    about = known["entities"].get(entity, {})
    kind = known["kinds"][about.get("kind", "unknown")]
    like = types.get(str(about.get("like", "")))
    named = {"zh": about.get("zh", entity), "en": about.get("en", entity)}
    item = DataType(
        id=type_id(entity), name=named, certainty="medium", standards=(STANDARD,), origin=origin, **kind
    )
    taken = {word for other in types.values() for word in other.hints.get("en", ())}
    hints = {"en": _named(entity, context, frozenset(taken))}
    if like is not None:
        item = replace(
            like,
            id=item.id,
            name=named,
            value=None,
            origin=origin,
            samples_true=(),
            samples_false=(),
            names_true=(),
            names_false=(),
        )
        hints = {language: (*words, *hints.get(language, ())) for language, words in like.hints.items()} | {
            language: words for language, words in hints.items() if language not in like.hints
        }
    return _overridden(replace(item, hints=hints), given)


def _named(entity: str, context: Iterable[str], taken: frozenset[str]) -> tuple[str, ...]:
    """Names of columns: the entity's own, without its country where the context has it so, and phrases.

    A single context word (``number``, ``bank``) is no name of a column: it would claim others; nor
    is a phrase that is ``taken``, a name for one of our own types.
    """
    words = entity.lower()
    country, _, short = words.partition("_")
    said = {" ".join(word.lower().replace("-", " ").split()) for word in context}
    found = {phrase.replace(" ", "_") for phrase in said if " " in phrase and _plain(phrase)}
    if len(country) == _COUNTRY and short.replace("_", " ") in said:
        found.add(short)
    return (words, *sorted(found - taken - {words}))


def _plain(phrase: str) -> bool:
    return phrase.isascii() and phrase.replace(" ", "").isalnum()


def _overridden(item: DataType, given: Mapping[str, Any]) -> DataType:
    changes: dict[str, Any] = {key: given[key] for key in ("category", "personal") if key in given}
    if "level" in given:
        changes |= {"level": given["level"], "strict_level": given["level"], "organisation_level": ""}
    if "name" in given:
        changes["name"] = {"zh": given["name"], "en": given["name"]}
    if "hints" in given:
        changes["hints"] = {"zh": tuple(given["hints"]), "en": tuple(given["hints"])}
    return replace(item, **changes)
