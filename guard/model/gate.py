"""What a schema change does, as it was read from a script, and what the gate says of it.

Names are tuples of the written parts without their quotes, outermost first: ``("hr", "employee")``.
Changes hold names, types and comments; the literals of a script (defaults, seed rows) are judged where
they stand and are never part of a violation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Name = tuple[str, ...]


def folded(name: Name) -> Name:
    """``name`` for comparing: dialects differ in which letter case they keep; ``db..t`` has no schema."""
    return tuple(part.casefold() for part in name if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands: ``line`` to ``end`` (1-based, ``end`` 0: the same), ``at`` the first
    character's column (1-based). ``file`` is as it was given, with ``/``."""

    file: str
    line: int
    end: int = 0
    at: int = 1

    @property
    def last(self) -> int:
        """The last line."""
        return max(self.end, self.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class DdlColumn:
    """One column as a script defines it. ``type`` is as written with single spaces, empty where unwritten.

    ``key`` is ``pk``, ``unique``, ``fk`` or empty; ``generated`` says that it is computed of ``expression``.
    ``literal`` is the default's text where that is a quoted literal: for judging only, never shown.
    ``protection`` is ``masked`` or ``encrypted`` where a clause of the column says that the database does it
    (MASKED WITH, MASKING POLICY, ENCRYPTED WITH, ENCRYPT).
    """

    name: str
    place: Place
    type: str = ""
    protection: str = ""
    comment: str = ""
    nullable: bool = True
    key: str = ""
    generated: bool = False
    partition: bool = False  # PARTITIONED BY of Hive: a column beside those of its list
    expression: str = field(default="", repr=False)
    literal: str = field(default="", repr=False)


class RelationKind(StrEnum):
    """What a relation is."""

    TABLE = "table"
    VIEW = "view"
    MATERIALIZED = "materialized"
    FOREIGN = "foreign"
    TEMPORARY = "temporary"
    FUNCTION = "function"  # what a function gives; its name ends with ()
    FILE = "file"  # what an export writes; never part of the schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The text of a SELECT inside a statement, and where it begins.

    ``quoted``: it stands in a literal. ``parts``: it is put together of parts of the statement (UPDATE,
    MERGE), in which an expression takes no alias.
    """

    text: str = field(repr=False)
    place: Place
    quoted: bool = False
    parts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """CREATE TABLE, VIEW, MATERIALIZED VIEW, FOREIGN TABLE, with or without columns and query.

    ``columns`` of a view are its column list. ``like`` names the table whose columns come first (LIKE,
    PARTITION OF, CLONE); ``inherits`` tables whose columns come before its own; ``follows`` those of them
    whose later changes reach it too (PARTITION OF, INHERITS). ``server`` is the
    foreign server, link or location of a foreign table; ``retention`` the time-to-live clause as written.
    """

    name: Name
    place: Place
    kind: RelationKind = RelationKind.TABLE
    columns: tuple[DdlColumn, ...] = ()
    comment: str = ""
    query: Query | None = None
    like: Name = ()
    inherits: tuple[Name, ...] = ()
    server: str = ""
    retention: str = ""
    follows: tuple[Name, ...] = ()
    replace: bool = False
    keep: bool = False  # IF NOT EXISTS
    amends: bool = False  # REPLACE COLUMNS: of the relation that is there all but its columns stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """DROP TABLE or VIEW. ``schema`` drops everything in a schema or database of that name."""

    name: Name
    place: Place
    schema: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """A relation gets another name; a one-part ``to`` stays in the same schema. ``swap``: they exchange."""

    name: Name
    to: Name
    place: Place
    swap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddColumn:
    """A column is added, at the end unless ``first`` or ``after`` says otherwise. ``keep``: IF NOT EXISTS."""

    table: Name
    column: DdlColumn
    place: Place
    first: bool = False
    after: str = ""
    keep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DropColumn:
    """A column is dropped."""

    table: Name
    column: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameColumn:
    """A column gets another name."""

    table: Name
    column: str
    to: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeColumn:
    """A column gets another type, comment or nullability; what is None stays as it was.

    ``to`` is its new name (MySQL CHANGE), empty where it keeps its own. ``protection`` is as in DdlColumn,
    empty where the change takes it away (DROP MASKED, DECRYPT).
    """

    table: Name
    column: str
    place: Place
    type: str | None = None
    comment: str | None = None
    nullable: bool | None = None
    to: str = ""
    expression: str = field(default="", repr=False)  # USING of PostgreSQL
    literal: str = field(default="", repr=False)
    protection: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentOn:
    """A comment is set on a table (``column`` empty) or column; an empty ``comment`` removes it."""

    table: Name
    comment: str
    place: Place
    column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """INSERT … SELECT, MERGE, SELECT INTO an existing table: rows of ``query`` go into ``table``.

    ``columns`` are the target columns as written, empty where none are named.
    """

    table: Name
    query: Query
    place: Place
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """COPY … TO, SELECT … INTO OUTFILE, UNLOAD, INSERT … DIRECTORY: rows of ``query`` leave the database.

    ``to`` is ``file``, ``program``, ``client`` or ``storage``.
    """

    query: Query
    place: Place
    to: str = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """CREATE TRIGGER on ``table``, or (``table`` empty) a function made for triggers.

    ``copies`` take values of the row that is written (NEW, OLD) to another table; ``function`` is the one
    that the trigger executes, or that holds them.
    """

    place: Place
    table: Name = ()
    function: Name = ()
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Literals:
    """INSERT … VALUES, UPDATE … SET: ``cells`` pair a column with its literals and their places.

    ``columns`` are the target columns in the order of the literals, empty where none are named. At most
    the first rows are kept (``more`` says that some were not): they are judged, never kept further.
    """

    table: Name
    place: Place
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[tuple[str, Place], ...], ...] = field(default=(), repr=False)
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """GRANT on ``tables`` (empty with ``everything``: ``*.*``, ALL TABLES IN SCHEMA) to ``to``.

    ``schema`` is the schema or database of ``everything``, empty for all. ``columns`` restricts it.
    ``revoke``: REVOKE or DENY, which takes such a grant back.
    """

    privileges: tuple[str, ...]
    to: tuple[str, ...]
    place: Place
    tables: tuple[Name, ...] = ()
    columns: tuple[str, ...] = ()
    everything: bool = False
    schema: str = ""
    revoke: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UseSchema:
    """USE db, SET search_path, SET SCHEMA: where unqualified names are from here on, in this file."""

    schema: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A statement that could not be read. ``reason`` has a text ``unread.<reason>``; ``word`` is the
    keyword or name at which reading ended: never a literal."""

    place: Place
    reason: str
    word: str = ""


Change = (
    Create | Drop | Rename | AddColumn | DropColumn | RenameColumn | ChangeColumn | CommentOn | Copy
    | Export | Trigger | Literals | Grant | UseSchema | Unread
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A ``-- guard: …`` comment: its text after the colon, where it stands, and whether the line holds
    only it (it then speaks of what follows)."""

    text: str
    place: Place
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One file as it was read: its changes in order and its ``guard:`` comments.

    ``dialect`` is the name under which it was read. ``comments`` are other comments that hold something
    looking like a literal, for judging only. ``editable`` says that SQL comments may be added to it.
    ``session`` is the script whose client applies it, where one includes others: it is then as many as it
    takes to keep the order, and schemas that are set hold on from one to the next.
    """

    file: str
    dialect: str
    changes: tuple[Change, ...]
    notes: tuple[Note, ...] = ()
    comments: tuple[tuple[str, Place], ...] = field(default=(), repr=False)
    editable: bool = True
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What people declare of a column or a table; empty where nothing is said.

    ``mask`` is a masking method, or ``encrypted``'s cipher (``sm4``, ``aes``, ``hash``): ``methods.yaml``
    of the gate. ``retention`` is a duration or the column that holds the end; ``zone`` a place of
    guard.yaml. ``origin`` is ``comment``, ``note`` or ``schema``; ``place`` where it stands.
    """

    level: str = ""
    category: str = ""
    mask: str = ""
    retention: str = ""
    zone: str = ""
    origin: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A column from which another one comes: relation, column, and whether a mask lies between.

    ``opened`` says that what was encrypted is decrypted on the way. ``column`` is ``*`` where the relation
    is not known and all of its columns are taken.
    """

    relation: Name
    column: str
    masked: bool = False
    opened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationColumn:
    """A column of the schema state. ``place`` is where it got its present form; ``sources`` where its
    content comes from, for views and copies."""

    column: DdlColumn
    declaration: Declaration | None = None
    sources: tuple[Source, ...] = ()

    @property
    def name(self) -> str:
        """Its name as written."""
        return self.column.name

    @property
    def place(self) -> Place:
        """Where it got its present form."""
        return self.column.place


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A table or view of the schema state after some change; a new one for every change to it.

    ``declaration`` speaks of the table as a whole. ``known`` says that the catalogue, not a script, told
    of it; ``partial`` that no script creates it: its columns are those that changes to it speak of.
    ``dialect`` is that of the script that made it.
    """

    name: Name
    place: Place
    kind: RelationKind = RelationKind.TABLE
    columns: tuple[RelationColumn, ...] = ()
    comment: str = ""
    declaration: Declaration | None = None
    server: str = ""
    retention: str = ""
    dialect: str = ""
    known: bool = False
    partial: bool = False

    @property
    def ref(self) -> str:
        """The name as people write it: ``hr.employee``."""
        return ".".join(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change with the relation that it touched, before and after; None where there was none."""

    script: Script
    change: Change
    before: Relation | None = None
    after: Relation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """The exact text that mends a violation. ``how``: ``append`` to the line of ``place``, ``before`` it as
    a line of its own, ``instead`` of what stands there, ``after`` its statement, ``schema``: an entry of
    guard-schema.yaml, ``describe``: an attribute of a column that is described in XML or YAML. ``--fix``
    writes declarations (``-- guard:`` and ``schema``); SQL and attributes are proposed to people."""

    how: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An exception that a person granted. ``expires`` is the last day on which it holds; ``place`` where
    it stands; ``file`` a glob of files to which it is limited, empty for all."""

    rule: str
    where: str
    reason: str
    approved_by: str
    author: str
    ticket: str
    expires: str
    place: Place
    inline: bool = False
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One rule broken at one place. ``severity`` is ``error``, ``warning`` or ``note``.

    ``table`` and ``column`` are names as written; ``type`` the data type found, ``level`` the level judged,
    ``category`` its category. ``params`` are names, levels, counts for the text ``gate.<rule>``; never a
    value. ``state`` is ``open``, ``waived`` or ``baseline``; ``new`` tells whether the compared version
    had it too (None: nothing was compared).
    """

    rule: str
    severity: str
    place: Place
    table: str = ""
    column: str = ""
    type: str = ""
    level: str = ""
    category: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)
    fix: Fix | None = None
    fingerprint: str = ""
    state: str = "open"
    waiver: Waiver | None = None
    new: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate says of all scripts: the payload of every format.

    ``judged`` counts the columns judged; ``lapsed`` are waivers that have expired, ``unused`` ones that
    excuse nothing; ``stale`` are baseline entries that no violation needs any longer. ``sampled`` counts
    the tables of whose seed rows only the first were judged.
    """

    scripts: tuple[Script, ...]
    violations: tuple[Violation, ...]
    unread: tuple[Unread, ...] = ()
    judged: int = 0
    sampled: int = 0
    lapsed: tuple[Waiver, ...] = ()
    unused: tuple[Waiver, ...] = ()
    stale: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    pack: str = ""
    policy: str = ""
    version: str = ""
