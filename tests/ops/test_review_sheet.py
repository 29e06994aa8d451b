"""A review in a spreadsheet and back: what people fill in counts, what does not fit is named row by row."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from ops.review_city import TABLES, City, known

from guard.catalog import decisions as kept
from guard.model import Act, Standing, UsageError
from guard.ops.audit import entries
from guard.ops.review import Answer, Selection, Wish, carry_out, plan, select
from guard.ops.review_import import import_sheet
from guard.ops.review_sheet import FIELDS, HIDDEN, export
from guard.ops.session import Session

COLUMN = {name: number for number, name in enumerate(FIELDS, 1)}


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules are read once for all tests."""
    monkeypatch.setattr(Session, "rules", lambda *_: known())


@pytest.fixture
def city(tmp_path: Path) -> City:
    made = City(tmp_path)
    made.scan()
    return made


class Filled:
    """An exported workbook; ``fill`` writes answers in the row of a column."""

    def __init__(self, city: City, *, language: str = "en", **selection: object) -> None:
        self.city = city
        self.path = city.folder / "r.xlsx"
        grouped = bool(selection.pop("grouped", False))
        with city.work(language=language) as work:
            self.done = export(work, self.path, Selection(**selection), grouped=grouped, language=language)
        self.book = openpyxl.load_workbook(self.path)
        self.sheet = self.book.worksheets[0]

    def row(self, ending: str) -> int:
        return next(n for n in range(3, self.sheet.max_row + 1) if ending in str(self.cell(n, "ref").value))

    def cell(self, row: int, name: str):
        return self.sheet.cell(row, COLUMN[name])

    def fill(self, ending: str, **answer: str) -> int:
        row = self.row(ending)
        for name, text in answer.items():
            self.cell(row, name).value = text
        return row

    def back(self, actor: str = "li", **how: bool):
        self.book.save(self.path)
        with self.city.work(actor) as work:
            return import_sheet(work, self.path, **how)


def codes(done) -> list[tuple[int, str]]:
    return [(one.row, one.code) for one in done.problems]


def stored(city: City) -> dict[str, tuple[str, str, str]]:
    with city.work() as work:
        return {
            f"{one.path[-1]}/{one.column}": (one.act.value, one.level, one.standing.value)
            for one in work.held
        }


def levels(city: City) -> dict[str, str]:
    with city.work() as work:
        return {item.ref.partition("public/")[2]: item.level for item in work.items()}


def test_one_row_a_column_and_the_answers_count(city: City) -> None:
    file = Filled(city)
    assert file.done.rows == file.done.columns == 7
    file.fill("person/sfzh", decision="confirm")
    file.fill("person/bz", decision="correct", level="L3", reason="holds notes on health")
    file.fill("log/dh", decision="reject", reason="ports, no telephones")
    done = file.back()
    assert (done.answered, done.untouched, done.columns, codes(done)) == (3, 4, 3, [])
    found = stored(city)
    assert found["person/sfzh"] == ("confirm", "L3", "active")
    assert found["person/bz"] == ("correct", "L3", "active") and levels(city)["person/bz"] == "L3"
    assert found["log/dh"][0] == "reject"
    assert len({one.batch for one in kept.held(city.work().store)}) == 1


def test_the_audit_log_names_the_file(city: City) -> None:
    file = Filled(city)
    file.fill("person/sfzh", decision="confirm")
    done = file.back("zhang")
    last = next(raw for raw in reversed(entries(city.session())) if raw.texts["action"] == "review.import")
    assert last.detail["file"] == "r.xlsx" and last.detail["file_sha256"] == done.digest
    assert last.detail["rows"] == 1 and last.texts["actor"] == "zhang"


def test_lowering_waits_for_a_second_person(city: City) -> None:
    file = Filled(city)
    file.fill("person/sfzh", decision="correct", level="L1", reason="fake numbers")
    done = file.back()
    assert (done.columns, done.pending, done.below) == (1, 1, 1)
    assert stored(city)["person/sfzh"] == ("correct", "L1", Standing.PENDING.value)
    assert levels(city)["person/sfzh"] == "L3"


def test_groups(city: City) -> None:
    file = Filled(city, grouped=True)
    assert (file.done.rows, file.done.columns) == (4, 7)
    file.fill("person/sfzh", decision="确认")
    assert file.back().columns == 3
    assert set(stored(city)) == {"person/sfzh", "emp/SFZH", "log/sfzh"}


def test_chinese_words_and_names(city: City) -> None:
    file = Filled(city, language="zh")
    assert file.cell(2, "decision").value == "决定"
    file.fill("log/dh", decision="更正", type="姓名", reason="存的是姓名")
    file.fill("emp/dh", decision="驳回", reason="不是电话")
    assert codes(file.back()) == []
    with city.work() as work:
        assert {one.type for one in work.held if one.act.value == "correct"} == {"person_name"}


BAD = {
    "review-row-decision": {"decision": "confrim"},
    "review-row-level": {"decision": "correct", "level": "L9", "reason": "x"},
    "review-row-type": {"decision": "correct", "type": "resident_id", "reason": "x"},
    "review-row-category": {"decision": "correct", "category": "a/b", "reason": "x"},
    "review-reason": {"decision": "correct", "level": "L4"},
    "review-nothing": {"decision": "correct", "reason": "x"},
    "review-row-undecided": {"level": "L4", "reason": "x"},
    "review-row-mixed": {"decision": "confirm", "level": "L4"},
    "review-row-reason": {"decision": "correct", "level": "L4", "reason": "x" * 2001},
    "review-row-foreign": {"decision": "confirm", "catalogue": "c0"},
    "review-row-unknown": {"decision": "confirm", "keys": "k" + "0" * 24},
    "review-row-added": {"decision": "confirm", "keys": ""},
    "review-row-schema": {"decision": "confirm", "schema": "m0"},
    "review-row-proposal": {"decision": "confirm", "proposal": "m0"},
}


@pytest.mark.parametrize("code", list(BAD))
def test_a_row_that_does_not_fit_is_named_and_nothing_is_applied(city: City, code: str) -> None:
    file = Filled(city)
    file.fill("emp/SFZH", decision="confirm")
    row = file.fill("person/sfzh", **BAD[code])
    done = file.back()
    assert codes(done) == [(row, code)]
    assert done.outcome is None and stored(city) == {}
    again = file.back(only_good=True)
    assert codes(again) == [(row, code)] and set(stored(city)) == {"emp/SFZH"}


LOCKED = {
    "proposed": "L1",
    "found": "mobile_phone",
    "column": "other",
    "ref": "hr/public/log/sfzh",
    "why": "x",
}


@pytest.mark.parametrize("name", list(LOCKED))
def test_what_a_person_sees_is_what_is_confirmed(city: City, name: str) -> None:
    file = Filled(city)
    row = file.fill("person/sfzh", decision="confirm")
    file.cell(row, name).value = LOCKED[name]
    done = file.back()
    assert codes(done) == [(row, "review-row-locked")] and stored(city) == {}
    assert "”" in str(done.problems[0].params["cells"]) and done.problems[0].params["count"] == 1


def test_hidden_cells_of_another_row_do_not_fit(city: City) -> None:
    file = Filled(city)
    row, other = file.fill("person/sfzh", decision="confirm"), file.row("person/xm")
    for name in HIDDEN:
        file.cell(row, name).value = file.cell(other, name).value
    assert codes(file.back()) == [(row, "review-row-locked")] and stored(city) == {}


def test_a_cell_stored_anew_is_still_the_same(city: City) -> None:
    file = Filled(city)
    row = file.fill("person/sfzh", decision="confirm")
    file.cell(row, "confidence").value = 0.98
    file.cell(row, "why").value = f"{file.cell(row, 'why').value} "
    file.cell(file.row("person/xm"), "proposed").value = "L1"  # of a row that nobody answered
    assert codes(file.back()) == [] and set(stored(city)) == {"person/sfzh"}


def test_formulas_merged_cells_and_added_rows(city: City) -> None:
    file = Filled(city)
    formula = file.fill("person/sfzh", decision='="con"&"firm"')
    first = file.fill("emp/SFZH", decision="confirm")
    file.sheet.merge_cells(
        start_row=first, end_row=first + 1, start_column=COLUMN["decision"], end_column=COLUMN["decision"]
    )
    added = file.sheet.max_row + 1
    file.cell(added, "ref").value, file.cell(added, "decision").value = "hr/public/new/x", "confirm"
    found = codes(file.back())
    assert (formula, "review-row-formula") in found and (added, "review-row-added") in found
    assert {(first, "review-row-merged"), (first + 1, "review-row-merged")} <= set(found)
    assert stored(city) == {}


def test_two_rows_for_one_column(city: City) -> None:
    file = Filled(city)
    first = file.fill("person/sfzh", decision="confirm")
    copied = file.sheet.max_row + 1
    for cell in file.sheet[first]:
        file.sheet.cell(copied, cell.column).value = cell.value
    assert codes(file.back(dry_run=True)) == []
    file.cell(copied, "decision").value, file.cell(copied, "level").value = "correct", "L4"
    file.cell(copied, "reason").value = "x"
    found = file.back(only_good=True)
    assert codes(found) == [(first, "review-row-twice"), (copied, "review-row-twice")]
    assert found.columns == 0 and stored(city) == {}


def test_somebody_decided_meanwhile(city: City) -> None:
    file = Filled(city)
    with city.work("wang") as work:
        items = select(work, Selection(refs=("person/sfzh", "emp/SFZH")))
        answers = [Answer(act=Act.CORRECT, level="L4", reason="x"), Answer(act=Act.CONFIRM)]
        by_name = sorted(items, key=lambda item: item.column == "SFZH")
        carry_out(work, plan(work, [Wish(item=i, answer=a) for i, a in zip(by_name, answers, strict=True)]))
    conflict = file.fill("person/sfzh", decision="confirm")
    file.fill("emp/SFZH", decision="confirm")
    done = file.back()
    assert codes(done) == [(conflict, "review-row-conflict")] and done.same == 1
    (problem,) = done.problems
    assert problem.params["by"] == "wang" and problem.params["level"] == "L4"


def test_the_schema_changed_since(city: City) -> None:
    file = Filled(city)
    changed = [("sfzh", "varchar(20)", "公民身份号码", "resident_id_18"), *TABLES["person"][1:2]]
    city.scan("run-2", {**TABLES, "person": tuple(changed)})
    other = file.fill("person/sfzh", decision="confirm")
    gone = file.fill("person/bz", decision="correct", level="L3", reason="x")
    file.fill("person/xm", decision="confirm")
    assert sorted(codes(file.back())) == sorted([(other, "review-row-schema"), (gone, "review-row-gone")])


def test_a_file_of_another_catalogue(city: City, tmp_path: Path) -> None:
    file = Filled(city)
    row = file.fill("person/sfzh", decision="confirm")
    other = City(tmp_path, "other.db")
    other.scan()
    file.city = other
    assert codes(file.back()) == [(row, "review-row-foreign")]


def test_a_candidate_is_confirmed_by_its_level(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.scan(tables={"geo": (("coast", "text", "", "imp_high_precision_geo"),)})
    file = Filled(city)
    row = file.fill("geo/coast", decision="confirm")
    assert file.cell(row, "candidate").value == "important"
    assert codes(file.back()) == [(row, "review-candidate")]
    file.fill("geo/coast", level="重要数据")
    done = file.back()
    assert (codes(done), done.columns, done.pending) == ([], 1, 1)
    assert stored(city) == {"geo/coast": ("confirm", "important", "pending")}


def test_csv_there_and_back(city: City, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    with city.work() as work:
        export(work, path, Selection())
    rows = list(csv.reader(path.open(encoding="utf-8-sig", newline="")))
    at = next(row for row in rows if row[COLUMN["ref"] - 1].endswith("person/sfzh"))
    at[COLUMN["decision"] - 1] = "confirm"
    with path.open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows(rows)
    with city.work() as work:
        assert import_sheet(work, path).columns == 1
    assert set(stored(city)) == {"person/sfzh"}


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.scan(
        tables={"=1+1": (("=HYPERLINK(1)", "text", "@SUM", None), ("+1\n\x1b", "text", "=cmd|x", None))}
    )
    file = Filled(city)
    for row in file.sheet.iter_rows(min_row=3):
        assert not [cell for cell in row if cell.data_type == "f"]
    file.fill("HYPERLINK", decision="correct", level="L2", reason="=SUM(A1)")
    file.cell(file.row("HYPERLINK"), "reason").data_type = "s"
    assert codes(file.back()) == []


def test_only_the_answer_cells_are_open(city: City) -> None:
    file = Filled(city)
    assert file.sheet.protection.sheet and file.sheet.row_dimensions[1].hidden
    for name in FIELDS:
        assert file.cell(3, name).protection.locked == (
            name not in ("decision", "level", "type", "category", "reason")
        )
    assert len(file.sheet.data_validations.dataValidation) == 4


@pytest.mark.parametrize(("name", "error"), [("r.txt", "review-sheet-kind"), ("no/r.csv", "no-such-folder")])
def test_where_it_cannot_be_written(city: City, name: str, error: str) -> None:
    with city.work() as work, pytest.raises(UsageError) as raised:
        export(work, city.folder / name, Selection())
    assert raised.value.id == error


def test_a_file_that_is_no_review(city: City, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with city.work() as work, pytest.raises(UsageError) as raised:
        import_sheet(work, tmp_path / "x.csv")
    assert raised.value.id == "review-sheet-unknown"
