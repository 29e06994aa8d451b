"""A review as a spreadsheet: what is proposed, cells to answer in, hidden cells that recognise each row."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from guard.catalog.audit import catalogue_id
from guard.catalog.decisions import column_key, key_of
from guard.catalog.reviewing import SCOPE_SECRET, Item
from guard.model import UNDETERMINED, AssetResult, Classification, Column, Standing, UsageError
from guard.ops.review_locked import sealed
from guard.ops.review_queue import Selection, group_id, select
from guard.ops.review_work import Work
from guard.ops.sheet_xlsx import SheetLayout, write_xlsx
from guard.sdk.display import cell
from guard.sdk.opinions import opinion_short
from guard.sdk.report import Facts
from guard.sdk.whole import whole
from guard.sdk.wording import (
    basis,
    gives_level,
    leading_reason,
    leading_text,
    level_word,
    review_text,
    term,
    type_name,
)
from guard.text import t

HIDDEN = ("catalogue", "run", "policy", "keys", "schema", "proposal", "decisions", "shown")
SHOWN = (
    "ref", "table_comment", "column", "column_comment", "sql_type", "found", "confidence", "category_now",
    "proposed", "candidate", "why", "cause", "opinions", "state",
)  # fmt: skip
ANSWERS = ("decision", "level", "type", "category", "reason")
FIELDS = (*HIDDEN, *SHOWN, *ANSWERS)
ACTS = ("confirm", "correct", "reject")
MOST = 100_000
_MEMBERS = 1_000  # keys of a group that one cell holds
_EXAMPLES = 5

Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written: rows, and the columns that they stand for."""

    rows: int
    columns: int


def key_of_item(item: Item) -> str:
    """What recognises a column in any run. It begins with a letter: no spreadsheet takes it for a number."""
    return "k" + column_key(item.source, item.path, item.column)[:24]


def export(
    work: Work, path: Path, selection: Selection, *, grouped: bool = False, language: str = "en"
) -> Exported:
    """Write the columns selected (all that are undecided, by default), one row each or one a group.

    ``path`` ends in ``.xlsx`` or ``.csv``. Raises UsageError ``review-sheet-kind``, ``review-sheet-large``,
    ``cannot-write`` and as ``select``; RefusedError ``review-stale``.
    """
    kind = path.suffix.casefold()
    if kind not in (".xlsx", ".csv"):
        raise UsageError("review-sheet-kind", path=str(path))
    if not path.absolute().parent.is_dir():
        raise UsageError("no-such-folder", path=str(path.absolute().parent))
    work.fresh()
    chosen = _chosen(work, selection)
    rows = list(_rows(work, chosen, language, grouped=grouped))
    if len(rows) > MOST:
        raise UsageError("review-sheet-large", rows=len(rows), most=MOST)
    try:
        with whole(path) as draft:
            if kind == ".csv":
                _csv(draft, rows, language)
            else:
                write_xlsx(draft, layout(work, language), rows)
    except OSError as error:
        raise UsageError("cannot-write", path=str(path), why=os.strerror(error.errno or 0)) from None
    return Exported(rows=len(rows), columns=len(chosen))


def say(key: str, language: str, **params: object) -> str:
    """A text of the spreadsheet."""
    return t(f"reviewsheet.{key}", language, **params)


def layout(work: Work, language: str) -> SheetLayout:
    """The columns, what may be chosen in them, and how to fill them in."""
    facts, base = work.facts, work.rules.policy.base
    levels = list(work.rules.policy.levels)
    types = sorted((id, type_name(facts, id, language)) for id in work.rules.types)
    return SheetLayout(
        fields=FIELDS,
        hidden=HIDDEN,
        editable=ANSWERS,
        heads={field: say(f"fields.{field}", language) for field in FIELDS},
        titles={name: say(f"sheets.{name}", language) for name in ("review", "help", "lists")},
        choices={
            "decision": [say(f"acts.{act}", language) for act in ACTS],
            "level": levels,
            "type": [id for id, _ in types],
            "category": sorted(base.categories),
        },
        names={
            "level": [level_word(facts, level) for level in levels],
            "type": [name for _, name in types],
            "category": [term(facts, "categories", one) for one in sorted(base.categories)],
        },
        help=[
            *(("", t(f"reviewsheet.help.{n}", one)) for one in ("zh", "en") for n in _helps()),
            *((say(f"fields.{field}", language), say(f"about.{field}", language)) for field in ANSWERS),
        ],
    )


def _helps() -> tuple[str, ...]:
    return ("fill", "confirm", "correct", "reject", "candidate", "empty", "two", "rules")


def _chosen(work: Work, selection: Selection) -> list[Item]:
    if selection.empty:
        every = work.items()
        return [item for item in every if item.review != SCOPE_SECRET and (selection.again or item.undecided)]
    return [item for item in select(work, selection) if item.review != SCOPE_SECRET]


def _rows(work: Work, chosen: Sequence[Item], language: str, *, grouped: bool) -> Iterator[Row]:
    marks = Marks(work)
    by_place: dict[tuple[str, tuple[str, ...]], dict[int, Item]] = defaultdict(dict)
    for item in chosen:
        by_place[item.source, item.path][item.ordinal] = item
    groups: dict[str, list[tuple[Item, Row]]] = {}
    for result in work.facts.results():
        wanted = by_place.get((result.asset.source, result.asset.path), {})
        for ordinal, item in sorted(wanted.items()):
            row = _told(work.facts, result, ordinal, item, language)
            if grouped:
                members = groups.setdefault(group_id(item), [])
                members.append((item, row if len(members) < _EXAMPLES else {}))
            else:
                yield marks.row([item], row)
    for members in groups.values():
        for start in range(0, len(members), _MEMBERS):
            part = members[start : start + _MEMBERS]
            yield marks.row([item for item, _ in part], _grouped(members, part, language))


def _grouped(members: Sequence[tuple[Item, Row]], part: Sequence[tuple[Item, Row]], language: str) -> Row:
    """One row for columns alike: where the first of them are, how many there are."""
    items = [item for item, _ in part]
    tables = len({(item.source, item.path) for item in items})
    first = members[0][1]
    examples = ", ".join(row["ref"] for _, row in members[:_EXAMPLES] if row)
    count = say("group", language, columns=len(items), tables=tables, examples=examples)
    common = ("column", "found", "category_now", "proposed", "candidate", "why", "cause")
    return dict.fromkeys(SHOWN, "") | {field: first[field] for field in common} | {"ref": count}


class Marks:
    """The hidden cells: where a row comes from, which columns it is, what was known of them."""

    def __init__(self, work: Work) -> None:
        with work.store.reading() as connection:
            self.catalogue = "c" + catalogue_id(connection)[:24]
        self._work = work
        self.open: dict[str, list[str]] = defaultdict(list)
        for one in work.held:
            if one.standing is not Standing.EXPIRED:
                self.open[key_of(one)].append(one.id)

    def row(self, items: Sequence[Item], shown: Row) -> Row:
        """A row that stands for ``items``: its hidden cells, and those ``shown`` that nobody may change."""
        made = self._of(items) | shown
        return made | {"shown": sealed(made, SHOWN)}

    def _of(self, items: Sequence[Item]) -> Row:
        return {
            "catalogue": self.catalogue,
            "run": "r" + self._work.run.id,
            "policy": "p" + self._work.rules.policy.digest[:24],
            "keys": " ".join(map(key_of_item, items)),
            "schema": self.schema(items),
            "proposal": self.proposal(items),
            "decisions": self.decisions(items),
        }

    @staticmethod
    def schema(items: Iterable[Item]) -> str:
        """Changes when a column's SQL type does."""
        return _mark(item.declared for item in items)

    @staticmethod
    def proposal(items: Iterable[Item]) -> str:
        """Changes when what the machine says does."""
        return _mark(part for item in items for part in (item.found, item.proposed))

    def decisions(self, items: Iterable[Item]) -> str:
        """Changes when anybody decides."""
        return _mark(
            " ".join(self.open.get(column_key(one.source, one.path, one.column), ())) for one in items
        )


def _mark(parts: Iterable[str]) -> str:
    return "m" + column_key("", tuple(parts), "")[:16]


def _told(facts: Facts, result: AssetResult, at: int, item: Item, language: str) -> Row:
    column, answer = result.asset.columns[at], result.classifications[at]
    return _place(result, column, item) | {
        "found": _type(facts, item.found, language),
        "confidence": f"{item.confidence:.2f}" if item.found else "",
        "category_now": term(facts, "categories", answer.category),
        "proposed": item.proposed if item.proposed != UNDETERMINED else facts.text("emit.undetermined"),
        "candidate": item.candidate,
        "why": _why(facts, answer, language),
        "cause": review_text(facts, answer),
        "opinions": ", ".join(opinion_short(facts, one, language) for one in answer.opinions),
        "state": _state(answer, language),
    }


def _place(result: AssetResult, column: Column, item: Item) -> Row:
    return {
        "ref": item.ref,
        "table_comment": result.asset.comment,
        "column": column.name,
        "column_comment": column.comment,
        "sql_type": column.type,
    }


def _type(facts: Facts, found: str, language: str) -> str:
    name = type_name(facts, found, language)
    return found if name in ("", found) else f"{name} ({found})"


def _why(facts: Facts, answer: Classification, language: str) -> str:
    why = leading_reason(answer)
    if why is None:
        return ""
    said = leading_text(facts, answer, language)
    clause = "" if gives_level(why) or why.rule == "stricter-pack" else basis(why)
    return f"{said} ({clause})" if clause else said


def _state(answer: Classification, language: str) -> str:
    decided = answer.decision
    if decided is None:
        return ""
    act = say(f"acts.{decided.act}", language)
    return say("state", language, act=act, by=decided.by, at=decided.at[:10], level=answer.level)


def _csv(draft: Path, rows: Iterable[Mapping[str, str]], language: str) -> None:
    # Chinese Excel takes a CSV without the mark for GBK.
    with draft.open("w", encoding="utf-8-sig", newline="") as stream:
        lines = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        lines.writerow(FIELDS)
        lines.writerow([say(f"fields.{field}", language) for field in FIELDS])
        for row in rows:
            lines.writerow([cell(row.get(field, "")) for field in FIELDS])
