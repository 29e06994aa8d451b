"""A catalogue kept as a spreadsheet becomes a pack: what is understood, what is refused, what is never kept."""

from __future__ import annotations

import contextlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ops import catalogues as sample
from ops import old_book

from guard.model import GuardError, RefusedError, UsageError
from guard.ops import audit
from guard.ops.catalogue_export import write_xlsx
from guard.ops.catalogue_file import read
from guard.ops.catalogue_import import Imported, Wish, given_levels, import_catalogue
from guard.ops.catalogue_limits import Limits
from guard.ops.catalogue_old import UntoldError, formulas
from guard.ops.engine import Rules, pack_folders
from guard.ops.session import Session
from guard.policy import lint
from guard.policy.golden import test as golden
from guard.policy.load import load_pack
from guard.policy.policy import Policy
from guard.policy.sheet.settle import Item
from guard.policy.sheet.trial import graded


class Quick(Session):
    """A session that reads the shipped rules once for all tests."""

    def rules(self, packs=(), folders=()) -> Rules:
        if self.config.policy_paths or set(packs) - {"gov_cn"}:
            return super().rules(packs, folders)
        if not _RULES:
            _RULES.append(super().rules())
        return _RULES[0]


_RULES: list[Rules] = []


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.chdir(tmp_path)
    return Quick.open(catalog=str(tmp_path / "guard.db"))


@pytest.fixture
def bring(session: Session, tmp_path: Path):
    """``bring(path, partial=True)`` imports into ``packs`` of an empty folder."""

    def run(path: Path, **more) -> Imported:
        return import_catalogue(
            session, Wish(**{"path": path, "to": tmp_path / "packs", "id": "local", **more})
        )

    return run


def by_row(done: Imported) -> dict[int, object]:
    return {entry.row: entry for entry in done.entries}


def codes(entry) -> list[str]:
    return [note.code for note in entry.notes]


def policy_of(session: Session, folder: Path) -> Policy:
    rules = session.rules()
    return Policy([load_pack(folder, pack_folders())], rules.types.values())


def test_a_provincial_catalogue_becomes_a_pack(bring, session, tmp_path) -> None:
    done = bring(sample.province(tmp_path / "province.xlsx"))
    assert done.written and done.whole and done.counts["failed"] == 0
    rows = by_row(done)
    assert rows[4].path == ("个人信息", "个人基本资料", "个人基本概况信息")
    assert rows[4].items == ("姓名", "性别", "民族") and rows[4].level == "L2"
    assert rows[6].level == "L3" and rows[6].types == ("mobile_phone",)
    assert rows[7].path == ("个人信息", "个人基本资料", "联系信息")
    assert rows[8].sharing == "refused-by-law"
    assert rows[14].status == "skipped"
    assert done.hidden == ("草稿",)
    head = yaml.safe_load((done.folder / "pack.yaml").read_text("utf-8"))
    assert head["extends"] == "gov_cn" and head["standard"] == "某某省公共数据分类分级目录（2025年版）"
    rules = yaml.safe_load((done.folder / "rules" / "10-catalogue.yaml").read_text("utf-8"))["rules"]
    assert {rule["clause"] for rule in rules} >= {"公共数据分类分级目录:6"}
    assert {rule["certainty"] for rule in rules} == {"design"}


def test_the_pack_passes_its_own_check_and_test_and_raises_levels(bring, session, tmp_path) -> None:
    done = bring(sample.province(tmp_path / "province.xlsx"))
    types = tuple(session.rules().types.values())
    assert lint.check(done.folder, types, pack_folders()) == ()
    outcome = golden(done.folder, types, pack_folders())
    assert outcome.cases == done.items and outcome.failures == ()
    policy = policy_of(session, done.folder)
    phone = Item(name="手机号码", path=(), level="", type="mobile_phone")
    assert graded(phone, session.rules().policy).level == "L2"
    assert graded(phone, policy).level == "L3"
    assert (
        graded(Item(name="水库大坝安全鉴定结论", path=(), level=""), policy).category
        == "公共数据/水利/水利工程"
    )


def test_important_rows_become_candidates_and_never_levels(bring, session, tmp_path) -> None:
    done = bring(sample.province(tmp_path / "province.xlsx"))
    row = by_row(done)[10]
    assert (row.level, row.candidate) == ("", "important") and "candidate" in codes(row)
    answer = graded(Item(name="大江大河水文资料", path=(), level=""), policy_of(session, done.folder))
    assert answer.candidate == "important" and answer.level not in ("important", "core")


def test_a_general_name_counts_only_beside_its_category(bring, session, tmp_path) -> None:
    rows = [["分类", "数据项", "级别"], ["河湖信息", "编号", "4级"]]
    done = bring(sample.plain(tmp_path / "a.xlsx", rows))
    assert "item-context" in codes(by_row(done)[2])
    policy = policy_of(session, done.folder)
    assert graded(Item(name="编号", path=(), level="", context="河湖"), policy).level == "L4"
    assert graded(Item(name="编号", path=(), level="", context="菜单"), policy).level != "L4"


def test_the_longer_name_of_a_lower_level_is_not_lifted_by_the_shorter(bring, session, tmp_path) -> None:
    rows = [["分类", "数据项", "级别"], ["水利", "巡堤人员轨迹", "4级"], ["水利", "巡堤人员轨迹图例", "1级"]]
    done = bring(sample.plain(tmp_path / "a.xlsx", rows))
    policy = policy_of(session, done.folder)
    assert graded(Item(name="巡堤人员轨迹", path=(), level=""), policy).level == "L4"
    assert graded(Item(name="巡堤人员轨迹图例", path=(), level=""), policy).level != "L4"


def test_two_heading_rows_and_column_names(bring, session, tmp_path) -> None:
    done = bring(sample.sector(tmp_path / "sector.xlsx"))
    assert done.whole
    rows = by_row(done)
    assert rows[4].path == ("教育", "学生管理", "学籍") and rows[4].codes == ("dorm_bed_no",)
    assert rows[5].path == ("教育", "学生管理", "奖惩") and rows[5].basis == "JY/T 1001"
    assert rows[6].path == ("教育", "教师管理", "人事")
    answer = graded(Item(name="DORM_BED_NO", path=(), level=""), policy_of(session, done.folder))
    assert answer.level == "L2"


def test_the_words_of_a_known_scale_in_gb18030(bring, tmp_path) -> None:
    done = bring(sample.scale(tmp_path / "scale.csv"))
    assert [entry.level for entry in done.entries] == ["L1", "L2", "L3", "L4"]
    assert done.entries[0].path == ("法人信息", "信用评价")


def test_what_is_doubtful_or_wrong_is_said_row_by_row(bring, tmp_path) -> None:
    done = bring(sample.trouble(tmp_path / "trouble.xlsx"))
    rows = by_row(done)
    for at, (*_, status, code) in enumerate(sample.TROUBLE, 2):
        assert rows[at].status == status, at
        assert not code or code in codes(rows[at]), (at, codes(rows[at]))
    assert rows[15].status == "failed" and rows[15].notes[0].params["cells"] == "D15"
    assert "level-merged" in codes(rows[16]) and rows[17].level == "L2"
    assert next(note for note in rows[8].notes if note.code == "contradiction").params["level"] == "L2"
    assert done.sheets[0].beyond == 9


def test_a_catalogue_is_written_whole_or_not_at_all(bring, session, tmp_path) -> None:
    path = sample.trouble(tmp_path / "trouble.xlsx")
    assert not bring(path).written
    assert not bring(path, partial=True, dry_run=True).written
    assert not (tmp_path / "packs").exists() and not (tmp_path / "guard.db").exists()
    done = bring(path, partial=True)
    assert done.written and not done.whole
    assert "内部" not in (done.folder / "words.yaml").read_text("utf-8")
    assert sorted(one.name for one in (tmp_path / "packs").iterdir()) == ["local"]


def test_a_person_explains_a_word(bring, tmp_path) -> None:
    rows = [["数据项", "分类", "级别"], ["走访台账", "基层", "内部"]]
    path = sample.plain(tmp_path / "a.xlsx", rows)
    assert bring(path).counts["failed"] == 1
    assert bring(path, levels=given_levels(["内部=L2"])).entries[0].level == "L2"
    with pytest.raises(UsageError, match="unknown-level"):
        bring(path, id="other", levels={"内部": "L9"})
    with pytest.raises(UsageError, match="catalogue-level-given"):
        given_levels(["内部"])


def test_an_import_is_logged_or_refused(bring, session, tmp_path, monkeypatch) -> None:
    path = sample.province(tmp_path / "province.xlsx")
    monkeypatch.setattr(audit, "append", _unwritable)
    with pytest.raises(RefusedError, match="audit-unwritable"):
        bring(path)
    assert not (tmp_path / "packs" / "local").exists()
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    done = bring(path)
    (entry,) = audit.entries(session, action="policy.import")
    assert entry.texts["subject"] == "local" and entry.detail["sha256"] == done.digest


def _unwritable(*_: object) -> None:
    raise GuardError("catalog-full", catalog="x", code="13")


def test_what_cannot_be_put_in_place_is_not_logged(bring, session, tmp_path, monkeypatch) -> None:
    path = sample.province(tmp_path / "province.xlsx")
    bring(path)
    before = (tmp_path / "packs" / "local" / "pack.yaml").read_text("utf-8")
    real = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.parent.name.startswith(".guard-") and self.name == "local":
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(UsageError, match="cannot-write"):
        bring(path, replace=True, version="2")
    monkeypatch.undo()
    assert (tmp_path / "packs" / "local" / "pack.yaml").read_text("utf-8") == before
    assert len(audit.entries(session, action="policy.import")) == 1


def test_a_pack_is_replaced_only_when_asked_and_nothing_else_ever(bring, session, tmp_path) -> None:
    path = sample.province(tmp_path / "province.xlsx")
    bring(path)
    with pytest.raises(RefusedError, match="catalogue-exists"):
        bring(path)
    assert not bring(path, dry_run=True).written
    assert bring(path, replace=True, version="2").written
    assert load_pack(tmp_path / "packs" / "local", pack_folders()).version == "2"
    (tmp_path / "packs" / "mine").mkdir()
    with pytest.raises(RefusedError, match="catalogue-no-pack"):
        bring(path, id="mine", replace=True)
    with pytest.raises(RefusedError, match="catalogue-taken"):
        bring(path, id="gov_cn")


def test_wrong_words_are_answered_with_the_right_ones(bring, tmp_path) -> None:
    path = sample.scale(tmp_path / "s.csv")
    with pytest.raises(UsageError, match="catalogue-certainty"):
        bring(path, certainty="sure")
    with pytest.raises(UsageError, match="catalogue-date"):
        bring(path, effective="2026")
    with pytest.raises(UsageError, match="unknown-pack"):
        bring(path, extends="gov")
    done = bring(path, certainty="M-h", effective="2026-01-01", name="公共数据", standard="DB33/T 2351-2021")
    pack = load_pack(done.folder, pack_folders())
    assert (pack.mark, pack.effective, pack.name["zh"]) == ("M-h", "2026-01-01", "公共数据")
    assert {rule.standard for rule in pack.rules if rule.id in pack.own} == {"DB33/T 2351-2021"}


@pytest.mark.parametrize("id", ["../up", "a/b", "a\\b", "A", "1a", "con.x", "x" * 60, "a b", "..", "é"])
def test_an_id_is_never_a_path(bring, tmp_path, id) -> None:
    with pytest.raises(UsageError, match="catalogue-id"):
        bring(sample.scale(tmp_path / "s.csv"), id=id)
    assert not (tmp_path / "packs").exists()


def test_examples_are_kept_nowhere(bring, session, tmp_path) -> None:
    done = bring(sample.province(tmp_path / "province.xlsx"))
    secrets = ["13800138000", "13912345678", "11010119900307002X", "张三", "李四", "1990-03-07"]
    kept = b"".join(
        path.read_bytes() for path in (*done.folder.rglob("*"), tmp_path / "guard.db") if path.is_file()
    )
    kept += repr(done).encode()
    assert not [secret for secret in secrets if secret.encode() in kept]
    assert all(entry.examples == () for entry in done.entries)


def test_a_date_a_lone_category_and_a_formula_in_a_csv(bring, tmp_path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "类,项,信息项,定级,施行\n一、水利,,,,\n水利,河道,河道断面图,2级,2025-01-01\n,,河道淤积量,=A1,\n",
        "utf-8-sig",
    )
    rows = by_row(bring(path))
    assert rows[2].status == "failed" and "item-empty" in codes(rows[2])
    assert rows[3].path == ("水利", "河道")
    assert codes(rows[4]) == ["formula"]


def test_headings_between_rows_are_the_category_where_no_column_is(bring, tmp_path) -> None:
    rows = [
        ["序号", "数据项", "级别"],
        ["一、防汛数据"],
        ["1", "堤防险工险段", "3级"],
        ["注：施行日期另行通知。"],
    ]
    done = bring(sample.plain(tmp_path / "a.xlsx", rows))
    assert [entry.status for entry in done.entries] == ["skipped", "understood", "skipped"]
    assert done.entries[1].path == ("一、防汛数据",)


def test_ods_with_formulas_and_merged_cells(bring, tmp_path) -> None:
    spanned = '<table:table-cell table:number-rows-spanned="2" office:value-type="string"><text:p>水利</text:p></table:table-cell>'
    formula = '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"><text:p>2</text:p></table:table-cell>'
    rows = (
        sample.ods_row("分类", "数据项", "级别")
        + sample.ods_row(spanned, "闸门启闭记录", "L2")
        + sample.ods_row("<table:covered-table-cell/>", "闸门开度", formula)
    )
    done = bring(sample.ods(tmp_path / "a.ods", rows))
    assert by_row(done)[2].path == ("水利",) and by_row(done)[2].level == "L2"
    assert codes(by_row(done)[3]) == ["formula"]


def test_an_old_workbook_with_formulas_and_merged_cells(bring, tmp_path) -> None:
    heads = {(0, 0): "分类", (0, 1): "数据项", (0, 2): "级别"}
    texts = heads | {(1, 0): "水利", (1, 1): "闸门启闭记录", (1, 2): "L2", (2, 1): "闸门开度"}
    done = bring(old_book.write(tmp_path / "old.xls", texts, {(2, 2): 3.0}, [(1, 2, 0, 0)]))
    assert by_row(done)[2].path == ("水利",) and by_row(done)[2].level == "L2"
    assert codes(by_row(done)[3]) == ["formula"] and not done.sheets[0].blind


@settings(max_examples=200, deadline=None)
@given(cut=st.integers(1, 5632), at=st.integers(0, 5631), byte=st.integers(0, 255))
def test_the_formulas_of_a_damaged_old_workbook_are_told_or_untold(tmp_path_factory, cut, at, byte) -> None:
    path = tmp_path_factory.getbasetemp() / "old.xls"
    data = bytearray(old_book.write(path, {(0, 0): "分类"}, {(1, 1): 1.0}).read_bytes())
    data[at] = byte
    with contextlib.suppress(UntoldError):
        formulas(bytes(data[:cut]))


@pytest.mark.parametrize("at", [30, 48, 76, 518, 1140, 1536, 1600])
def test_a_damaged_old_workbook_ends_in_one_error_or_is_read(tmp_path, at, capfd) -> None:
    path = old_book.write(tmp_path / "old.xls", {(0, 0): "分类"}, {(1, 1): 1.0})
    data = bytearray(path.read_bytes())
    data[at : at + 4] = b"\xee\xee\xee\x0e"
    with contextlib.suppress(UsageError):
        read(path, bytes(data), Limits())
    assert capfd.readouterr() == ("", "")


def _xlsx(parts: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return made.getvalue()


def _book(sheet: str) -> dict[str, str]:
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return {
        "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
        "_rels/.rels": f"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='r' Type='{relation}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{main}' xmlns:r='{relation}'><sheets><sheet name='a' sheetId='1' r:id='r1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='r1' Type='{relation}/worksheet' Target='worksheets/sheet1.xml'/></Relationships>",
        "xl/worksheets/sheet1.xml": f"<?xml version='1.0'?>{sheet}".replace(
            "<worksheet>", f"<worksheet xmlns='{main}'>"
        ),
    }


FAR = "<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>x</t></is></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData></worksheet>"
LAUGHS = "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><worksheet><sheetData/></worksheet>"
HOSTILE = {
    "a cell far away": (lambda: _xlsx(_book(FAR)), "catalogue-too-large"),
    "a document type": (lambda: _xlsx(_book(LAUGHS)), "catalogue-unreadable"),
    "broken xml": (lambda: _xlsx(_book("<worksheet><sheetData>")), "catalogue-unreadable"),
    "a bomb": (
        lambda: _xlsx({**_book("<worksheet/>"), "xl/sharedStrings.xml": " " * (40 << 20)}),
        "catalogue-too-large",
    ),
    "a lying header": (
        lambda: _lying(_xlsx({**_book("<worksheet/>"), "xl/sharedStrings.xml": " " * (40 << 20)})),
        "catalogue-too-large",
    ),
    "a cut file": (lambda: _xlsx(_book("<worksheet/>"))[:400], "catalogue-unreadable"),
    "another package": (lambda: _xlsx({"word/document.xml": "<a/>"}), "catalogue-unreadable"),
    "half an old book": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "catalogue-unreadable"),
    "no text": (lambda: b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe\xff", "catalogue-unreadable"),
    "too many rows": (lambda: b"a,b\n" * 3000, "catalogue-too-large"),
    "too wide": (lambda: b"a," * 400, "catalogue-too-large"),
}


def _lying(data: bytes) -> bytes:
    """The package with every unpacked size said to be 10 bytes."""
    made = bytearray(data)
    at = made.find(b"PK\x01\x02")
    while at >= 0:
        made[at + 24 : at + 28] = (10).to_bytes(4, "little")
        at = made.find(b"PK\x01\x02", at + 4)
    return bytes(made)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_one_error(name) -> None:
    make, code = HOSTILE[name]
    with pytest.raises(UsageError, match=code):
        read(Path("x.xlsx"), make(), Limits(rows=2000, unpacked=16 << 20))


def test_a_repeated_ods_row_is_counted_before_it_is_read(tmp_path) -> None:
    rows = sample.ods_row("分类", "数据项", "级别", attributes='table:number-rows-repeated="1000000"')
    path = sample.ods(tmp_path / "a.ods", rows)
    with pytest.raises(UsageError, match="catalogue-too-large"):
        read(path, path.read_bytes(), Limits())
    empty = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    path = sample.ods(tmp_path / "b.ods", sample.ods_row("分类", "数据项", "级别") + empty)
    assert read(path, path.read_bytes(), Limits()).grids[0].rows[0] == ("分类", "数据项", "级别")


def test_no_catalogue_and_no_such_sheet(bring, tmp_path) -> None:
    path = sample.plain(tmp_path / "a.xlsx", [["姓名", "电话"], ["x", "y"]])
    with pytest.raises(UsageError, match="catalogue-no-table"):
        bring(path)
    with pytest.raises(UsageError, match="catalogue-sheet"):
        bring(path, sheets=("无",))
    with pytest.raises(UsageError, match="no-such-path"):
        bring(tmp_path / "none.xlsx")


def test_what_is_exported_comes_back_with_the_same_levels(bring, session, tmp_path) -> None:
    path = tmp_path / "out.xlsx"
    write_xlsx(session, "gov_cn", path, "zh")
    done = bring(path)
    assert done.written and done.whole
    policy, base = policy_of(session, done.folder), session.rules().policy
    seen = 0
    for entry in done.entries:
        for name in entry.items:
            item = Item(name=name, path=(), level="", type=entry.types[0] if entry.types else "")
            back, there = graded(item, policy), graded(item, base)
            assert (back.level, back.candidate) == (there.level, there.candidate), name
            seen += 1
    assert seen > 150


def test_an_imported_pack_is_exported_with_its_own_items(bring, session, tmp_path, monkeypatch) -> None:
    bring(sample.province(tmp_path / "province.xlsx"))
    local = replace(session, config=replace(session.config, policy_paths=(tmp_path / "packs",)))
    path = tmp_path / "out.xlsx"
    write_xlsx(local, "local", path, "zh")
    grid = read(path, path.read_bytes(), Limits()).grids[0]
    heads = grid.rows[1]
    rows = {row[heads.index("数据项")]: dict(zip(heads, row, strict=False)) for row in grid.rows[2:]}
    assert rows["水库大坝安全鉴定结论"]["级别"] == "一般3级"
    assert rows["水库大坝安全鉴定结论"]["共享属性"] == "有条件共享"
    assert rows["大江大河水文资料"]["级别"] == "重要数据"
    assert rows["手机号码"]["级别"] == "一般3级" and rows["手机号码"]["条款"] == "公共数据分类分级目录:6"
    assert rows["手机号码"]["示例（合成，已脱敏）"] == "138****8000"


def test_no_exported_cell_is_a_formula(bring, session, tmp_path) -> None:
    rows = [["分类", "数据项", "级别"], ["+SUM(A1:A9)", "-水闸开度", "L2"]]
    bring(sample.plain(tmp_path / "a.xlsx", rows))
    local = replace(session, config=replace(session.config, policy_paths=(tmp_path / "packs",)))
    path = tmp_path / "out.xlsx"
    write_xlsx(local, "local", path, "zh")
    found = read(path, path.read_bytes(), Limits())
    assert not any(grid.formulas for grid in found.grids)
    cells = [text for grid in found.grids for row in grid.rows for text in row]
    assert any("SUM" in text for text in cells)
    assert not [text for text in cells if text.lstrip()[:1] in tuple("=+-@")]


TEXTS = st.sampled_from(
    [
        "",
        "一级分类",
        "数据项",
        "级别",
        "L2",
        "二级",
        "内部",
        "姓名",
        "=1",
        "注：",
        "、",
        "（",
        "13800138000",
        "x" * 60,
        "编号",
        "a@b.cn",
        "\u202e",
        "*",
        "等",
    ]
)


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(st.lists(TEXTS, min_size=1, max_size=6), min_size=1, max_size=12))
def test_any_sheet_ends_in_a_report_or_one_error(rows) -> None:
    from guard.policy.sheet.read import read as understand

    words, pack, types = _understanding()
    grid = _grid(rows)
    done = understand([grid], words, pack, types, {})
    for entry in done.entries:
        assert entry.status in ("understood", "doubted", "skipped", "failed")
        assert not entry.usable or (entry.items and entry.grade)
        assert "13800138000" not in str([note.params for note in entry.notes])


_KEPT: list[object] = []


def _understanding():
    from guard.policy.sheet.words import SheetWords

    if not _KEPT:
        rules = Session.open().rules()
        words = SheetWords.read(rules.lexicon["catalogue_sheets"])
        _KEPT.append((words, rules.policy.base, tuple(rules.types.values())))
    return _KEPT[0]


def _grid(rows):
    from guard.policy.sheet.grid import Grid

    return Grid(name="s", rows=tuple(tuple(row) for row in rows))


def test_a_category_is_that_of_the_names_given_and_not_of_a_whole_type(bring, session, tmp_path) -> None:
    rows = [["分类", "数据项", "级别"], ["内部/人事", "工资", "2级"]]
    done = bring(sample.plain(tmp_path / "a.xlsx", rows))
    assert by_row(done)[2].types == ("income",)
    policy, plain = policy_of(session, done.folder), session.rules().policy
    named, other = (Item(name=name, path=(), level="", type="income") for name in ("工资", "年收入"))
    assert graded(named, policy).category == "内部/人事"
    assert graded(other, policy).category == graded(other, plain).category


def test_synonyms_and_the_clause_of_each_row_are_read(bring, session, tmp_path) -> None:
    head = ["分类", "数据项", "同义名称", "级别", "标准", "条款", "可信标记"]
    rows = [head, ["水利", "巡堤人员轨迹", "护堤员踪迹、编号", "4级", "SL/T 809-2021", "5.2", "M-h"]]
    done = bring(sample.plain(tmp_path / "a.xlsx", rows))
    assert done.sheets[0].unused == ()
    (rule,) = yaml.safe_load((done.folder / "rules" / "10-catalogue.yaml").read_text("utf-8"))["rules"]
    assert (rule["standard"], rule["clause"], rule["certainty"]) == ("SL/T 809-2021", "5.2", "M-h")
    policy = policy_of(session, done.folder)
    assert graded(Item(name="护堤员踪迹", path=(), level=""), policy).level == "L4"
    assert graded(Item(name="编号", path=(), level=""), policy).level != "L4"  # tells too little by itself
