"""The golden cases of a pack (``*.test.yaml``): columns in, domain, category and level out.

::

    cases:
      - name: what is tried
        clause: the clause that asks for it
        table: {name, comment, department, system, rows, path}
        columns:
          - {name, comment, declared, key, type, confidence, mixed, flags, facts, expect: {...}}
        expect: {...}

``type`` is what detection would find. ``expect`` may name ``level``, ``domain``, ``category``,
``candidate``, ``review``, ``personal``, ``sensitive``, ``confirmable``, ``sharing``, ``mapped`` (the common
level that the level stands for), ``controls`` (asked for by rules), ``opinions`` (pack id: its own level),
``rules`` (that must be among the reasons) and ``without`` (rules that must not). The cases of a pack run
with the packs that it grades beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guard.model import (
    Asset,
    AssetKind,
    Classification,
    Column,
    DataType,
    Evidence,
    Finding,
    Mixed,
    Shape,
    UsageError,
)
from guard.policy.condition import words_of
from guard.policy.grade import grade
from guard.policy.issues import Issues
from guard.policy.load import load_pack
from guard.policy.policy import Policy
from guard.policy.read import Node
from guard.yamldoc import Document, read

_CASE = ("name", "clause", "table", "columns", "expect")
_TABLE = ("name", "comment", "department", "system", "rows", "path", "source")
_COLUMN = ("name", "comment", "declared", "key", "type", "confidence", "mixed", "flags", "facts", "expect")
_ANSWERS = (
    "level",
    "domain",
    "category",
    "candidate",
    "review",
    "personal",
    "sensitive",
    "confirmable",
    "sharing",
)
_EXPECT = (*_ANSWERS, "mapped", "controls", "opinions", "rules", "without")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One expectation that did not come true. ``column`` is empty for the table's own."""

    file: str
    line: int
    case: str
    column: str
    field: str
    expected: str
    got: str

    def __str__(self) -> str:
        place = f"{self.column}.{self.field}" if self.column else self.field
        return f"{self.file}:{self.line}: {self.case}: {place}: {self.expected!r}, got {self.got!r}"


@dataclass(frozen=True, slots=True)
class _Place:
    """An ``expect`` in a case: where it stands, what it says, of which column (empty: the table)."""

    keys: tuple[str | int, ...]
    expected: Mapping[str, Any]
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How many cases a pack holds, and a line for each expectation that failed."""

    cases: int
    failures: tuple[str, ...]


def test(folder: Path, types: Iterable[DataType], packs: Mapping[str, Path] | None = None) -> Outcome:
    """Run the golden cases of the pack in ``folder``. Raises UsageError for a broken pack or case.

    ``packs`` are the folders of other packs by name; those around ``folder`` where None.
    """
    pack = load_pack(folder, packs)
    around = [packs[name] if packs is not None else folder.parent / name for name in pack.beside]
    policy = Policy([pack, *(load_pack(other, packs) for other in around)], types)
    return Outcome(cases=count(policy), failures=tuple(str(failure) for failure in failures(policy)))


test.__test__ = False  # type: ignore[attr-defined]


def failures(policy: Policy) -> tuple[Failure, ...]:
    """Every expectation of the golden cases of the first pack of ``policy`` that did not come true."""
    return tuple(failure for path in _files(policy) for failure in run(path, policy))


def count(policy: Policy) -> int:
    """How many golden cases the first pack of ``policy`` holds."""
    return sum(len(_document(path).data.get("cases", [])) for path in _files(policy))


def _files(policy: Policy) -> list[Path]:
    return sorted(policy.base.folder.rglob("*.test.yaml"))


def _document(path: Path) -> Document:
    document = read(path)
    if not isinstance(document.data, dict):
        raise UsageError("policy-shape", file=str(path), line=1, expected="mapping")
    return document


def run(path: Path, policy: Policy) -> Iterator[Failure]:
    """Run the cases of one file."""
    document = _document(path)
    issues = Issues()
    root = Node(issues, document, (), document.data)
    root.only("cases", needed=("cases",))
    for case in root.items("cases"):
        asset, findings = _inputs(case, policy)
        if issues.found:
            raise issues.found[0].error()
        graded = grade(asset, findings, policy)
        for at, result in enumerate(graded.columns):
            place = _Place(
                ("columns", at, "expect"), case.data["columns"][at]["expect"], asset.columns[at].name
            )
            yield from _compare(case, place, result, policy)
        yield from _compare(case, _Place(("expect",), case.data.get("expect", {}), ""), graded.table, policy)


def _inputs(case: Node, policy: Policy) -> tuple[Asset, tuple[Finding, ...]]:
    case.only(*_CASE, needed=("name", "clause", "columns"))
    table = _part(case, "table", _TABLE)
    rows = table.data.get("rows")
    if rows is not None and (isinstance(rows, bool) or not isinstance(rows, int)):
        table.wrong("policy-shape", "rows", expected="whole number")
        rows = None
    items = list(case.items("columns"))
    findings = tuple(_finding(item, policy) for item in items)
    _expected(case)
    asset = Asset(
        source=table.text("source", "golden"),
        path=(*table.words("path"), table.text("name")),
        kind=AssetKind.TABLE,
        columns=tuple(_column(at, item) for at, item in enumerate(items)),
        comment=table.text("comment"),
        system=table.text("system"),
        department=table.text("department"),
        rows=rows,
    )
    return asset, findings


def _part(node: Node, key: str, fields: tuple[str, ...] = ()) -> Node:
    part = Node(node.issues, node.document, (*node.keys, key), node.data.get(key, {}))
    if fields:
        part.only(*fields)
    return part


def _expected(item: Node) -> None:
    """Note what is wrong in an ``expect``."""
    part = _part(item, "expect", _EXPECT)
    for key in ("rules", "without", "controls"):
        part.words(key)
    _part(part, "opinions")


def _column(at: int, item: Node) -> Column:
    return Column(
        name=item.text("name"),
        position=at,
        type=item.text("declared", "varchar(64)"),
        comment=item.text("comment"),
        key=item.text("key"),
    )


def _finding(item: Node, policy: Policy) -> Finding:
    item.only(*_COLUMN, needed=("name", "expect"))
    _expected(item)
    name = item.text("type") if item.data.get("type") is not None else None
    if name is not None:
        item.member("type", name, policy.types, "policy-type")
    numbers = _numbers(_part(item, "facts"))
    flags = item.words("flags")
    sure = item.data.get("confidence", 0.95 if name else 0.0)
    if isinstance(sure, bool) or not isinstance(sure, (int, float)):
        item.wrong("policy-shape", "confidence", expected="number")
        sure = 0.0
    return Finding(
        column=item.text("name"),
        type=name,
        confidence=float(sure),
        evidence=(Evidence(kind="comment", type=name, weight=3.0),) if name else (),
        mixed=tuple(
            Mixed(type=kind, hits=int(hits), total=100)
            for kind, hits in _numbers(_part(item, "mixed")).items()
        ),
        shape=Shape(rows=100, flags=flags, facts=numbers) if flags or numbers else None,
    )


def _numbers(node: Node) -> dict[str, float]:
    found = {}
    for key, value in node.data.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            node.wrong("policy-shape", key, expected="number")
        else:
            found[str(key)] = float(value)
    return found


def _compare(case: Node, place: _Place, result: Classification, policy: Policy) -> Iterator[Failure]:
    for field, want, got in _wrong(place.expected, result, policy):
        yield Failure(
            file=case.document.path,
            line=case.document.line(*case.keys, *place.keys, field),
            case=case.text("name"),
            column=place.column,
            field=field,
            expected=want,
            got=got,
        )


def _wrong(
    expected: Mapping[str, Any], result: Classification, policy: Policy
) -> Iterator[tuple[str, str, str]]:
    """Each expectation that did not come true: the field, what was wanted, what came."""
    answers = {field: getattr(result, field) for field in _ANSWERS}
    answers["mapped"] = policy.maps.get(result.level, "")
    for field, got in answers.items():
        if field in expected and expected[field] != got:
            yield field, str(expected[field]), str(got)
    rules = {reason.rule for reason in result.reasons}
    listed = ", ".join(sorted(rules))
    yield from (("rules", rule, listed) for rule in words_of(expected.get("rules", ())) if rule not in rules)
    yield from (("without", rule, listed) for rule in words_of(expected.get("without", ())) if rule in rules)
    controls = words_of(expected.get("controls", ()))
    asked = ", ".join(result.controls)
    yield from (("controls", name, asked) for name in controls if name not in result.controls)
    said = {opinion.pack: opinion.level for opinion in result.opinions}
    for pack, level in expected.get("opinions", {}).items():
        if said.get(pack) != level:
            yield "opinions", f"{pack}: {level}", f"{pack}: {said.get(pack, '-')}"
