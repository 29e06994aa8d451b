"""Every format, in both languages, as it was last looked at by a person.

After a wanted change: GUARD_WRITE_GOLDENS=1 pytest tests/emit/test_goldens.py, and read the difference.
"""

import os
from pathlib import Path

import pytest

from guard.emit import KINDS

FOLDER = Path(__file__).parent / "goldens"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_output_is_the_golden_one(emitted, kind, language):
    text = emitted(kind, language=language, width=110)
    golden = FOLDER / f"{kind}.{language}.txt"
    if os.environ.get("GUARD_WRITE_GOLDENS") == "1":
        FOLDER.mkdir(exist_ok=True)
        golden.write_text(text, "utf-8", newline="")
    assert text == golden.read_bytes().decode("utf-8")


def test_no_golden_without_a_format():
    assert {one.name.split(".")[0] for one in FOLDER.iterdir()} == set(KINDS)
