"""What was read, and what was not, with the reason. Unscanned is not clean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """How an asset ended. Every asset in scope has exactly one."""

    SCANNED = "scanned"
    SAMPLED = "sampled"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that could not be read or trusted, as a code with parameters.

    ``code`` has a text ``problems.<code>`` (what, next) in both languages.
    ``path`` is the asset's path, possibly partial. ``params`` hold no value.
    """

    code: str
    path: tuple[str, ...] = ()
    params: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of one asset was read.

    ``rows`` is the number of rows read, ``of`` the source's estimate or exact count of
    all rows (None: unknown). ``basis`` is ``values``, or ``metadata`` where only names
    were judged. ``problems`` lists what was skipped or doubtful; one that starts the list
    of a skipped asset is its reason. ``incomplete`` is True where something that was asked
    for could not be read: such a run ends with exit code 3.
    """

    status: Status
    rows: int = 0
    of: int | None = None
    basis: str = "values"
    problems: tuple[Problem, ...] = ()
    incomplete: bool = False
