"""Python before 3.11.5 lets a possessive repetition of a group end one character late: none is used."""

import re
from pathlib import Path

import guard

GROUP = re.compile(r"(?<!\\)\)(?:\*|\+|\?|\{\d*,?\d*\})\+")


def test_no_group_is_repeated_possessively() -> None:
    files = [path for ending in ("py", "yaml") for path in Path(guard.__file__).parent.rglob(f"*.{ending}")]
    sources = {path: path.read_text("utf-8") for path in files if "text" not in path.parts}
    assert len(sources) > 300
    assert [str(path) for path, source in sources.items() if GROUP.search(source)] == []
