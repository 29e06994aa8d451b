"""``guard drift`` as its user runs it: two scans of a folder, what changed, and the exit code.

The commands run in this process: each would else read every pack anew.
"""

import csv
import io
import json
import os
import re
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from guard.cli import language
from guard.cli.__main__ import run


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


class Place:
    """A folder with a catalogue and a folder ``in`` to scan."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "in").mkdir()

    def guard(self, *arguments: str) -> Done:
        out, err, spoken = io.StringIO(), io.StringIO(), language.current()
        try:
            with chdir(self.folder), redirect_stdout(out), redirect_stderr(err):
                code = run(["--lang", "en", *arguments] if "--lang" not in arguments else [*arguments])
        finally:
            language.use(spoken)
        assert code != 5, err.getvalue()
        return Done(code, out.getvalue(), err.getvalue())

    def scan(self, **files: str | None) -> str:
        for name, text in files.items():
            path = self.folder / "in" / f"{name}.csv"
            path.unlink(missing_ok=True) if text is None else path.write_text(text, "utf-8")
        done = self.guard("scan", "in", "-q", "--fail-on", "never", "--progress", "none", "-f", "jsonl")
        return json.loads(done.out.splitlines()[0])["id"]


@pytest.fixture
def place(tmp_path, monkeypatch) -> Place:
    for name in [name for name in os.environ if name.startswith("GUARD_")]:
        monkeypatch.delenv(name)
    return Place(tmp_path)


@pytest.fixture(scope="module")
def two(tmp_path_factory) -> tuple[Place, str, str]:
    """Two scans: one table longer, one gone, one new. Tests only read here."""
    found = Place(tmp_path_factory.mktemp("two"))
    before = found.scan(a=phones(100), b="c1,c2\n1,2\n")
    return found, before, found.scan(a=phones(140), b=None, c="email\nu1@example.cn\n")


def phones(rows: int) -> str:
    return "id,mobile_phone,note\n" + "".join(f"{n},138{n:08d},x\n" for n in range(rows))


def kinds(text: str) -> list[tuple[str, str]]:
    return [(one["kind"], one["asset"]) for one in json.loads(text)["changes"]]


def test_two_scans_are_compared_without_being_named(two) -> None:
    place, *ids = two
    done = place.guard("drift", "-f", "json")
    assert done.code == 0
    document = json.loads(done.out)
    assert (document["schema"], document["before"]["id"], document["after"]["id"]) == ("guard.drift/1", *ids)
    assert kinds(done.out) == [("volume", "in/a.csv"), ("gone", "in/b.csv"), ("new", "in/c.csv")]
    volume = document["changes"][0]
    assert (volume["before"], volume["after"], volume["params"]) == ("100", "140", {"percent": 40.0})
    assert volume["triggers"] == [
        {"id": "scale", "standard": "GB/T 43697-2024", "clause": "App J", "certainty": "M-h"}
    ]
    assert document["counts"]["volume"] == 1 and document["counts"]["raised"] == 0


def test_named_backwards_it_tells_the_opposite_and_says_so(two) -> None:
    place, before, after = two
    document = json.loads((done := place.guard("drift", after, before, "-f", "json")).out)
    assert kinds(done.out) == [("new", "in/b.csv"), ("gone", "in/c.csv")]
    assert document["before"]["id"] == after


def test_a_renamed_table_is_told_as_one(place) -> None:
    place.scan(a=phones(50), b="c1,c2\n1,2\n")
    place.scan(a=None, z=phones(50))
    (change,) = json.loads(place.guard("drift", "-f", "json").out)["changes"]
    assert (change["kind"], change["asset"], change["column"]) == ("renamed", "in/z.csv", None)
    assert (change["before"], change["after"]) == ("a.csv", "z.csv")
    assert "a.csv" in place.guard("drift").out


CODES = [
    ((), 0),
    (("--fail-on", "raised"), 0),
    (("--fail-on", "gone"), 1),
    (("--fail-on", "raised,new"), 1),
    (("--fail-on", "raised", "--fail-on", "volume"), 1),
    (("--fail-on", "any"), 1),
    (("--fail-on", "any", "--match", "*/z*"), 0),
    (("--fail-on", "rased"), 2),
    (("--level", "L9"), 2),
    (("--since", "yesterday"), 2),
    (("--since", "2020-01-01"), 2),
    (("--since", "2999-01-01"), 0),
    (("nosuchrun",), 2),
    (("-f", "sarif"), 2),
]


def test_exit_codes(two) -> None:
    for options, code in CODES:
        assert two[0].guard("drift", *options).code == code, options


def test_an_incomplete_run_fails_closed_only_where_failing_was_asked_for(place) -> None:
    place.scan(a=phones(50))
    (place.folder / "in" / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    place.scan()
    shown = place.guard("drift")
    assert shown.code == 0 and "is incomplete" in shown.out
    assert place.guard("drift", "--fail-on", "raised").code == 3
    assert place.guard("drift", "--fail-on", "raised", "--allow-partial").code == 0


def test_every_format_speaks_both_languages_and_tells_no_value(two) -> None:
    for lang, word in (("zh", "数据量增长"), ("en", "volume grown")):
        for kind in ("table", "md", "csv"):
            text = two[0].guard("--lang", lang, "drift", "-f", kind).out
            assert not re.search(r"\bdrift\.\w+|\{\w+\}|13800000", text)
            if kind != "csv":
                assert word in text and "App J" in text
                continue
            rows = list(csv.DictReader(io.StringIO(text)))
            assert [row["kind"] for row in rows] == ["volume", "gone", "new"]
            assert rows[0]["clause"] == "App J" and rows[0]["certainty"] == "M-h"


def test_one_run_is_compared_with_the_latest(place) -> None:
    first = place.scan(a=phones(20))
    place.scan(a=phones(21))
    latest = place.scan(d="x\n1\n")
    document = json.loads(place.guard("drift", first, "-f", "json").out)
    assert (document["before"]["id"], document["after"]["id"]) == (first, latest)


def test_nothing_to_compare(place) -> None:
    one = place.scan(a=phones(10))
    done = place.guard("drift")
    assert done.code == 2 and "drift-none" in done.err
    assert place.guard("drift", one, one).code == 2
    (place.folder / "other.csv").write_text("x\n1\n")
    place.guard("scan", "other.csv", "-q", "--fail-on", "never")
    assert place.guard("drift").code == 2, "two runs without a common source"


def test_a_change_of_rules_is_no_change_of_data(place) -> None:
    place.scan(a=phones(100))
    pack = place.folder / "packs" / "local"
    pack.mkdir(parents=True)
    (pack / "pack.yaml").write_text(
        "id: local\nversion: '1'\nname: {zh: 本地, en: local}\nextends: gov_cn\n"
        "standard: local\ncertainty: design\n",
        "utf-8",
    )
    (pack / "rules").mkdir()
    (pack / "rules" / "r.yaml").write_text(
        "rules:\n  - {id: local-phones, standard: local, clause: '1', certainty: design, "
        "when: {type: [mobile_phone]}, then: {floor: L4}}\n", "utf-8")  # fmt: skip
    (place.folder / "guard.yaml").write_text(
        "version: 1\npolicies: {use: [local], paths: [packs]}\n", "utf-8"
    )
    place.scan(a=phones(100))
    told = place.guard("drift", "-f", "json")
    assert [one["why"] for one in json.loads(told.out)["changes"] if one["kind"] == "raised"] == ["policy"]
    assert "policies" in [one["code"] for one in json.loads(told.out)["remarks"]]
    assert kinds(place.guard("drift", "--regraded", "-f", "json").out) == []
