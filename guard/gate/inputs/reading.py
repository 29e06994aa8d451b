"""Files read once, named by their path under the root, and links that may not lead out of it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from guard.gate.inputs.tree import Node, tree
from guard.gate.inputs.walk import layouts
from guard.gate.script.encoding import read_text
from guard.gate.script.statement import Text
from guard.model import SourceError
from guard.model.gate import Place, Unread

_VALUE = re.compile(r"\$\{([\w.-]++)\}")


class Reader:
    """Reads files for one run. ``text`` and ``tree`` raise SourceError."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.abspath(root))  # noqa: PTH100 - links in it stay as they are
        self._texts: dict[Path, Text] = {}
        self._real = self.root.resolve()

    def text(self, path: Path) -> Text:
        """The text of ``path``."""
        path = self.path(path)
        if path not in self._texts:
            self._texts[path] = read_text(path, self.root)
        return self._texts[path]

    def tree(self, path: Path, values: dict[str, str] | None = None) -> Node:
        """The change log at ``path``, ``${name}`` in it filled from ``values``."""
        text = self.text(path)
        if values:
            markup = text.text.lstrip().startswith("<")
            said = {name: escape(value) if markup else value for name, value in values.items()}
            filled = _VALUE.sub(lambda found: said.get(found[1], found[0]), text.text)
            text = Text(file=text.file, text=filled, line=text.line)
        return tree(text)

    def path(self, path: Path) -> Path:
        """``path`` in full, without ``..``, its links as they are."""
        return Path(os.path.abspath(path))  # noqa: PTH100

    def inside(self, path: Path, beside: Path) -> bool:
        """Whether ``path`` really lies in the root, or where that does not hold ``beside``, in its folder."""
        real = path.resolve()
        home = beside.parent.resolve()
        bases: Sequence[Path] = (self._real,) if home.is_relative_to(self._real) else (self._real, home)
        return any(real.is_relative_to(base) for base in bases)


def is_sql(path: Path) -> bool:
    """Whether its name says that ``path`` holds SQL."""
    return path.suffix.lower() in layouts()["sql"]


def is_log(path: Path) -> bool:
    """Whether its name says that ``path`` may hold a change log."""
    return path.suffix.lower() in layouts()["log"]


def unread(error: SourceError) -> Unread:
    """``error`` as what the gate reports of a file."""
    line = error.params.get("line", 1)
    place = Place(file=str(error.params.get("file", "")), line=line if isinstance(line, int) else 1)
    word = str(error.params.get("detail", ""))
    if "limit" in error.params:
        word = f"{error.params['size']} > {error.params['limit']} MB"
    return Unread(place=place, reason=error.id, word=word)
