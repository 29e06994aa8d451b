"""Every problem that a file can end with is explained in both languages, with the same parameters."""

import re
import string
from pathlib import Path

import pytest

import guard_connectors
from guard.text import lookup
from guard_connectors.formats import kinds

FOLDER = Path(guard_connectors.__file__).parent
SOURCES = [
    *FOLDER.glob("files*.py"), *FOLDER.glob("sandbox*.py"), *FOLDER.glob("dictionary*.py"),
    *FOLDER.glob("formats/*.py"),
]  # fmt: skip


def codes() -> list[str]:
    found = {code for path in SOURCES for code in re.findall(r'code="([a-z0-9-]+)"', path.read_text("utf-8"))}
    refused = {meaning[1:] for _, meaning in kinds._MAGIC if meaning.startswith("!")}
    return sorted(
        found
        | refused
        | set(kinds.REFUSED.values())
        | {"damaged-file", "empty-file", "wrong-content", "web-archive"}
    )


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("part", ["what", "next"])
def test_a_problem_is_explained(code: str, part: str) -> None:
    texts = [lookup(f"problems.{code}.{part}", language) for language in ("zh", "en")]
    assert all(texts), code
    assert fields(texts[0] or "") == fields(texts[1] or "")


@pytest.mark.parametrize(
    "code", ["damaged-file", "unsupported-format", "no-text-layer", "ragged-rows", "broken-lines"]
)
def test_what_is_counted_over_files_names_no_single_one(code: str) -> None:
    for language in ("zh", "en"):
        assert not fields(lookup(f"problems.{code}.what", language) or "")
