"""Changes in every format: complete, in both languages, and names are only data."""

import csv
import io
import json
import re
from importlib.resources import files
from unicodedata import normalize

import jsonschema
import pytest

from guard.emit.drift import HEADERS, KINDS, Told, write
from guard.model import Run, Totals
from guard.model.drift import Change, ChangeKind, Comparison, Remark
from guard.policy.regrading import regrading
from guard.sdk.display import UNSEEN
from guard.sdk.testing_facts import HOSTILE, SyntheticFacts

SCHEMA = json.loads(files("guard.emit").joinpath("drift.json").read_text("utf-8"))
SIDES = {
    ChangeKind.RAISED: ("L2", "L4"),
    ChangeKind.LOWERED: ("L3", "undetermined"),
    ChangeKind.TYPE_CHANGED: ("diagnosis", ""),
    ChangeKind.DECLARED_CHANGED: ("varchar", "text"),
    ChangeKind.RENAMED: ("a", "b"),
    ChangeKind.VOLUME: ("1000", "2000"),
    ChangeKind.PROTECTION_LOST: ("digest, deidentified", ""),
    ChangeKind.PROTECTION_GAINED: ("", "mask-view"),
    ChangeKind.DECISION_LOST: ("confirm", ""),
}
REMARKS = (
    Remark(code="incomplete", params={"run": "r1", "status": "incomplete"}),
    Remark(code="policies", params={"before": "a", "after": "b"}),
    Remark(code="apart", params={"run": "r1", "sources": "x"}),
    *(Remark(code=code) for code in ("regraded", "scope", "looks", "backwards")),
)


def change(kind: ChangeKind, name: str = "SFZH") -> Change:
    before, after = SIDES.get(kind, ("", ""))
    return Change(
        kind=kind,
        source="hr",
        path=("HR", name),
        column=name,
        before=before,
        after=after,
        level="L4",
        why="skipped" if kind is ChangeKind.COVERAGE_LOST else "",
        triggers=regrading().changes.get(kind.value, ()),
        params={"percent": 100.0} if kind is ChangeKind.VOLUME else {},
    )


def told(kind: str, changes: list[Change], language: str = "en", **more: object) -> str:
    runs = [
        Run(id=id, started="2026-01-01T00:00:00+00:00", status="complete", pack="gov_cn 2026.1")
        for id in "ab"
    ]
    head = Comparison(
        before=runs[0], after=runs[1], sources=("hr",), totals=(Totals(), Totals()), remarks=REMARKS
    )
    facts = SyntheticFacts(language=language)
    stream = io.StringIO()
    words = Told(head=head, facts=facts, circumstances=regrading().triggers, language=language, **more)
    write(kind, words, changes, stream)
    return stream.getvalue()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_change_and_remark_has_words(kind, language) -> None:
    text = told(kind, [change(one) for one in ChangeKind], language)
    assert not re.search(r"\bdrift\.[a-z]+\.|\{\w+\}", text.replace('"schema": "guard.drift/1"', ""))
    every = {"zh": ("升级", "无法比较", "脱敏视图"), "en": ("raised", "not comparable", "masking view")}
    if kind in ("table", "md"):
        assert all(word in text for word in every[language])
    elif kind == "csv":
        assert every[language][2] in text


def test_levels_show_word_and_shape_and_the_trigger_its_mark() -> None:
    line = next(
        line for line in told("table", [change(ChangeKind.RAISED)], width=200).splitlines() if "SFZH" in line
    )
    assert "L2 ● → L4 ◆" in line and "GB/T 43697-2024 App J content changed [M-h]" in line


def test_json_is_what_its_schema_says() -> None:
    document = json.loads(told("json", [change(one) for one in ChangeKind]))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert document["counts"] == dict.fromkeys(map(str, ChangeKind), 1)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(told("json", [])))
    assert SCHEMA["$defs"]["kind"]["enum"] == [str(kind) for kind in ChangeKind]


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_data(kind) -> None:
    changes = [change(one, name) for name in HOSTILE for one in (ChangeKind.NEW, ChangeKind.RENAMED)]
    text = told(kind, changes, width=80)
    text.encode("utf-8")
    assert set(UNSEEN.findall(text)) <= {"\n"}
    if kind == "csv":
        for row in csv.reader(io.StringIO(text)):
            assert len(row) == len(HEADERS)
            assert not any(normalize("NFKC", one.lstrip())[:1] in set("=+-@|%\t") for one in row if one)
    if kind == "md":
        assert not re.search(r"(?<!\\)[<>]", text)
        rows = [line for line in text.splitlines() if line.startswith("| ")]
        assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)


def test_nothing_changed_is_said() -> None:
    assert "No change" in told("table", []) and "No change" in told("md", [])
