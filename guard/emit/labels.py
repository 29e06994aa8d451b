"""Levels as SQL for a DBA to review and run: comments, or the sensitivity labels of SQL Server. Runs nothing.

Two lines a column: a comment that says where, what, and whether a person decided; and the statement.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

from guard.emit.dialect import Dialect
from guard.emit.options import Row, reaches
from guard.model import UNDETERMINED, Asset, AssetKind, AssetResult, Classification, Status
from guard.sdk import Facts
from guard.sdk.display import visible
from guard.sdk.label import labelled
from guard.sdk.risk import coverage_counts
from guard.sdk.wording import basis, leading_reason, level_word, problem_text, term, type_name

_KINDS = {AssetKind.TABLE: "", AssetKind.DICTIONARY: "", AssetKind.VIEW: "view_"}
_CONCEALED = re.compile(r"\*[^~]*~[0-9a-f]{8}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOptions:
    """``level``: the lowest level labelled, empty for all; ``confirmed``: only what a person decided."""

    level: str = ""
    confirmed: bool = False


@dataclass(slots=True)
class _Script:
    facts: Facts
    stream: TextIO
    dialect: Dialect
    language: str
    options: LabelOptions
    counts: Counter[str] = field(default_factory=Counter)
    place: tuple[str, ...] = ()

    def text(self, key: str, **params: object) -> str:
        return self.facts.text(f"labels.{key}", **params)

    def note(self, text: str) -> None:
        """One comment line; a line that ends in - or ; would go on in some clients."""
        self.stream.write(f"-- {visible(text).rstrip('-; ')}\n")

    def line(self, text: str) -> None:
        self.stream.write(text + "\n")


def write(facts: Facts, stream: TextIO, language: str, dialect: Dialect, options: LabelOptions) -> None:
    """Write the labels of a run as a script in ``dialect``, notes in ``language``. The script is UTF-8.

    Tables and columns that cannot be labelled are named with the reason; nothing is left out silently.
    """
    script = _Script(facts, stream, dialect, language, options)
    _head(script)
    for result in facts.results():
        _asset(script, result)
    if dialect.tail:
        stream.write(dialect.tail)
    _foot(script)


def _head(script: _Script) -> None:
    facts, run = script.facts, script.facts.run
    dialect = script.dialect
    script.note(script.text("title", dialect=dialect.name))
    script.note(script.text("review"))
    if not dialect.verified:
        script.note(script.text("unverified"))
    script.note(script.text("how", how=dialect.how[script.language]))
    script.note(script.text("pack", pack=run.pack, policy=run.policy[:16]))
    for pack in facts.packs:
        mark = f"[{pack.certainty}]" if pack.certainty else ""
        script.note(script.text("standard", pack=pack.id, standard=pack.standard, mark=mark))
    script.note(script.text("run", run=run.id, date=(run.finished or run.started)[:10], version=run.version))
    script.note(facts.text("emit.coverage", **coverage_counts(facts)))
    script.note(script.text("confirmed_only" if script.options.confirmed else "proposed_too"))
    script.stream.write(f"\n{dialect.head}" if dialect.head else "")


def _foot(script: _Script) -> None:
    counts = {name: script.counts[name] for name in ("columns", "decided", "tables")}
    script.line("")
    script.note(script.text("total", proposed=counts["columns"] - counts["decided"], **counts))
    for name in ("undetermined", "below", "proposed", "unlabelled"):
        if script.counts[name]:
            script.note(script.text(f"left.{name}", count=script.counts[name], level=script.options.level))


def _asset(script: _Script, result: AssetResult) -> None:
    asset = result.asset
    reason = _hindrance(script, result)
    if reason:
        script.counts["unlabelled"] += 1
        script.line("")
        script.note(script.text("skipped", asset=asset.ref, reason=reason))
        return
    path = _path(asset)
    outer, inner = path[: -script.dialect.depth], path[-script.dialect.depth :]
    lines = [*_table(script, result, inner), *_columns(script, result, inner)]
    if lines:
        _moved(script, asset, outer)
        script.line("")
        for note, statement in lines:
            script.note(note)
            if statement:
                script.line(statement)


def _path(asset: Asset) -> tuple[str, ...]:
    """The path in the database: a dictionary puts the system's name before it."""
    outer = asset.path[:-1]
    if asset.kind is AssetKind.DICTIONARY:
        outer = tuple(part for part in outer if part != asset.system)
    return (*outer, asset.path[-1])


def _hindrance(script: _Script, result: AssetResult) -> str:
    asset, dialect = result.asset, script.dialect
    if asset.kind not in _KINDS:
        return script.text("why.file")
    if f"{_KINDS[asset.kind]}column" not in dialect.statements:
        return script.text("why.view", dialect=dialect.name)
    if result.coverage.status is Status.SKIPPED and not result.classifications:
        problems = (problem_text(script.facts, problem) for problem in result.coverage.problems)
        return script.text("why.unread", problems="; ".join(problems))
    return _unnameable(script, *_path(asset)[-dialect.depth :])


def _unnameable(script: _Script, *names: str) -> str:
    if any(map(_CONCEALED.search, names)):
        return script.text("why.concealed")
    return "" if script.dialect.writable(*names) else script.text("why.name", dialect=script.dialect.name)


def _moved(script: _Script, asset: Asset, outer: tuple[str, ...]) -> None:
    """Say where the next tables are, when that changes."""
    if script.place == (asset.source, *outer):
        return
    script.place = (asset.source, *outer)
    script.line("")
    script.note(script.text("source", source="/".join(script.place)))
    if asset.kind is AssetKind.DICTIONARY:
        script.note(script.text("dictionary"))
    if outer and "use" in script.dialect.statements and script.dialect.writable(outer[-1]):
        script.line(script.dialect.statement("use", database=script.dialect.name_of(outer[-1])))


def _table(script: _Script, result: AssetResult, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    asset, answer = result.asset, result.table
    what = "view" if asset.kind is AssetKind.VIEW else "table"
    if answer is None or what not in script.dialect.statements or not _wanted(script, answer, ""):
        return
    comment = labelled(asset.comment, _label(script, answer))
    if reason := _unwritable(script, "table", asset.comment, comment):
        yield _refused(script, asset.ref, reason)
        return
    script.counts["tables"] += 1
    yield (
        _said(script, asset.ref, answer, ""),
        script.dialect.statement(
            what, table=script.dialect.name_of(*path), comment=script.dialect.text(comment)
        ),
    )


def _columns(script: _Script, result: AssetResult, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    what = f"{_KINDS[result.asset.kind]}column"
    for row in zip(result.asset.columns, result.findings, result.classifications, strict=False):
        column, finding, answer = row
        if not _wanted(script, answer, "columns"):
            continue
        ref = f"{result.asset.ref}/{column.name}"
        comment = labelled(column.comment, _label(script, answer))
        reason = _unnameable(script, column.name) or _unwritable(script, "column", column.comment, comment)
        if reason:
            yield _refused(script, ref, reason)
            continue
        script.counts["columns"] += 1
        script.counts["decided"] += answer.decision is not None
        kind = type_name(script.facts, finding.type, script.language)
        yield _said(script, ref, answer, kind), _statement(script, what, path, row, comment)


def _statement(script: _Script, what: str, path: tuple[str, ...], row: Row, comment: str) -> str:
    column, _, answer = row
    dialect, limit = script.dialect, script.dialect.longest.get("label")
    pack = script.facts.run.pack.split(" + ")[0]
    word = f"{level_word(script.facts, answer.level)} {pack}"
    return dialect.statement(
        what,
        table=dialect.name_of(*path),
        column=dialect.name_of(column.name),
        comment=dialect.text(comment),
        label=dialect.text(visible(word)[:limit]),
        information=dialect.text(visible(term(script.facts, "categories", answer.category))[:limit]),
        rank=_rank(script, answer),
        schema_text=dialect.text(path[-2]) if len(path) > 1 else dialect.no_schema,
        table_text=dialect.text(path[-1]),
        column_text=dialect.text(column.name),
    )


def _rank(script: _Script, answer: Classification) -> str:
    maps = script.facts.packs[0].maps if script.facts.packs else {}
    return script.dialect.ranks.get(maps.get(answer.level, answer.level), "NONE")


def _wanted(script: _Script, answer: Classification, count: str) -> bool:
    """Whether a level is labelled; what is left out of ``columns`` is counted."""
    floor, levels = script.options.level, script.facts.levels
    left = ""
    if answer.level == UNDETERMINED:
        left = "undetermined"
    elif floor and not reaches(answer.level, floor, levels):
        left = "below"
    elif script.options.confirmed and answer.decision is None:
        left = "proposed"
    if left and count:
        script.counts[left] += 1
    return not left


def _label(script: _Script, answer: Classification) -> str:
    category = term(script.facts, "categories", answer.category)
    pack = script.facts.run.pack.split(" + ")[0]
    return " ".join(part for part in (level_word(script.facts, answer.level), category, pack) if part)


def _unwritable(script: _Script, what: str, before: str, comment: str) -> str:
    if _CONCEALED.search(before):
        return script.text("why.comment")
    if not script.dialect.fits(what, comment):
        return script.text("why.long", most=script.dialect.longest[what])
    return "" if script.dialect.holds(comment) else script.text("why.unwritable")


def _refused(script: _Script, ref: str, reason: str) -> tuple[str, str]:
    script.counts["unlabelled"] += 1
    return script.text("skipped", asset=ref, reason=reason), ""


def _said(script: _Script, ref: str, answer: Classification, kind: str) -> str:
    level = level_word(script.facts, answer.level)
    nominated = script.facts.text(f"emit.candidate.{answer.candidate}") if answer.candidate else ""
    why, decided = leading_reason(answer), answer.decision
    standing = (
        script.text("confirmed", by=decided.by, at=decided.at[:10]) if decided else script.text("proposed")
    )
    parts = (ref, kind, level, basis(why) if why else "", nominated, standing)
    return " · ".join(part for part in parts if part)
