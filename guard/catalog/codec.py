"""Nouns to rows and back, exactly. Defaults at the end of a noun are not written, so a later
version may append fields without touching what is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from guard.catalog.tables import compact, digest, order_key
from guard.model import (
    Asset,
    AssetKind,
    AssetResult,
    Classification,
    Column,
    Coverage,
    Decided,
    Evidence,
    Finding,
    Mixed,
    Opinion,
    Problem,
    Reason,
    Run,
    Shape,
    Status,
    conflict,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = dict[str, Any]
Noun = TypeVar("Noun")
_Read = Mapping[Any, Any]  # what SQLAlchemy calls a RowMapping


@dataclass(frozen=True, slots=True)
class _Form(Generic[Noun]):
    """How a small noun is written: the list of its fields, without the defaults at its end."""

    make: Callable[..., Noun]
    names: tuple[str, ...]
    defaults: tuple[Any, ...]
    values: Callable[[Any], tuple[Any, ...]]
    tuples: frozenset[str]

    @classmethod
    def of(cls, noun: type[Noun], *tuples: str) -> _Form[Noun]:
        parts = fields(cast("type[DataclassInstance]", noun))
        names = tuple(part.name for part in parts)
        defaults = tuple(_default(part) for part in parts)
        return cls(noun, names, defaults, attrgetter(*names), frozenset(tuples))

    def write(self, noun: Noun) -> list[Any]:
        """The fields of ``noun`` in their order."""
        values = list(self.values(noun))
        while values and values[-1] == self.defaults[len(values) - 1]:
            values.pop()
        return values

    def read(self, values: Sequence[Any]) -> Noun:
        """The noun of ``values``."""
        given = dict(zip(self.names, values, strict=False))
        for name in self.tuples:
            if name in given:
                given[name] = tuple(given[name])
        return self.make(**given)


def _default(item: Field[Any]) -> Any:
    return item.default_factory() if item.default_factory is not MISSING else item.default


_EVIDENCE = _Form.of(Evidence)
_MIXED = _Form.of(Mixed, "rows")
_SHAPE = _Form.of(Shape, "flags")
_PROBLEM = _Form.of(Problem, "path")
_REASON = _Form.of(Reason)
_OPINION = _Form.of(Opinion, "rules")
_DECIDED = _Form.of(Decided)


def run_row(run: Run) -> Row:
    """A run as the row of ``runs``."""
    return {item.name: getattr(run, item.name) for item in fields(run)}


def run_from(row: _Read) -> Run:
    """The run of a row."""
    return Run(**{item.name: row[item.name] for item in fields(Run)})


def asset_digest(result: AssetResult) -> str:
    """What identifies an asset within a run."""
    return digest(result.unit, result.asset.kind, result.asset.ref)


def asset_row(result: AssetResult) -> Row:
    """An asset with its coverage and table classification, without run and unit."""
    asset, coverage = result.asset, result.coverage
    skipped = coverage.status is Status.SKIPPED and coverage.problems
    return {
        "digest": asset_digest(result),
        "order_key": order_key(asset.source, asset.path),
        "unit_name": result.unit,
        "source": asset.source,
        "path": list(asset.path),
        "kind": asset.kind.value,
        "comment": asset.comment,
        "system": asset.system,
        "department": asset.department,
        "rows": _whole(asset.rows),
        "bytes": _whole(asset.bytes),
        "location": result.location,
        "status": coverage.status.value,
        "basis": coverage.basis,
        "incomplete": coverage.incomplete,
        "read_rows": int(coverage.rows),
        "of_rows": _whole(coverage.of),
        "reason": coverage.problems[0].code if skipped else "",
        "problems": [_PROBLEM.write(problem) for problem in coverage.problems],
        **classification_row(result.table),
    }


def check_parallel(result: AssetResult) -> None:
    """Raises ValueError where findings or classifications do not match the columns."""
    width = len(result.asset.columns)
    for parallel in (result.findings, result.classifications):
        if len(parallel) not in (0, width):
            raise ValueError(f"{len(parallel)} answers for {width} columns")


def column_rows(result: AssetResult) -> Iterable[Row]:
    """The columns of an asset with finding and classification, without the asset's id."""
    check_parallel(result)
    for at, column in enumerate(result.asset.columns):
        yield {
            "ordinal": at,
            "position": int(column.position),
            "name": column.name,
            "type": column.type,
            "comment": column.comment,
            "nullable": bool(column.nullable),
            "key": column.key,
            "dictionary_id": column.id,
            **_finding_row(result.findings[at] if result.findings else None, column.name),
            **classification_row(result.classifications[at] if result.classifications else None),
        }


def result_from(row: _Read, column_rows: Sequence[_Read]) -> AssetResult:
    """The result of an asset's row and its columns' rows, in order."""
    findings = tuple(_finding_from(item) for item in column_rows if item["confidence"] is not None)
    return AssetResult(
        asset=_asset_from(row, tuple(_column_from(item) for item in column_rows)),
        coverage=Coverage(
            status=Status(row["status"]),
            rows=row["read_rows"],
            of=row["of_rows"],
            basis=row["basis"],
            incomplete=row["incomplete"],
            problems=tuple(map(_PROBLEM.read, row["problems"])),
        ),
        findings=findings,
        classifications=tuple(found for item in column_rows if (found := classification_from(item))),
        table=classification_from(row),
        unit=row["unit_name"],
        location=row["location"],
    )


def _asset_from(row: _Read, columns: tuple[Column, ...]) -> Asset:
    return Asset(
        source=row["source"],
        path=tuple(row["path"]),
        kind=AssetKind(row["kind"]),
        columns=columns,
        comment=row["comment"],
        system=row["system"],
        department=row["department"],
        rows=row["rows"],
        bytes=row["bytes"],
    )


def _column_from(row: _Read) -> Column:
    return Column(
        name=row["name"],
        position=row["position"],
        type=row["type"],
        comment=row["comment"],
        nullable=row["nullable"],
        key=row["key"],
        id=row["dictionary_id"],
    )


def _finding_row(finding: Finding | None, column: str) -> Row:
    if finding is None:
        return {"found": None, "confidence": None, "missed": None, "evidence": None}
    detail = {
        "column": finding.column if finding.column != column else None,
        "evidence": [_EVIDENCE.write(item) for item in finding.evidence],
        "alternatives": [list(item) for item in finding.alternatives],
        "mixed": [_MIXED.write(item) for item in finding.mixed],
        "shape": None if finding.shape is None else _SHAPE.write(finding.shape),
    }
    return {
        "found": finding.type,
        "confidence": float(finding.confidence),
        "missed": None if finding.missed is None else float(finding.missed),
        # A shape of nothing but defaults is written as [], and is still a shape.
        "evidence": {
            key: value
            for key, value in detail.items()
            if value is not None and (key == "shape" or value != [])
        },
    }


def _finding_from(row: _Read) -> Finding:
    detail: Mapping[str, Any] = row["evidence"]
    shape = detail.get("shape")
    return Finding(
        column=detail.get("column", row["name"]),
        type=row["found"],
        confidence=row["confidence"],
        evidence=tuple(map(_EVIDENCE.read, detail.get("evidence", ()))),
        alternatives=tuple((name, share) for name, share in detail.get("alternatives", ())),
        mixed=tuple(map(_MIXED.read, detail.get("mixed", ()))),
        shape=None if shape is None else _SHAPE.read(shape),
        missed=row["missed"],
    )


def classification_row(found: Classification | None) -> Row:
    """The classification columns of ``assets`` and ``columns``; all NULL where there is none."""
    if found is None:
        return dict.fromkeys(CLASSIFICATION)
    return {
        "domain": found.domain,
        "category": found.category,
        "level": found.level,
        "candidate": found.candidate,
        "personal": bool(found.personal),
        "sensitive": bool(found.sensitive),
        "confirmable": bool(found.confirmable),
        "review": found.review,
        "level_confidence": float(found.confidence),
        "reasons": compact([_REASON.write(reason) for reason in found.reasons]),
        "opinions": compact([_OPINION.write(item) for item in found.opinions]) if found.opinions else None,
        "sharing": found.sharing or None,
        "controls": list(found.controls) or None,
        "decision": _DECIDED.write(found.decision) if found.decision else None,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The classifications of one asset as they are stored, ready to be written.

    ``ref`` and ``digest`` tell the asset, ``table`` is None where its own stays; ``columns`` are by ordinal.
    """

    ref: str
    digest: str
    table: Row | None
    columns: tuple[tuple[int, Row], ...]


def answers_of(result: AssetResult, before: AssetResult | None = None) -> Answers:
    """The classifications of ``result``; with ``before``, only those that differ from its."""
    known = before.classifications if before else ()
    return Answers(
        ref=result.asset.ref,
        digest=asset_digest(result),
        table=None if before and before.table == result.table else classification_row(result.table),
        columns=tuple(
            (at, classification_row(answer))
            for at, answer in enumerate(result.classifications)
            if at >= len(known) or known[at] != answer
        ),
    )


CLASSIFICATION = (
    "domain",
    "category",
    "level",
    "candidate",
    "personal",
    "sensitive",
    "confirmable",
    "review",
    "level_confidence",
    "reasons",
    "opinions",
    "sharing",
    "controls",
    "decision",
)


def classification_from(row: _Read) -> Classification | None:
    """The classification of a row, None where it has none."""
    if row["level"] is None:
        return None
    return Classification(
        domain=row["domain"],
        category=row["category"],
        level=row["level"],
        reasons=_reasons(row["reasons"]),
        candidate=row["candidate"],
        personal=row["personal"],
        sensitive=row["sensitive"],
        confirmable=row["confirmable"],
        review=row["review"],
        confidence=row["level_confidence"],
        opinions=opinions_from(row["opinions"]) if row["opinions"] else (),
        sharing=row["sharing"] or "",
        controls=tuple(row["controls"] or ()),
        decision=decided_from(row["decision"]),
    )


@lru_cache(maxsize=4096)
def _reasons(text: str) -> tuple[Reason, ...]:
    # Thousands of columns are graded by the same few rules: most texts repeat.
    return tuple(map(_REASON.read, json.loads(text)))


@lru_cache(maxsize=4096)
def opinions_from(text: str) -> tuple[Opinion, ...]:
    """What each pack said, as stored."""
    return tuple(map(_OPINION.read, json.loads(text)))


def decided_from(values: Sequence[Any] | None) -> Decided | None:
    """The decision that a classification carries, as stored; None where it carries none."""
    return _DECIDED.read(values) if values else None


def nominating(reasons: str) -> tuple[str, ...]:
    """The rules that nominate for important or core, of reasons as they are stored."""
    return tuple(sorted({item.rule for item in _reasons(reasons) if item.effect == "candidate"}))


def conflicting(opinions: str) -> bool:
    """Whether opinions, as they are stored, are in conflict."""
    return conflict(opinions_from(opinions))


def _whole(value: int | None) -> int | None:
    return None if value is None else int(value)
