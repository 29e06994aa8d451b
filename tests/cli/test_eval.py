"""``guard eval``: floors on the generated set, and a user's labelled folder with its mistakes."""

import json
from pathlib import Path

import pytest

CHECKED = {"resident_id_18", "uscc", "vin", "bank_card", "imei", "business_reg_no", "foreign_pr_id_2023"}
PLACES = {"person_name", "home_address", "hukou_address", "guardian", "legal_representative"}
# Not in any word list; must never be printed.
CANARY = "Zquvanthrop"


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict:
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("eval")
    command = [
        sys.executable,
        "-m",
        "guard",
        "eval",
        "-q",
        "-f",
        "json=a.json",
        "-f",
        "md=a.md",
        "--lang",
        "en",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (folder / "a.md").read_text("utf-8").count("| --- |") >= 3
    return json.loads((folder / "a.json").read_text("utf-8"))


def test_floors_of_the_generated_set(measured: dict) -> None:
    assert measured["columns"] >= 300
    assert measured["negatives"] >= 100
    assert measured["typed"]["f1"] >= 0.93
    assert measured["groups"]["absent"]["f1"] >= 0.9
    assert measured["groups"]["mojibake"]["f1"] >= 0.9
    assert measured["groups"]["contradicting"]["f1"] >= 0.9


def test_checked_types_names_and_addresses(measured: dict) -> None:
    for name in CHECKED:
        assert measured["types"][name]["f1"] >= 0.98, name
    for name in PLACES:
        assert measured["types"][name]["f1"] >= 0.9, name


def test_confidence_keeps_its_word(measured: dict) -> None:
    assert measured["calibration"]["error"] <= 0.05
    assert measured["auto"]["share"] >= 0.5


def folder_with(path: Path, labels: str, name: str = "labels.csv") -> Path:
    place = path / "data"
    place.mkdir()
    rows = "".join(f"{CANARY} {at},1381234{at:04},ok\n" for at in range(60))
    (place / "people.csv").write_text(f"xm,sjhm,remark\n{rows}", "utf-8")
    (place / name).write_text(labels, "utf-8")
    return place


GOOD = "file,column,label,level\npeople.csv,xm,person_name,L2\npeople.csv,sjhm,mobile_phone|landline,\npeople.csv,remark,none,L1|L2\n"


def test_a_labelled_folder(guard, tmp_path: Path) -> None:
    done = guard("eval", folder_with(tmp_path, GOOD), "-f", "json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["columns"] == 3
    assert found["typed"]["f1"] == 1.0
    assert found["levels"] == {"right": 2, "labelled": 2}
    table = guard("eval", tmp_path / "data", "--lang", "zh")
    assert "mobile_phone" in table.out
    for text in (done.out, done.err, table.out, table.err):
        assert CANARY not in text


def test_labels_as_json_lines(guard, tmp_path: Path) -> None:
    lines = '{"file": "people.csv", "column": "sjhm", "label": "mobile_phone"}\n\n'
    done = guard("eval", folder_with(tmp_path, lines, "labels.jsonl"), "-f", "json")
    assert done.code == 0
    assert json.loads(done.out)["columns"] == 1


@pytest.mark.parametrize(
    ("name", "labels", "wrong", "line"),
    [
        ("labels.csv", "file,column,label\npeople.csv,xm,person_nam\n", "eval-label-type", 2),
        ("labels.csv", "file,column,label\n\npeople.csv,xm,\n", "eval-label-missing", 3),
        ("labels.csv", "file,colum,label\npeople.csv,xm,none\n", "eval-label-field", 2),
        ("labels.csv", "file,column,label,level\npeople.csv,xm,none,L9\n", "eval-label-level", 2),
        ("labels.csv", "file,column,label\npeople.csv,xm,none\npeople.csv,xm,none\n", "eval-label-twice", 3),
        ("labels.csv", "file,column,label\npeople.csv,nowhere,none\n", "eval-label-nowhere", 2),
        ("labels.csv", "file,column,label\nother.csv,xm,none\n", "eval-label-nowhere", 2),
        ("labels.jsonl", '{"file": "people.csv"\n', "eval-label-broken", 1),
        ("labels.jsonl", '{"file": "people.csv", "column": 3, "label": "none"}\n', "eval-label-missing", 1),
    ],
)
def test_a_wrong_label_is_named_with_file_and_line(guard, tmp_path, name, labels, wrong, line) -> None:
    done = guard("eval", folder_with(tmp_path, labels, name))
    assert done.code == 2
    assert f"error[{wrong}]" in done.err
    assert f"{name}:{line}" in done.err


def test_a_folder_without_labels(guard, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "error[eval-no-labels]" in guard("eval", "empty").err
    assert guard("eval", "absent").code == 2


def test_a_labelled_file_that_cannot_be_read_is_incomplete(guard, tmp_path: Path) -> None:
    place = folder_with(tmp_path, GOOD + "broken.xlsx,a,none,\n")
    (place / "broken.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    done = guard("eval", place)
    assert done.code == 3
    assert "broken.xlsx" in done.err
