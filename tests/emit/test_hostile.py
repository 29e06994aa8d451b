"""Names are data in every format: encodable, visible, and never a formula, a line, a tag or a cell."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.emit import KINDS, EmitOptions, write
from guard.sdk.display import UNSEEN, cell, visible
from guard.sdk.testing_facts import HOSTILE, SyntheticFacts, hostile, result

NAMES = st.one_of(
    st.text(st.characters(), max_size=30),
    st.sampled_from(HOSTILE),
    st.tuples(st.sampled_from(list("=+-@＝＋－＠\t\r\n |%　")), st.text(max_size=9)).map("".join),
)


def run(kind, assets, **options):
    stream = io.StringIO()
    write(kind, SyntheticFacts(assets=assets), stream, language="zh", options=EmitOptions(**options))
    return stream.getvalue()


def table_of(name):
    return (result((name or "x", name or "y"), ((name, name), ("xm", name)), department=name),)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(name=NAMES)
def test_encodable_and_visible(kind, name):
    text = run(kind, table_of(name))
    text.encode("utf-8")
    assert set(UNSEEN.findall(text)) <= {"\n"}


@settings(max_examples=200, deadline=None)
@given(name=NAMES)
def test_no_csv_cell_is_a_formula(name):
    for row in csv.reader(io.StringIO(run("csv", table_of(name)))):
        for value in row:
            first = normalize("NFKC", value.lstrip(" \u00a0\u3000"))[:1]
            assert first not in set("=+-@|%\t\r\n"), value


@settings(max_examples=60, deadline=None)
@given(name=NAMES)
def test_json_keeps_names_exactly(name):
    columns = json.loads(run("json", table_of(name)))["findings"]
    assert columns[0]["column"] == name
    assert columns[1]["comment"] == name


@settings(max_examples=60, deadline=None)
@given(name=NAMES)
def test_one_line_a_row(name):
    evil = table_of(name)
    assert run("jsonl", evil).count("\n") == 1 + 1 + 2 + 2
    assert run("csv", evil).count("\n") == 3
    heads = [line for line in run("md", evil).splitlines() if line.startswith("| ")]
    assert [len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in heads] == [7] * len(heads)
    assert len(heads) == 4


@settings(max_examples=60, deadline=None)
@given(name=NAMES)
def test_junit_is_xml_with_the_name_in_it(name):
    cases = ET.fromstring(run("junit", table_of(name))).findall(".//testcase")
    assert [one.get("name") for one in cases] == [visible(f"{name or 'x'}/{name or 'y'}")]


@given(text=st.text(st.characters()))
def test_visible_is_stable_and_one_line(text):
    once = visible(text)
    assert visible(once) == once
    assert len(once.splitlines()) <= 1


@given(text=st.text(st.characters()))
def test_cell_changes_only_what_is_dangerous(text):
    assert cell(text) in {visible(text), "'" + visible(text)}


def test_terminal_gets_no_control_sequence_from_a_name():
    assert "\x1b" not in run("table", hostile())
    coloured = re.sub(r"\x1b\[[\d;]*m", "", run("table", hostile(), color=True))
    assert "\x1b" not in coloured
    assert coloured == run("table", hostile())


def test_rich_markup_is_literal():
    assert "[/red][bold]x[/]" in run("table", hostile())
