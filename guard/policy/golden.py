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
``candidate``, ``review``, ``personal``, ``sensitive``, ``confirmable``, ``rules`` (that must be among
the reasons) and ``without`` (rules that must not).
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
from guard.policy.grade import grade
from guard.policy.issues import Issues
from guard.policy.load import load_pack
from guard.policy.policy import Policy
from guard.policy.read import Node
from guard.yamldoc import Document, parse

_CASE = ("name", "clause", "table", "columns", "expect")
_TABLE = ("name", "comment", "department", "system", "rows", "path", "source")
_COLUMN = ("name", "comment", "declared", "key", "type", "confidence", "mixed", "flags", "facts", "expect")
_ANSWERS = ("level", "domain", "category", "candidate", "review", "personal", "sensitive", "confirmable")
_EXPECT = (*_ANSWERS, "rules", "without")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How many cases a pack holds, and a line for each expectation that failed."""

    cases: int
    failures: tuple[str, ...]


def test(folder: Path, types: Iterable[DataType]) -> Outcome:
    """Run the golden cases of the pack in ``folder``. Raises UsageError for a broken pack or case."""
    policy = Policy([load_pack(folder)], types)
    return Outcome(cases=count(policy), failures=tuple(str(failure) for failure in failures(policy)))


test.__test__ = False  # type: ignore[attr-defined]


def failures(policy: Policy) -> tuple[Failure, ...]:
    """Every expectation of the golden cases of ``policy`` that did not come true."""
    return tuple(failure for path in _files(policy) for failure in run(path, policy))


def count(policy: Policy) -> int:
    """How many golden cases the packs of ``policy`` hold."""
    return sum(len(_document(path).data.get("cases", [])) for path in _files(policy))


def _files(policy: Policy) -> list[Path]:
    return [path for pack in policy.packs for path in sorted(pack.folder.rglob("*.test.yaml"))]


def _document(path: Path) -> Document:
    document = parse(path.read_text("utf-8"), str(path))
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
            expected = case.data["columns"][at].get("expect", {})
            yield from _compare(case, ("columns", at, "expect"), expected, result, asset.columns[at].name)
        yield from _compare(case, ("expect",), case.data.get("expect", {}), graded.table, "")


def _inputs(case: Node, policy: Policy) -> tuple[Asset, tuple[Finding, ...]]:
    case.only(*_CASE, needed=("name", "clause", "columns"))
    table = Node(case.issues, case.document, (*case.keys, "table"), case.data.get("table", {}))
    table.only(*_TABLE)
    items = list(case.items("columns"))
    for item in items:
        item.only(*_COLUMN, needed=("name", "expect"))
        Node(case.issues, case.document, (*item.keys, "expect"), item.data.get("expect")).only(*_EXPECT)
        if "type" in item.data and item.data["type"] is not None:
            item.member("type", item.text("type"), policy.types, "policy-type")
    Node(case.issues, case.document, (*case.keys, "expect"), case.data.get("expect", {})).only(*_EXPECT)
    asset = Asset(
        source=table.text("source", "golden"),
        path=(*table.words("path"), table.text("name")),
        kind=AssetKind.TABLE,
        columns=tuple(_column(at, item) for at, item in enumerate(items)),
        comment=table.text("comment"),
        system=table.text("system"),
        department=table.text("department"),
        rows=table.data.get("rows"),
    )
    return asset, tuple(_finding(item) for item in items)


def _column(at: int, item: Node) -> Column:
    return Column(
        name=item.text("name"),
        position=at,
        type=item.text("declared", "varchar(64)"),
        comment=item.text("comment"),
        key=item.text("key"),
    )


def _finding(item: Node) -> Finding:
    data = item.data
    name = data.get("type")
    evidence = (Evidence(kind="comment", type=name, weight=3.0),) if name else ()
    shape = None
    if data.get("flags") or data.get("facts"):
        shape = Shape(rows=100, flags=tuple(data.get("flags", ())), facts=dict(data.get("facts", {})))
    return Finding(
        column=item.text("name"),
        type=name,
        confidence=float(data.get("confidence", 0.95 if name else 0.0)),
        evidence=evidence,
        mixed=tuple(
            Mixed(type=kind, hits=hits, total=100) for kind, hits in dict(data.get("mixed", {})).items()
        ),
        shape=shape,
    )


def _compare(
    case: Node, keys: tuple[str | int, ...], expected: Mapping[str, Any], result: Classification, column: str
) -> Iterator[Failure]:
    rules = {reason.rule for reason in result.reasons}
    answers = [(field, expected[field], getattr(result, field)) for field in _ANSWERS if field in expected]
    wrong = [(field, str(want), str(got)) for field, want, got in answers if want != got]
    listed = ", ".join(sorted(rules))
    wrong += [("rules", rule, listed) for rule in expected.get("rules", ()) if rule not in rules]
    wrong += [("without", rule, listed) for rule in expected.get("without", ()) if rule in rules]
    for field, want, got in wrong:
        yield Failure(
            file=case.document.path,
            line=_line(case.document, (*case.keys, *keys, field)),
            case=case.text("name"),
            column=column,
            field=field,
            expected=want,
            got=got,
        )


def _line(document: Document, keys: tuple[str | int, ...]) -> int:
    return document.line(*keys)
