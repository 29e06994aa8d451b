"""presidio recognizers as detectors of ours: data types, their checks, and a reader for the rest.

A recognizer on the fast lane becomes a data type with a pattern, matched by our automata with all others;
its own expression and ``validate_result`` are the type's check, run on hits only. One on the slow lane
reads a bounded sample of texts as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from guard.checks import Bools, Check, Matrix
from guard.model import DataType, Span, ValueShape
from guard.presidio.described import described, instead_of, type_id
from guard.presidio.draw import drawn
from guard.presidio.lanes import Lanes, lane
from guard.presidio.library import presidio, silence
from guard.presidio.patterns import portable
from guard.presidio.registry import Found, every, of_entity, of_file

_SAYS = 0.3  # presidio's patterns below this score prove nothing alone; a check must back them
_STRONG_CHANCE, _MEDIUM_SCORE = 0.2, 0.5
_DRAWS = 200
_LONGEST = 8000  # characters of RE2: one huge expression would slow the automaton of all others
_LUCK = (0.001, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """What detection takes over. ``instead`` are our types whose place is taken; ``lanes`` maps a type id
    to ``fast`` or to what keeps it on the slow lane; ``reader`` finds the types of the slow lane in texts.
    """

    types: tuple[DataType, ...] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)
    instead: frozenset[str] = frozenset()
    lanes: Mapping[str, str] = field(default_factory=dict)
    reader: Callable[[Sequence[str]], Sequence[Sequence[Span]]] | None = None


def adopt(wanted: Sequence[Mapping[str, Any]], types: Mapping[str, DataType], where: str = "-") -> Adopted:
    """The recognizers ``wanted`` as detectors.

    Each item names an ``entity`` of presidio, a ``registry`` (path of a presidio YAML file) or a
    ``recognizer`` (an instance), and may set ``described.OVERRIDES``; an item with ``entity`` that a
    registry of the list holds is that one. ``where`` names the list in errors.

    Raises:
        UsageError: ``presidio-*`` with file and line or ``where``.
    """
    presidio()
    silence()
    given: dict[str, Mapping[str, Any]] = {}
    found: list[Found] = []
    for item in wanted:
        if "entity" in item:
            continue
        more = of_file(Path(item["registry"])) if "registry" in item else [(item["recognizer"], where)]
        found += more
        given |= {entity: item for one, _ in more for entity in one.supported_entities}
    entities = dict.fromkeys(given)
    predefined: list[Found] = []
    for item in wanted:
        entity = item.get("entity")
        if entity is None:
            continue
        if entity not in given:
            predefined = predefined or every()
            found += of_entity(entity, predefined, where)
        given[entity] = {**given.get(entity, {}), **item}
        entities[entity] = None
    return _adopted(entities, found, given, types)


def _adopted(
    entities: Mapping[str, None],
    found: Sequence[Found],
    given: Mapping[str, Mapping[str, Any]],
    types: Mapping[str, DataType],
) -> Adopted:
    made: list[DataType] = []
    checks: dict[str, Check] = {}
    lanes: dict[str, str] = {}
    slow: list[Any] = []
    for entity in entities:
        own = [(one, origin) for one, origin in found if entity in one.supported_entities]
        context = [word for one, _ in own for word in one.context or ()]
        item = described(entity, context, given[entity], types, own[0][1])
        why = next((reason for one, _ in own if (reason := _why(one))), "")
        lanes[item.id] = why or "fast"
        if why:
            slow += [one for one, _ in own if one not in slow]
            made.append(
                replace(item, value=ValueShape(strength=_strength(own, 1.0)), note=f"slow lane: {why}")
            )
            continue
        typed, check = _fast(item, entity, own)
        checks[check.id] = check
        made.append(typed)
    return Adopted(
        types=tuple(made),
        checks=checks,
        instead=frozenset(filter(None, map(instead_of, entities))) & types.keys(),
        lanes=lanes,
        reader=_reader(slow, set(entities)) if slow else None,
    )


def _why(recognizer: Any) -> str:
    """What keeps the recognizer out of our automata, or empty."""
    found = lane(recognizer)
    return found.why or ("size" if sum(map(len, found.patterns)) > _LONGEST else "")


def _fast(item: DataType, entity: str, own: Sequence[Found]) -> tuple[DataType, Check]:
    recognizers = [one for one, _ in own]
    accepts = _accepts(Lanes(recognizers), entity)
    patterns = [
        (pattern.score, portable(pattern.regex, int(one.global_regex_flags)).value)
        for one in recognizers
        for pattern in one.patterns
    ]
    chance = _chance([text for _, text in patterns], accepts)
    kept = [text for score, text in patterns if score >= _SAYS or chance <= _STRONG_CHANCE]
    strength = _strength(own, chance)
    value = ValueShape(
        pattern="|".join(dict.fromkeys(kept or [text for _, text in patterns])),
        check=item.id,
        strength=strength,
        embedded=strength != "weak",
    )
    return replace(item, value=value), _check(item.id, accepts, chance)


def _strength(own: Sequence[Found], chance: float) -> str:
    if chance <= _STRONG_CHANCE:
        return "strong"
    scores = [pattern.score for one, _ in own for pattern in getattr(one, "patterns", ())]
    best = max(scores, default=_MEDIUM_SCORE)  # a recognizer without patterns says no score beforehand
    return "medium" if best >= _MEDIUM_SCORE else "weak"


def _accepts(lanes: Lanes, entity: str) -> Callable[[str], bool]:
    """Whether a recognizer takes the whole of a text for its entity."""

    def accepts(text: str) -> bool:
        return any(
            span.start == 0 and span.end == len(text) for span in lanes.spans([text]) if span.entity == entity
        )

    return accepts


def _chance(patterns: Sequence[str], accepts: Callable[[str], bool]) -> float:
    """The share of texts drawn from the patterns that pass, as a check's ``chance``."""
    texts = [text for pattern in patterns for text in drawn(pattern, _DRAWS)]
    if not texts:
        return _LUCK[1]
    share = (sum(map(accepts, texts)) + 0.5) / (len(texts) + 1)
    return min(max(share, _LUCK[0]), _LUCK[1])


def _check(name: str, accepts: Callable[[str], bool], chance: float) -> Check:
    import numpy as np

    def vector(matrix: Matrix) -> Bools:
        # Hits only: the loop is presidio's own price.
        texts = (row.tobytes().decode("utf-8", "replace") for row in np.ascontiguousarray(matrix))
        return np.fromiter(map(accepts, texts), dtype=np.bool_, count=len(matrix))

    return Check(
        id=name, vector=vector, explain=lambda text: "" if accepts(text) else "check-digit", chance=chance
    )


def _reader(
    recognizers: Sequence[Any], entities: set[str]
) -> Callable[[Sequence[str]], Sequence[Sequence[Span]]]:
    """A function that says of each text where the ``entities`` are in it."""
    lanes = Lanes(recognizers)

    def read(texts: Sequence[str]) -> Sequence[Sequence[Span]]:
        found: list[list[Span]] = [[] for _ in texts]
        for hit in lanes.spans(texts):
            if hit.entity in entities:
                span = Span(type=type_id(hit.entity), start=hit.start, end=hit.end, confidence=hit.score)
                found[hit.text].append(span)
        return found

    return read
