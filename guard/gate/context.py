"""What every rule sees: the steps of all scripts, the schema they lead to, and how its columns are judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from guard.gate.declare.declaration import Wrong
from guard.gate.declare.methods import Method
from guard.gate.declare.schema_file import SchemaFile
from guard.gate.state.replay import Schema
from guard.model import Classification, DataType, Finding
from guard.model.gate import Relation, RelationColumn, Script, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedColumn:
    """A column and what its name, comment, type and neighbours say of it.

    ``mask`` is the masking method suggested for it, ``none`` where nothing is to be masked. ``level`` is
    the level judged; ``effective`` the higher one of that and the level declared. ``alone`` is the column as
    it is judged by itself, where content from elsewhere makes more of it.
    """

    column: RelationColumn
    finding: Finding
    classification: Classification
    mask: str
    effective: str
    alone: JudgedColumn | None = None

    @property
    def by_itself(self) -> JudgedColumn:
        """The column judged without what flows into it."""
        return self.alone or self

    @property
    def kind(self) -> str:
        """The type found, or what the name says where the SQL type cannot hold it: a number kept as bytes."""
        said = (one.type for one in self.finding.evidence if one.type and one.weight > 0)
        return self.type or next(said, "")

    @property
    def name(self) -> str:
        """The column's name as written."""
        return self.column.name

    @property
    def type(self) -> str:
        """The id of the data type found, empty where there is none."""
        return self.finding.type or ""

    @property
    def level(self) -> str:
        """The level judged."""
        return self.classification.level

    @property
    def category(self) -> str:
        """The category judged."""
        return self.classification.category


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRelation:
    """A relation with its columns judged together, in order; ``table`` is its own classification."""

    relation: Relation
    columns: tuple[JudgedColumn, ...]
    table: Classification
    _named: dict[str, JudgedColumn] = field(default_factory=dict, init=False, repr=False, compare=False)

    def column(self, name: str) -> JudgedColumn | None:
        """The column called ``name`` in any letter case."""
        if not self._named:
            self._named.update({one.name.casefold(): one for one in reversed(self.columns)})
        return self._named.get(name.casefold())


class Judge(Protocol):
    """Judges a relation by the same evidence and policy as a scan; remembers what it judged."""

    def __call__(self, relation: Relation) -> JudgedRelation:
        """``relation`` judged. Content copied from elsewhere keeps the level that it has there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """All that a rule may look at. ``schema`` is the state after every step.

    ``scripts`` are all that were read, those that change nothing too: their notes and comments count.
    ``levels`` are the pack's, lowest first. ``literals`` gives the ids of the data types that a literal
    holds as a value (``personal`` or secrets alike); ``declare_from`` and ``mask_from`` are levels.
    ``wrong`` are the declarations that are not right (``Declarations.wrong``).
    ``today`` is the day as seen from which waivers may last ``waiver_days`` at most; None asks for no day.
    ``ciphertexts`` is what ``guard.gate.evidence.flows`` remembers of columns, by their identity.
    """

    scripts: tuple[Script, ...]
    steps: tuple[Step, ...]
    schema: Schema
    judge: Judge
    levels: tuple[str, ...]
    types: Mapping[str, DataType]
    literals: Callable[[Iterable[str]], tuple[frozenset[str], ...]]
    file: SchemaFile
    methods: Mapping[str, Method]
    declare_from: str = "L3"
    mask_from: str = "L3"
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    today: date | None = None
    waiver_days: int = 180
    wrong: tuple[Wrong, ...] = ()
    ciphertexts: dict[int, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    def rank(self, level: str) -> int:
        """The place of ``level`` among the levels, -1 for none of them."""
        return self.levels.index(level) if level in self.levels else -1

    def reaches(self, level: str, bound: str) -> bool:
        """Whether ``level`` is ``bound`` or higher; a level of no pack never is."""
        return self.rank(level) >= max(self.rank(bound), 0)
