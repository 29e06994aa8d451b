"""Patterns and values made to break a scanner: refused by name, or answered in bounded time."""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from benchmarks import data
from detect.names_support import detector, table
from detect.values_support import profile

from guard.checks.native import unavailable
from guard.detect.rules import Rule
from guard.detect.scanner import Scanner
from guard.model import Column, UsageError
from guard.policy.catalogue import load_types
from guard.sdk import Sample
from guard.text import t

TYPE = """- id: before
  name: {{zh: 前, en: before}}
  category: 个人信息
  level: L2
- id: evil_one
  name: {{zh: 坏, en: evil}}
  category: 个人信息
  level: L2
  value:
    pattern: '{pattern}'
    embedded: true
"""
LINE = 10
REFUSED = {
    "look-ahead": "(?=1[3-9])[0-9]{11}",
    "negative look-behind": "(?<![0-9])[0-9]{6}",
    "back-reference": "([0-9])\\1{5}",
    "named back-reference": "(?P<a>[0-9])(?P=a)",
    "open group": "([0-9]{6}",
    "open class": "[0-9",
    "backward range": "[9-0]",
    "nothing to repeat": "*[0-9]",
    "counter too large": "[0-9]{1001}",
    "counters multiplied": "(((([0-9]{100}){100}){100}){100}){100}",
    "atomic group": "(?>[0-9]+)1",
    "matches nothing at all": "(?:a*)*",
    "conditional": "(a)?(?(1)b|c)",
}
# A million states if built out, exponential time if tried one way after another.
TOLERATED = {
    "blow-up": (
        "(a|b)*a(a|b){20}",
        {"a" * 21: True, "b" * 21: False, "ab" * 16: False, "b" + "a" * 30: True},
    ),
    "nested repeat": ("(a+)+", {"a" * 4000: True, "a" * 4000 + "!": False, "aaab": False}),
    "nested repeat to the end": ("(a+)+$", {"a" * 4000: True, "a" * 4000 + "b": False}),
    "alternatives alike": ("(a|a)*b", {"a" * 4000 + "b": True, "a" * 4000: False}),
    "optional many times": (
        "(?:a?){30}a{30}",
        {"a" * 30: True, "a" * 60: True, "a" * 61: False, "a" * 29: False},
    ),
    "dots": ("(.*)(.*)(.*)(.*)(.*)[0-9]", {"x" * 900: False, "x" * 900 + "1": True}),
}
compiled = pytest.mark.skipif(unavailable() is not None, reason=f"no compiled engine: {unavailable()}")
ENGINES = [pytest.param(True, marks=compiled, id="compiled"), pytest.param(False, id="re2")]


@pytest.mark.parametrize("pattern", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_refused_by_type_file_and_line(tmp_path: Path, pattern: str, language: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(TYPE.format(pattern=pattern), "utf-8")
    with pytest.raises(UsageError) as refusal:
        load_types(tmp_path)
    assert refusal.value.id.startswith("type-")
    parts = (f"errors.{refusal.value.id}.{part}" for part in ("what", "why", "next"))
    said = " ".join(t(part, language, **refusal.value.params) for part in parts)
    assert "evil_one" in said
    assert f"{path}:{LINE}" in said


@pytest.mark.parametrize("fast", ENGINES)
@pytest.mark.parametrize(("pattern", "values"), TOLERATED.values(), ids=TOLERATED)
def test_tolerated_and_right(pattern: str, values: dict[str, bool], fast: bool, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(TYPE.format(pattern=pattern), "utf-8")
    assert load_types(tmp_path)[1].id == "evil_one"
    started = time.process_time()
    scanner = Scanner([Rule(name="evil_one", pattern=pattern)], compiled=fast)
    assert scanner.whole(pa.array(list(values))).rows(0).tolist() == list(values.values())
    within = dict(scanner.rows(pa.array([f"编号{value}，" for value in values])))
    if not pattern.endswith("$"):
        assert all(within[0][place] for place, held in enumerate(values.values()) if held)
    assert time.process_time() - started < 5


def evil(count: int) -> list[Rule]:
    """``count`` different patterns of the worst kinds."""
    forms = (
        *("({a}|{b})*{a}({a}|{b}){{20}}", "({a}+)+{b}", "(?:{a}|{a}{b}|{b}{a})+{a}{{9}}", "(?:{a}*)*{b}{b}"),
        *("(?:[{a}-z0-9]*[{b}0-9]){{12}}{a}", "(?:.*{a}){{8}}{b}", "[^{a}]*{b}[^{a}]{{30}}{a}{a}"),
        "(?:{a}?){{25}}{a}{{25}}",
    )
    rnd = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        a, b = rnd.sample(letters, 2)
        drawn[
            rnd.choice(forms).format(a=a, b=b) + rnd.choice(["", "x", "[0-9]", "号"]) + rnd.choice(letters)
        ] = None
    return [Rule(name=f"evil_{number}", pattern=pattern) for number, pattern in enumerate(drawn)]


@compiled
@pytest.mark.parametrize("count", [50, pytest.param(2000, marks=pytest.mark.measure)])
def test_many_evil_patterns_cost_little_a_megabyte(count: int) -> None:
    scanner = Scanner(evil(count), compiled=True)
    texts = data.texts(1_700)[0]
    scanner.inside(texts)
    spent = []
    for _ in range(3):
        started = time.process_time()
        scanner.inside(texts)
        spent.append(time.process_time() - started)
    assert sorted(spent)[1] / (texts.nbytes / 1e6) <= 0.100


HUGE = 100 << 20
PHONES = [str(number).encode() for number in range(13800138000, 18900138000, 255_000_077)]


def add(array: pa.Array) -> tuple:
    """Add one column of ``array`` to a profile, and judge it."""
    asset = table(Column(name="c1", position=0))
    found = detector().profile(1)
    found.add(Sample(asset, pa.RecordBatch.from_arrays([array], names=["c1"]), complete=True))
    return found.columns()[0], detector().findings(asset, found)[0]


@pytest.mark.parametrize("text", ["1", "汉字", "13800138000 "], ids=["digits", "hanzi", "phones"])
def test_a_value_of_a_hundred_megabytes(text: str) -> None:
    value = text * (HUGE // len(text.encode()))
    started = time.process_time()
    found, _ = add(pa.array([value, "13800138000", None]))
    assert time.process_time() - started < 60
    assert (found.shape.rows, found.shape.nulls) == (3, 1)
    assert found.shape.max_length == len(value.strip())


def test_nul_bytes_hide_nothing() -> None:
    values = [f"\x00电话\x00{number}\x00" for number in range(13800138000, 13800138050)]
    found, _ = add(pa.array(values))
    assert [(item.type, item.hits) for item in found.mixed if item.type == "mobile_phone"] == [
        ("mobile_phone", 50)
    ]


def test_lone_surrogates_are_no_text_and_no_crash() -> None:
    broken = "编号\ud800".encode("utf-8", "surrogatepass")
    found, judged = add(pa.array([broken, *PHONES], pa.binary()))
    assert found.shape.rows == 1 + len(PHONES)
    assert judged.type == "mobile_phone"


def test_a_string_column_that_is_not_utf_8() -> None:
    """A Parquet file may say so, and nobody checks it while reading."""
    cells = [b"\xff\xfe\xed\xa0\x80", *PHONES]
    offsets = np.cumsum([0, *map(len, cells)]).astype(np.int32)
    array = pa.StringArray.from_buffers(len(cells), pa.py_buffer(offsets), pa.py_buffer(b"".join(cells)))
    found, judged = add(array)
    assert found.shape.rows == 1 + len(PHONES)
    assert judged.type == "mobile_phone"


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.binary(),
        pa.null(),
        pa.int64(),
        pa.float64(),
        pa.bool_(),
        pa.date32(),
    ],
    ids=str,
)
@pytest.mark.parametrize("rows", [0, 1, 1000])
def test_empty_and_all_null_columns(kind: pa.DataType, rows: int) -> None:
    found, judged = add(pa.nulls(rows, kind))
    assert (found.shape.rows, found.shape.nulls, found.shape.distinct) == (rows, rows, 0)
    assert not found.evidence
    assert not found.mixed
    assert not judged.type


@pytest.mark.parametrize("value", ["", " ", "\n", "\x00", "\u200b", "　"], ids=ascii)
def test_blank_values_are_as_null(value: str) -> None:
    found, _ = add(pa.array([value] * 100))
    assert (found.shape.rows, found.shape.nulls) == (100, 100)
    assert not found.evidence


def test_values_that_come_empty_then_full() -> None:
    found = profile(pa.nulls(10, pa.string()), pa.array([], pa.string()), pa.array(["13800138000"] * 10))
    assert (found.shape.rows, found.shape.nulls) == (20, 10)
    assert [item.type for item in found.evidence][:1] == ["mobile_phone"]
