"""What a connector is: four members, and the words they use.

A connector is made by calling the attribute its manifest names with a ``SourceSpec``.
Making it opens nothing; ``assets()`` connects. Drivers are imported inside functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from guard.model import Asset, Problem
from guard.sdk.sample import Sample
from guard.sdk.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How polite a guest to be. Seconds, queries per second, open connections.

    ``statement_seconds`` bounds one statement, ``wall_seconds`` one asset from outside.
    """

    connections: int = 2
    per_second: float = 10.0
    statement_seconds: float = 30.0
    lock_seconds: float = 0.2
    wall_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much of one asset to read: rows (None: all of them), bytes, seconds.

    ``seed`` makes random sampling repeatable where the source allows it.
    """

    rows: int | None = 2000
    bytes: int = 64 * 1024 * 1024
    seconds: float = 30.0
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """One source to open. ``url`` never holds a password; ``password`` carries it apart.

    ``include``/``exclude`` are case-sensitive globs over the asset's path joined by ``/``
    (an asset is in scope when an include matches, or there is none, and no exclude does).
    ``hidden`` are absolute paths that must never be read (the catalogue's own files).
    ``options`` are the connector's own settings from guard.yaml.
    """

    name: str
    url: str
    password: Secret | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    department: str = ""
    system: str = ""
    hidden: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a connector can do. ``family`` is ``sql``, ``files`` or ``dictionary``."""

    family: str
    samples: bool = True
    comments: bool = False
    estimates: bool = False
    verified: bool = True


class Unreadable(Exception):  # noqa: N818 - it is an answer, not a failure of ours
    """Raised by ``assets`` or ``sample`` when the source or the asset cannot be read.

    Carries a ``Problem`` and never a driver's message: drivers quote row values.
    Raised by ``assets`` it means the whole source is unreachable or refused.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.code)


class Connector(Protocol):
    """A source of assets and samples."""

    capabilities: Capabilities

    def assets(self) -> Iterator[Asset | Problem]:
        """List what the source holds, in scope, with columns where they are known.

        A Problem stands for an object that exists and cannot be listed or read
        (no rights, unsupported format, link out of the root): it becomes a skip.
        Raises Unreadable when the source as a whole cannot be opened.
        """
        ...

    def sample(self, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
        """Read rows of ``asset`` within ``budget``, random rather than first.

        An empty table yields one Sample of 0 rows with ``complete=True``. Raises Unreadable.
        """
        ...

    def close(self) -> None:
        """Release connections. May be called twice."""
        ...


@runtime_checkable
class ReadsText(Protocol):
    """A connector that can give out plain text as it stands, so that places in it can be told."""

    def text(self, asset: Asset) -> Iterator[str]:
        """The decoded text of a listed asset from its first character on, in parts that end with lines.

        Nothing where the asset is no plain text, or text that is a table. A byte-order mark is no
        character, line ends stay as they are, a byte that cannot be decoded is one U+FFFD. Raises Unreadable.
        """
        ...


@runtime_checkable
class Explains(Protocol):
    """A connector that can say beforehand what it would do (``--dry-run --show-sql``, ``source grant``)."""

    def statements(self, budget: Budget) -> Iterator[str]:
        """Every statement of a scan, in order, without running any that reads rows."""
        ...

    def grants(self) -> Iterator[str]:
        """The least-privilege statements a DBA must run for this account."""
        ...
