"""The page: readable without scripts, its picture has a table twin, and it keeps what it promises."""

import re

import pytest

from guard.sdk.testing_facts import LEVELS, SyntheticFacts, hostile, ordinary, result, skipped
from guard.sdk.testing_page import Page
from guard_reports.inventory import InventoryReport
from guard_reports.inventory.facts import MAX_DEPARTMENTS, overview
from guard_reports.inventory.picture import bars


@pytest.fixture
def page(tmp_path):
    def make(language="zh", **more):
        path = tmp_path / "page.html"
        InventoryReport().build(SyntheticFacts(language=language, **more), "html", path, language=language)
        return path

    return make


def test_rows_and_reasons_are_there_without_scripts(page):
    text = re.sub(r"<script>.*?</script>", "", page().read_text("utf-8"), flags=re.DOTALL)
    for word in (
        "sfzh",
        "bz1",
        "synthetic-bundle",
        "GB/T 45574-2025 附录 A",
        "M-h",
        "1,987 / 2,000",
        "手机号码 1.2%",
    ):
        assert word in text
    assert "请授予该表的 SELECT 权限后重扫" in text and "未扫描不等于安全" in text


def test_filter_is_hidden_until_the_script_runs(page):
    assert "hidden" in Page(page()).all("form")[0]


def test_level_is_word_and_shape_never_colour_alone(page):
    badges = re.findall(r'<b class="lv \w+">([^<]+)</b>', page().read_text("utf-8"))
    assert set(badges) == {"L4 ◆", "L3 ▲", "L2 ●", "L1 ○", "待定 ?"}


def test_picture_has_its_twin(page):
    text = page().read_text("utf-8")
    assert 'aria-labelledby="c-t c-d"' in text
    twin = re.search(r'<table class="twin">.*?</table>', text, re.DOTALL)[0]
    assert re.sub(r"<[^>]+>", " ", twin).split()[-9:] == ["合计", "1", "1", "1", "1", "1", "5", "2", "1"]


@pytest.mark.parametrize("assets", [ordinary(), hostile(), (skipped(("a",), department="x"),)])
def test_bars_fill_the_picture_exactly(assets):
    facts = SyntheticFacts(assets=assets)
    for bar in bars(overview(facts), (*reversed(LEVELS), "undetermined"), facts):
        assert sum(one.width for one in bar.segments) == pytest.approx(100)
        ends = [one.x + one.width for one in bar.segments]
        assert [one.x for one in bar.segments][1:] == pytest.approx(ends[:-1])


def test_many_departments_are_folded_and_none_is_lost():
    assets = tuple(
        result(("t", str(n)), (("sfzh", ""),), department=f"d{n}") for n in range(MAX_DEPARTMENTS + 7)
    )
    view = overview(SyntheticFacts(assets=assets))
    assert len(view.departments) == MAX_DEPARTMENTS
    assert sum(one.columns for one in view.departments) == view.whole.columns == MAX_DEPARTMENTS + 7


def contrast(first, second):
    def light(colour):
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(first), light(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_contrast_is_at_least_four_and_a_half(page):
    sheet = "".join(Page(page()).sheets)
    names = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", sheet))
    fills = dict(re.findall(r"\.(l[0-5u])\{fill:#[0-9a-f]{6};background:(#[0-9a-f]{6})\}", sheet))
    assert len(fills) == 7
    for rank, fill in fills.items():
        text = "#ffffff" if rank in {"l3", "l4", "l5"} else names["ink"]
        assert contrast(text, fill) >= 4.5, rank
    for text in (
        names["ink"],
        names["soft"],
        names["accent"],
        *re.findall(r"[{;]color:(#[0-9a-f]{6})", sheet),
    ):
        assert contrast(text, "#ffffff") >= 4.5 and contrast(text, names["faint"]) >= 4.5, text
        assert contrast(text, "#e9f2fb") >= 4.5, text


def test_bytes_a_column_stay_small(page):
    one = page(assets=()).stat().st_size
    names = tuple((f"c{n}", "注释") for n in range(1000))
    assert (page(assets=(result(("s", "t"), names),)).stat().st_size - one) / 1000 < 1300


def test_a_kind_it_does_not_know(tmp_path):
    with pytest.raises(ValueError, match="html, xlsx"):
        InventoryReport().build(SyntheticFacts(), "pdf", tmp_path / "x.pdf", language="zh")
    assert not list(tmp_path.iterdir())


def test_a_narrow_page_still_names_each_pack(page):
    text = page().read_text("utf-8")
    table = re.search(r'<caption id="conf-c">.*?</table>', text, re.DOTALL)[0]
    names = re.findall(r'<td data-h="([^"]+)">', table)
    assert names[:2] == [info.id for info in SyntheticFacts().packs][:2]
    assert "content:attr(data-h)" in text and ".left caption" in text


def test_columns_on_which_packs_disagree_can_be_filtered(page):
    text = page().read_text("utf-8")
    assert 'id="f-conflict"' in text
    assert len(re.findall(r"<tr data-l[^>]* data-c>", text)) == SyntheticFacts().totals.conflicts
