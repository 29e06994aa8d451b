"""Names, comments and file names of a script are data in every format of the gate."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from emit.gate_support import HOSTILE_NAMES, emitted, place, violation, waiver
from emit.sarif_schema import validator

from guard.emit.gate import KINDS, GateOptions, summary
from guard.emit.gate.md import MOST
from guard.model.gate import AddColumn, DdlColumn, Fix, Script, Unread, Verdict
from guard.sdk.display import UNSEEN

# Anything in a line that a CI runner takes for a command of its own.
RUNNER = re.compile(r"^\s*::|##\[")


def evil(name):
    there = place(f"db/{name}", 3)
    excused = waiver(
        "grant-public", 1, where=name, reason=name, approved_by=name, author=name, ticket=name, place=there
    )
    one = violation(
        "sensitive-undeclared", there, table=name, column=name, level="L3", category=name, fingerprint="a" * 64,
        params={"mask": name, "to": name}, fix=Fix(how="before", text=f"-- guard: column={name} level=L3", place=there),
    )  # fmt: skip
    column = DdlColumn(name=name, place=there)
    change = AddColumn(table=(name, name), column=column, place=there)
    return Verdict(
        scripts=(Script(file=f"db/{name}", dialect="mysql", changes=(change,)),),
        violations=(one, replace(one, state="waived", waiver=excused, fingerprint="b" * 64)),
        unread=(Unread(place=there, reason="query", word=name),),
        lapsed=(excused,),
        unused=(excused,),
        stale=(name,),
        levels=("L1", "L2", "L3"),
        pack=name,
    )


@pytest.fixture(params=HOSTILE_NAMES, ids=[f"{number}" for number, _ in enumerate(HOSTILE_NAMES)])
def name(request):
    return request.param


@pytest.mark.parametrize("kind", KINDS)
def test_encodable_and_visible(kind, name):
    text = emitted(kind, evil(name), show_waived=True)
    text.encode("utf-8")
    assert set(UNSEEN.findall(text)) <= {"\n"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_line_for_people_is_a_command_of_the_runner(name, language):
    found = evil(name)
    said = emitted("table", found, language, show_waived=True).splitlines()
    said += emitted("md", found, language, show_waived=True).splitlines()
    said += summary(found, language, GateOptions())
    assert not [line for line in said if RUNNER.search(line)]


def test_every_annotation_is_one_command_with_the_properties_that_we_gave(name):
    for line in emitted("github", evil(name), show_waived=True).splitlines():
        found = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        keys = [part.partition("=")[0] for part in found[2].split(",")]
        assert keys == ["file", "line", "endLine", "col", "title"]


def test_markdown_rows_keep_their_cells_and_fences_close(name):
    text = emitted("md", evil(name), show_waived=True)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert [len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows] == [6] * len(rows)
    assert len(rows) == 2 + 2
    outside, fence = [], ""
    for line in text.splitlines():
        found = re.fullmatch(r"(`{3,})(text)?", line)
        if found and not fence:
            fence = found[1]
        elif found and line == fence:
            fence = ""
        elif not fence:
            outside.append(line)
    assert fence == ""
    assert not re.search(r"(?<!\\)<(?!!-- govguard)", "\n".join(outside))
    assert len(text) <= MOST


def test_xml_and_json_are_whole(name):
    found = evil(name)
    assert ET.fromstring(emitted("junit", found)).findall(".//testcase")
    assert json.loads(emitted("json", found))["violations"][0]["column"] == name
    assert len(json.loads(emitted("gitlab", found, show_waived=True))) == 3
    log = json.loads(emitted("sarif", found))
    validator().validate(log)
    assert not [one for one in log["runs"][0]["results"] if "](" in one["message"]["text"]]


def test_terminal_gets_no_control_sequence_from_a_name():
    found = evil("\x1b[31mred")
    coloured = re.sub(r"\x1b\[[\d;]*m", "", emitted("table", found, color=True))
    assert "\x1b" not in coloured
    assert coloured == emitted("table", found)


def test_a_name_cannot_fill_a_page():
    assert len(emitted("table", evil("a" * 200_000), width=100)) < 200_000 * 2 + 5000
