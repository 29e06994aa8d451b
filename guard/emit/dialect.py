"""How a database system writes a label: quoting, statements and limits, all of it data in ``sql/*.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from guard.model import UsageError
from guard.yamldoc import nearest, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a text is written: between ``open`` and ``close``, all of ``replace`` replaced in one pass."""

    open: str
    close: str
    replace: Mapping[str, str]

    def write(self, text: str) -> str:
        """``text`` in this form."""
        if not self.replace:
            return f"{self.open}{text}{self.close}"
        parts = re.compile("|".join(map(re.escape, sorted(self.replace, key=len, reverse=True))))
        return self.open + parts.sub(lambda found: self.replace[found[0]], text) + self.close


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One file of ``sql/``. ``how`` says by language how the file is run.

    ``depth`` is how many parts a table's name has at most; ``statements`` may hold ``table``, ``column``,
    ``view``, ``view_column`` and ``use``; what is absent cannot be labelled there. A name in which
    ``refused`` is found cannot exist in this system. ``escaped`` writes literals, and ``wrapped`` whole
    statements, in which ``escaped_when`` or ``wrapped_when`` is found. ``longest`` limits ``table`` and
    ``column`` comments in characters, or in bytes where ``bytes`` is True. ``ranks`` gives a word for each
    level of gov_cn.
    """

    id: str
    name: str
    how: Mapping[str, str]
    depth: int
    identifier: Form
    literal: Form
    statements: Mapping[str, str]
    refused: str
    verified: bool = False
    head: str = ""
    tail: str = ""
    end: str = ";"
    escaped: Form | None = None
    escaped_when: str = ""
    wrapped: Form | None = None
    wrapped_when: str = ""
    longest: Mapping[str, int] = field(default_factory=dict)
    bytes: bool = False
    ranks: Mapping[str, str] = field(default_factory=dict)
    no_schema: str = "NULL"

    def text(self, text: str) -> str:
        """``text`` as a literal."""
        if self.escaped is not None and re.search(self.escaped_when, text):
            return self.escaped.write(text)
        return self.literal.write(text)

    def name_of(self, *parts: str) -> str:
        """A name of several parts, each quoted."""
        return ".".join(map(self.identifier.write, parts))

    def writable(self, *names: str) -> bool:
        """Whether the system can have such names and the file can hold them."""
        return not any(re.search(self.refused, name) or not _encodes(name) for name in names)

    def holds(self, comment: str) -> bool:
        """Whether a script can hold such a comment."""
        return "\0" not in comment and _encodes(comment)

    def fits(self, what: str, comment: str) -> bool:
        """Whether a comment on ``what`` (``table`` or ``column``) may be so long."""
        limit = self.longest.get(what)
        return limit is None or len(comment.encode() if self.bytes else comment) <= limit

    def statement(self, what: str, **parts: str) -> str:
        """The statement of ``what``, with its end."""
        text = self.statements[what].format(**parts)
        if self.wrapped is not None and re.search(self.wrapped_when, text):
            return self.wrapped.write(text)
        return text + self.end


def _encodes(text: str) -> bool:
    return not any("\ud800" <= one <= "\udfff" for one in text)


@cache
def dialects() -> tuple[str, ...]:
    """The ids of all dialects."""
    found = (entry.name for entry in files("guard.emit").joinpath("sql").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


@cache
def _meant(word: str, known: tuple[str, ...]) -> str:
    """The dialect that a short name, or one much like it, stands for."""
    short = {"pg": "postgresql", "pgsql": "postgresql", "mssql": "sqlserver", "dameng": "dm"}
    found = short.get(word.casefold(), "")
    return found if found in known else nearest(word, known) or "-"


def dialect(wanted: str) -> Dialect:
    """The dialect of that id. Raises UsageError ``labels-dialect`` with the nearest."""
    known = dialects()
    if wanted not in known:
        raise UsageError("labels-dialect", word=wanted, nearest=_meant(wanted, known), known=", ".join(known))
    data = _read(wanted)
    for form in ("identifier", "literal", "escaped", "wrapped"):
        if form in data:
            parts = dict(data[form])
            when = parts.pop("when", None)
            data[form] = Form(open=parts["open"], close=parts["close"], replace=parts.get("replace", {}))
            data |= {f"{form}_when": when} if when else {}
    return Dialect(id=wanted, **data)


def _read(name: str) -> dict[str, Any]:
    resource = files("guard.emit").joinpath("sql", f"{name}.yaml")
    data: dict[str, Any] = parse(resource.read_text("utf-8"), f"guard/emit/sql/{name}.yaml").data
    base = data.pop("like", None)
    return {**_read(base), **data} if base else data
