"""What reaches an expression of the columns below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from guard.model.gate import Name, Source


class State(IntEnum):
    """How a column's content arrives, from the safest to the most open."""

    MASKED = 0
    PLAIN = 1
    OPENED = 2  # plain, and decrypted on the way


@dataclass(frozen=True, slots=True)
class Mark:
    """``kept`` is how many characters a mask left readable."""

    state: State = State.PLAIN
    kept: int = 0


Flow = Mapping[tuple[Name, str], Mark]
EMPTY: Flow = {}


def of(relation: Name, column: str) -> Flow:
    """The content of a column as it is."""
    return {(relation, column): Mark()}


def together(flows: Iterable[Flow], limit: int) -> Flow:
    """Side by side in one value: what is kept of a column adds up, and beyond ``limit`` is no mask."""
    merged: dict[tuple[Name, str], Mark] = {}
    for flow in flows:
        for column, mark in flow.items():
            known = merged.get(column)
            kept = mark.kept + known.kept if known else mark.kept
            state = max(mark.state, known.state) if known else mark.state
            merged[column] = Mark(max(state, State.PLAIN) if kept > limit else state, kept)
    return merged


def either(flows: Iterable[Flow]) -> Flow:
    """One or the other: the more open counts."""
    merged: dict[tuple[Name, str], Mark] = {}
    for flow in flows:
        for column, mark in flow.items():
            known = merged.get(column, mark)
            merged[column] = Mark(max(known.state, mark.state), max(known.kept, mark.kept))
    return merged


def masked(flow: Flow, kept: int = 0) -> Flow:
    """Behind a mask that leaves ``kept`` characters of what was plain."""
    return {
        column: Mark(State.MASKED, min(kept, mark.kept) if mark.state is State.MASKED else kept)
        for column, mark in flow.items()
    }


def opened(flow: Flow) -> Flow:
    """Decrypted."""
    return {column: Mark(State.OPENED, mark.kept) for column, mark in flow.items()}


def sources(flow: Flow) -> tuple[Source, ...]:
    """The columns of ``flow`` as the model says it."""
    return tuple(
        Source(
            relation=relation,
            column=column,
            masked=mark.state is State.MASKED,
            opened=mark.state is State.OPENED,
        )
        for (relation, column), mark in flow.items()
    )
