"""Liquibase's formatted SQL: change sets are sections of a script, their attributes stand in comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from guard.gate.inputs.piece import Part
from guard.gate.inputs.sections import cut
from guard.gate.script.dialect import Dialect, dialects
from guard.gate.script.statement import Text

_HEAD = re.compile(r"(?i)\s*+--[ \t]*+liquibase[ \t]++formatted[ \t]++sql")
_SET = re.compile(r"(?mi)^[ \t]*+--[ \t]*+changeset\b(?P<rest>[^\n]*+)")
_ATTRIBUTE = re.compile(r"""(?<!\w)(\w++):(?:"([^"\n]*+)"|'([^'\n]*+)'|([^\s"']++))""")
_DBMS = re.compile(r"(?mi)^[ \t]*+--[ \t]*+preconditions\b[^\n]*?\bdbms:[\"']?([\w,]++)")
_IGNORED = re.compile(
    r"(?mis)^[ \t]*+--[ \t]*+ignoreLines:start\b.*?(?:^[ \t]*+--[ \t]*+ignoreLines:end\b|\Z)"
)


def is_formatted(text: Text) -> bool:
    """Whether ``text`` says that it is formatted SQL."""
    return bool(_HEAD.match(text.text.removeprefix("\ufeff")))


def formatted(text: Text, wanted: Dialect | None) -> Iterator[Part]:
    """The SQL of the change sets of ``text`` that apply to ``wanted``, in order."""
    whole = _IGNORED.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text.text)
    text = Text(file=text.file, text=whole, line=text.line)
    found = list(_SET.finditer(whole))
    said = _DBMS.search(whole)
    every: str = said[1] if said else ""
    for at, head in enumerate(found):
        attributes = {key: a or b or c for key, a, b, c in _ATTRIBUTE.findall(head["rest"])}
        dbms = str(attributes.get("dbms", every))
        if applies(dbms, wanted):
            end = found[at + 1].start() if at + 1 < len(found) else len(whole)
            for part in delimited(cut(text, head.start(), end), attributes):
                yield Part(file=text.file, content=part, dialect=wanted or hinted(dbms))


def delimited(text: Text, attributes: Mapping[str, str]) -> Iterator[Text]:
    """``text`` in the parts that an end delimiter of its own makes of it."""
    delimiter = attributes.get("endDelimiter", ";").strip() or ";"
    if delimiter == ";" or attributes.get("splitStatements", "").lower() == "false":
        yield text
        return
    word = re.escape(delimiter.replace("\\n", "").strip())
    alone = rf"(?mi)^[ \t]*+{word}[ \t]*+$" if re.fullmatch(r"\w+|/", delimiter) else word
    at = 0
    for found in re.finditer(alone, text.text):
        yield cut(text, at, found.start())
        at = found.end()
    yield cut(text, at, len(text.text))


def applies(dbms: str, wanted: Dialect | None) -> bool:
    """Whether what is marked for the systems ``dbms`` is applied to ``wanted``; None is any."""
    names = [name.strip().lower() for name in dbms.split(",") if name.strip()]
    if wanted is None or not names or "all" in names:
        return "none" not in names
    refused = [name[1:] for name in names if name.startswith("!")]
    allowed = [name for name in names if not name.startswith("!")]
    return not any(_is(name, wanted) for name in refused) and (
        not allowed or any(_is(name, wanted) for name in allowed)
    )


def hinted(dbms: str) -> Dialect | None:
    """The dialect of the first of the systems ``dbms`` that is known."""
    names = (name.strip().lower() for name in dbms.split(","))
    return next((dialects()[name] for name in names if name in dialects()), None)


def _is(name: str, wanted: Dialect) -> bool:
    found = dialects().get(name)
    if found is None:
        return False
    return found == wanted or (bool(found.reads) and found.reads == wanted.reads)
