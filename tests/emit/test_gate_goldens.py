"""Every format of the gate, in both languages, as it was last looked at by a person.

After a wanted change: GUARD_WRITE_GOLDENS=1 pytest tests/emit/test_gate_goldens.py, and read the difference.
"""

import os
from pathlib import Path

import pytest
from emit.gate_support import TODAY, emitted, verdict

from guard.emit.gate import KINDS, GateOptions, summary

FOLDER = Path(__file__).parent / "gate_goldens"


def golden(name, text):
    path = FOLDER / name
    if os.environ.get("GUARD_WRITE_GOLDENS") == "1":
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text, "utf-8", newline="")
    return path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_output_is_the_golden_one(kind, language):
    text = emitted(kind, language=language, width=110, show_waived=True, length=lambda file, line: 40)
    assert text == golden(f"{kind}.{language}.txt", text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_summary_is_the_golden_one(language):
    text = "".join(f"{line}\n" for line in summary(verdict(), language, GateOptions(today=TODAY)))
    assert text == golden(f"summary.{language}.txt", text)


def test_no_golden_without_a_format():
    assert {one.name.split(".")[0] for one in FOLDER.iterdir()} == {*KINDS, "summary"}
