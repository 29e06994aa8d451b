"""A spreadsheet that people filled in, back in the review: each row checked, applied whole or not at all."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from guard.catalog import reviewing
from guard.catalog.decisions import column_key
from guard.catalog.reviewing import Item
from guard.model import Decision, Standing, UsageError
from guard.ops.catalogue_file import load, read
from guard.ops.catalogue_limits import Limits
from guard.ops.review_answer import Answer, Outcome, Wish, check
from guard.ops.review_cells import BadRowError, Words
from guard.ops.review_decide import carry_out, plan
from guard.ops.review_locked import altered
from guard.ops.review_sheet import ANSWERS, FIELDS, HIDDEN, MOST, SHOWN, Marks, Row, key_of_item, say
from guard.ops.review_work import Work
from guard.policy.sheet.grid import Grid

_LIMITS = Limits(rows=MOST + 2, columns=len(FIELDS) + 40, cells=(MOST + 2) * (len(FIELDS) + 2))
_HEAD_ROWS = 5
_KEY = re.compile("k[0-9a-f]{24}")
_ACTION = "review.import"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """Why a row cannot be applied: ``code`` and ``params`` of the text ``errors.<code>``.

    ``row`` is its number in the sheet, from 1; ``ref`` the column that it is about.
    """

    row: int
    ref: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of a file. ``answered`` rows hold an answer, ``untouched`` ones none; ``same`` are answered
    rows that say what was decided already. ``columns`` would be or were decided, ``pending`` of them wait
    for a second person; ``falls`` says what else they lower, ``below`` how many go below a minimum.
    ``outcome`` is None where nothing was stored. ``digest`` is SHA-256 of the file.
    """

    answered: int
    untouched: int
    same: int
    columns: int
    pending: int
    problems: tuple[RowProblem, ...]
    digest: str
    falls: tuple[str, ...] = ()
    below: int = 0
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One row of the file that holds something; ``trouble`` is what is wrong with its cells."""

    row: int
    texts: Row
    trouble: str = ""

    @property
    def answered(self) -> bool:
        return any(self.texts[name] for name in ANSWERS)


def import_sheet(work: Work, path: Path, *, only_good: bool = False, dry_run: bool = False) -> Imported:
    """Check every row of ``path`` and decide what it says, in one batch and one transaction.

    Nothing is stored where a row has a problem, unless ``only_good`` leaves those out. Raises UsageError
    where the file is no such spreadsheet (``review-sheet-unknown``, ``catalogue-unreadable`` …),
    RefusedError as ``carry_out``.
    """
    work.fresh()
    data = load(path, _LIMITS)
    lines = list(_lines(path, data))
    checks = _Checks(work, lines)
    wishes = checks.wishes(lines)
    problems = tuple(sorted(checks.problems, key=lambda one: one.row))
    made = plan(work, wishes)
    digest = hashlib.sha256(data).hexdigest()
    stored = None
    if made.planned and not dry_run and (only_good or not problems):
        stored = carry_out(work, made, action=_ACTION, detail=_detail(path, digest, lines, problems))
    return Imported(
        answered=sum(line.answered for line in lines),
        untouched=sum(not line.answered and not line.trouble for line in lines),
        same=checks.same,
        columns=len(made.planned),
        pending=made.pending,
        problems=problems,
        digest=digest,
        below=sum(bool(one.below) for one in made.planned),
        falls=made.falls,
        outcome=stored,
    )


def _detail(
    path: Path, digest: str, lines: Sequence[_Line], problems: Sequence[RowProblem]
) -> dict[str, object]:
    answered = sum(line.answered for line in lines)
    return {"file": path.name, "file_sha256": digest, "rows": answered, "left_out": len(problems)}


def _lines(path: Path, data: bytes) -> Iterator[_Line]:
    """Every row below the headings of the first sheet that was written by an export and holds something."""
    for grid in read(path, data, _LIMITS).grids:
        for head in range(min(_HEAD_ROWS, len(grid.rows))):
            places = {name: at for at, name in enumerate(grid.rows[head]) if name in FIELDS}
            if {*HIDDEN, *ANSWERS} <= places.keys():
                yield from _below(grid, head, places)
                return
    raise UsageError("review-sheet-unknown", path=str(path))


def _below(grid: Grid, head: int, places: Mapping[str, int]) -> Iterator[_Line]:
    merged = {row for span in grid.spans for row in range(span.top, min(span.bottom, len(grid.rows)) + 1)}
    formulas = {row for row, _ in grid.formulas}
    first = head + 1 if _KEY.match(grid.text(head + 1, places["keys"])) else head + 2
    for row in range(first, len(grid.rows)):
        texts = {name: _bare(grid.text(row, at)) for name, at in places.items()}
        trouble = "review-row-merged" if row in merged else "review-row-formula" if row in formulas else ""
        if trouble or any(texts.values()):
            yield _Line(row=row + 1, texts=texts, trouble=trouble)


def _bare(text: str) -> str:
    """A cell without the mark that keeps a spreadsheet from seeing a formula in it."""
    return text[1:].strip() if text.startswith("'") else text


class _Checks:
    """Turns rows into wishes; what cannot be one becomes a problem of its row."""

    def __init__(self, work: Work, lines: Sequence[_Line]) -> None:
        self.problems: list[RowProblem] = []
        self.same = 0
        self._work = work
        self._marks = Marks(work)
        self._words = Words(work)
        wanted = {key for line in lines if line.answered for key in line.texts["keys"].split()}
        self._items = {key: item for item in work.items() if (key := key_of_item(item)) in wanted}
        self._lost = _elsewhere(work, lines, wanted - self._items.keys())
        self._decisions: dict[str, list[Decision]] = defaultdict(list)
        for one in work.held:
            if one.standing is not Standing.EXPIRED:
                self._decisions[column_key(one.source, one.path, one.column)].append(one)

    def wishes(self, lines: Iterable[_Line]) -> list[Wish]:
        """One wish for every column that an answered row without problem is about."""
        said: dict[str, tuple[_Line, Answer]] = {}
        found: dict[int, tuple[_Line, list[Wish]]] = {}
        bad: set[int] = set()
        for line in lines:
            if not line.answered and not line.trouble:
                continue
            try:
                answer, items = self._row(line)
                for item in items:
                    before = said.setdefault(key_of_item(item), (line, answer))
                    if before[1] != answer:
                        bad.add(before[0].row)
                        self._twice(before[0], line)
                        raise BadRowError("review-row-twice", other=before[0].row)
            except BadRowError as trouble:
                self._bad(line, trouble.code, trouble.params)
            else:
                fresh = [one for one in items if said[key_of_item(one)][0] is line]
                found[line.row] = (line, [Wish(item=item, answer=answer) for item in fresh])
        return [wish for row, (_, wishes) in found.items() if row not in bad for wish in wishes]

    def _twice(self, first: _Line, second: _Line) -> None:
        if not any(one.row == first.row and one.code == "review-row-twice" for one in self.problems):
            self._bad(first, "review-row-twice", {"other": second.row})

    def _bad(self, line: _Line, code: str, params: Mapping[str, object]) -> None:
        self.problems.append(
            RowProblem(row=line.row, ref=line.texts.get("ref", ""), code=code, params=params)
        )

    def _row(self, line: _Line) -> tuple[Answer, list[Item]]:
        """The answer of a row and the columns that it still has to be given for."""
        texts = line.texts
        if line.trouble:
            raise BadRowError(line.trouble)
        if not texts["keys"]:
            raise BadRowError("review-row-added")
        if texts["catalogue"] != self._marks.catalogue:
            raise BadRowError("review-row-foreign")
        items = self._known(line)
        self._as_exported(texts)
        answer = self._words.answer(texts, items)
        if self._marks.schema(items) != texts["schema"]:
            raise BadRowError("review-row-schema", type=_listed(one.declared for one in items))
        if self._marks.decisions(items) != texts["decisions"]:
            items = self._undecided(items, answer)
        elif self._marks.proposal(items) != texts["proposal"] and not answer.level:
            # A level that a person wrote does not depend on what was proposed.
            now = _listed(f"{one.found or '-'} {one.proposed}" for one in items)
            raise BadRowError("review-row-proposal", now=now)
        self._check(items, answer)
        return answer, items

    def _as_exported(self, texts: Row) -> None:
        """Who answers has seen what stands in the row: it must be what was exported."""
        names = list(altered(texts, texts["shown"], SHOWN))
        if names:
            language = self._work.session.language
            heads = _listed(f"“{say(f'fields.{name}', language)}”" for name in names)
            raise BadRowError("review-row-locked", cells=heads, count=len(names))

    def _known(self, line: _Line) -> list[Item]:
        keys = line.texts["keys"].split()
        missing = [key for key in keys if key not in self._items]
        if missing:
            gone = all(key in self._lost for key in missing)
            raise BadRowError("review-row-gone" if gone else "review-row-unknown", columns=len(missing))
        return [self._items[key] for key in keys]

    def _undecided(self, items: Sequence[Item], answer: Answer) -> list[Item]:
        """The columns that nobody has decided upon since; who decided otherwise is a conflict."""
        left = []
        for item in items:
            since = self._decisions[column_key(item.source, item.path, item.column)]
            if not since:
                left.append(item)
            elif not _says(since[-1], answer):
                last = since[-1]
                raise BadRowError(
                    "review-row-conflict", column=item.ref, by=last.author, at=last.at, level=last.level
                )
        self.same += not left
        return left

    def _check(self, items: Iterable[Item], answer: Answer) -> None:
        for item in items:
            try:
                check(self._work, item, answer)
                if answer.type and not answer.level:
                    plan(self._work, [Wish(item=item, answer=answer)])
            except UsageError as error:
                raise BadRowError(error.id, **error.params) from None


def _listed(words: Iterable[str]) -> str:
    return ", ".join(list(dict.fromkeys(words))[:5])


def _says(one: Decision, answer: Answer) -> bool:
    """Whether a decision is what ``answer`` would come to."""
    wanted = ((answer.level, one.level), (answer.type, one.type), (answer.category, one.category))
    return one.act is answer.act and all(mine in ("", theirs) for mine, theirs in wanted)


def _elsewhere(work: Work, lines: Iterable[_Line], missing: set[str]) -> set[str]:
    """Those of the ``missing`` columns that are in the run that the file was exported from."""
    if not missing:
        return set()
    known = {run.id for run in work.store.runs()}
    named_ = {line.texts["run"][1:] for line in lines if line.answered}
    return {
        key
        for run in named_ & known
        for item in reviewing.items(work.store, run)
        if (key := key_of_item(item)) in missing
    }
