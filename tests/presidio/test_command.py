"""``guard`` with recognizers of presidio in guard.yaml: scan, explain, try, and errors, as its user sees them."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from presidio.test_adopt import nhs

from guard.model import UsageError
from guard.ops.explain import page
from guard.ops.policies import trier
from guard.ops.session import Session

CONFIG = """\
version: 1
types:
  presidio:
    - {entity: UK_NHS, level: L4}
    - US_NPI
"""


def guard(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess:
    env = {key: value for key, value in os.environ.items() if not key.startswith("GUARD_")}
    return subprocess.run(
        [sys.executable, "-m", "guard", *arguments],
        cwd=folder,
        env=env | {"GUARD_LANGUAGE": "en", "HOME": str(folder), "LANG": "C.UTF-8"},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    source = random.Random(7)
    (tmp_path / "guard.yaml").write_text(CONFIG, "utf-8")
    rows = "\n".join(f"{nhs(source)},{number}" for number in range(60))
    (tmp_path / "data").mkdir()
    (tmp_path / "data/people.csv").write_text(f"c1,c2\n{rows}\n", "utf-8")
    (tmp_path / "data/note.txt").write_text("Bill the number 943 476 5919 today.\n", "utf-8")
    return tmp_path


def test_a_scan_finds_names_and_grades_the_types(project: Path) -> None:
    arguments = ["--no-store", "--fail-on", "never", "--format", "json=out.json", "--format", "table"]
    done = guard(project, "scan", "data", *arguments)
    assert done.returncode == 0, done.stderr
    assert "UK NHS number" in done.stdout
    columns = {
        (one["path"][0], one["column"]): one
        for one in json.loads((project / "out.json").read_text("utf-8"))["findings"]
    }
    found = columns["people.csv", "c1"]
    assert (found["type"], found["level"]) == ("presidio.uk_nhs", "L4")
    (note,) = (one for (file, _), one in columns.items() if file == "note.txt")
    assert "presidio.uk_nhs" in {one["type"] for one in note["mixed"]}


def test_explain_and_try_know_the_types(project: Path) -> None:
    session = Session.open(config=str(project / "guard.yaml"))
    lines = "\n".join(page("presidio.uk_nhs", session.rules(), "en"))
    assert "UK NHS number" in lines and "presidio's own expression and validation" in lines
    judge = trier(session, "presidio.uk_nhs", ())
    assert judge("943 476 5919").matched and not judge("943 476 5918").matched


def test_spans_of_both_lanes_are_told(project: Path) -> None:
    config = project / "guard.yaml"
    config.write_text(CONFIG + "    - PHONE_NUMBER\n", "utf-8")
    text = "Bill 943 476 5919, call +44 20 7946 0123 now"
    (spans,) = Session.open(config=str(config)).rules().detector().text.spans([text])
    assert {(one.type, text[one.start : one.end]) for one in spans} >= {
        ("presidio.uk_nhs", "943 476 5919"),
        ("presidio.phone_number", "+44 20 7946 0123"),
    }


def test_config_shows_what_is_set(project: Path) -> None:
    shown = guard(project, "config", "show").stdout
    assert "types.presidio = entity=UK_NHS level=L4, entity=US_NPI" in shown


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("US_SNN", "presidio-unknown-entity"),
        ("{entity: US_SSN, level: L9}", "unknown-level"),
        ("{entity: US_SSN, colour: red}", "config-value"),
        ("{level: L1}", "config-value"),
        ("./none.yaml", "config-unreadable"),
    ],
)
def test_a_wrong_entry_is_refused(tmp_path: Path, entry: str, code: str) -> None:
    config = tmp_path / "guard.yaml"
    config.write_text(f"version: 1\ntypes:\n  presidio: [{entry}]\n", "utf-8")
    with pytest.raises(UsageError) as caught:
        Session.open(config=str(config)).rules()
    assert caught.value.id == code
