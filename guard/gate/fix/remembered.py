"""Scripts that must stay as they are, because a tool remembers their content or writes them itself."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from guard.yamldoc import read

_HEAD = 400  # characters in which a tool's first line is looked for


def remembered(path: Path, data: bytes) -> bool:
    """Whether the script at ``path``, which holds ``data``, looks as if it was applied or generated."""
    known = _known()
    head = data[:_HEAD].decode("utf-8", "replace").lstrip("\ufeff")
    return (
        any(fnmatchcase(path.name, glob) for glob in known["names"])
        or any((path.parent / name).exists() for name in known["beside"])
        or any(re.match(pattern, head) for pattern in known["first"])
    )


@cache
def _known() -> Any:
    return read(Path(__file__).with_name("remembered.yaml")).data
