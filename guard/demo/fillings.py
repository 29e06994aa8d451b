"""The city's people and organisations, and the rows of any of its tables."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guard.demo import crowd, numbered, personal, plain
from guard.demo.crowd import Crowd
from guard.demo.rows import Rows, make
from guard.demo.schema import DemoTable, words

# Importing these is what registers their kinds of value.
KIND_MODULES = (numbered, personal, plain)
PEOPLE, FIRMS = 6000, 1500
GROUPS: Mapping[str, Callable[[NDArray[Any]], NDArray[np.bool_]]] = {
    "all": lambda age: age >= 0,
    "adults": lambda age: age >= 18,
    "minors": lambda age: age < 18,
    "elders": lambda age: age >= 60,
}


@dataclass(frozen=True, slots=True)
class City:
    """Everybody in the city of ``seed``; the same people turn up in every department."""

    seed: int
    people: Crowd
    firms: Crowd

    @classmethod
    def of(cls, seed: int) -> City:
        """The city of ``seed``: the same seed gives the same people."""
        rng = np.random.default_rng(seed)
        return cls(seed, crowd.people(rng, words(), PEOPLE), crowd.firms(rng, words(), FIRMS))

    def fill(self, table: DemoTable, owner: str) -> list[list[Any]]:
        """The values of ``table``, one list a column."""
        if not table.rows:
            return [[] for _ in table.columns]
        rows = self.rows(f"{owner}/{table.name}", table.rows, table.people)
        return [make(rows, column.recipe) for column in table.columns]

    def sentences(self, topic: str, lines: int, owner: str) -> list[str]:
        """``lines`` sentences about ``topic``."""
        return list(personal.text(self.rows(owner, lines, "adults"), topic))

    def rows(self, owner: str, count: int, group: str) -> Rows:
        """``count`` rows of ``group``, drawn for ``owner`` (a table) and nobody else."""
        rng = np.random.default_rng([self.seed, zlib.crc32(owner.encode())])
        members = np.flatnonzero(GROUPS[group](self.people["age"]))
        return Rows(
            rng=rng,
            count=count,
            people=self.people.take(_drawn(rng, members, count)),
            firms=self.firms.take(_drawn(rng, np.arange(FIRMS), count)),
            words=words(),
        )


def _drawn(rng: np.random.Generator, members: NDArray[Any], count: int) -> NDArray[Any]:
    """``count`` members, each at most once where there are enough."""
    drawn: NDArray[Any] = rng.choice(members, count, replace=count > len(members))
    return drawn
