"""github: workflow annotations, as many as one step shows; the rest is counted, never dropped in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from guard.emit.gate.options import OPEN, GateOptions, gravest
from guard.emit.gate.wording import Words, name, relative, subject
from guard.model.gate import Place, Unread, Verdict, Violation
from guard.sdk.display import visible

# GitHub shows ten of each a step; one notice is the count of the rest.
_MOST = {"error": 10, "warning": 10, "notice": 9}
_KIND = {"error": "error", "warning": "warning", "note": "notice"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Annotation:
    kind: str
    place: Place
    title: str
    message: str


def write(verdict: Verdict, stream: TextIO, language: str, options: GateOptions) -> None:
    """Write errors and the highest levels first, one a column, then statements that were not read, then a
    count of the rest."""
    words = Words(verdict=verdict, language=language, options=options)
    annotations = [_violations(some, words) for some in _together(gravest(verdict, options))]
    annotations += [_unread(one, words) for one in verdict.unread]
    shown: Counter[str] = Counter()
    for one in annotations:
        shown[one.kind] += 1
        if shown[one.kind] <= _MOST[one.kind]:
            stream.write(_command(one, options) + "\n")
    stream.writelines(_rest(shown, words))


def _together(found: Iterable[Violation]) -> Iterable[list[Violation]]:
    """What is open of one column on one line together; everything else on its own."""
    groups: dict[object, list[Violation]] = {}
    for number, one in enumerate(found):
        column = (one.place.file, one.place.line, one.table.casefold(), one.column.casefold())
        groups.setdefault(column if one.column and one.state == OPEN else number, []).append(one)
    return groups.values()


def _violations(some: Sequence[Violation], words: Words) -> _Annotation:
    first = some[0]
    rules = words.text("and").join(name(one.rule) for one in some)
    title = (subject(first), words.level(first.level), rules)
    said = dict.fromkeys(line for one in some for line in _message(one, words))
    return _Annotation(
        kind="notice" if first.state != OPEN else _KIND[first.severity],
        place=first.place,
        title=" · ".join(part for part in title if part),
        message="\n".join(said),
    )


def _message(violation: Violation, words: Words) -> Iterator[str]:
    yield words.what(violation)
    if violation.fix is not None:
        yield words.fixed(violation, block=True)
    elif following := words.rule(violation, "next"):
        yield following
    if excuse := words.excuse(violation):
        yield excuse


def _unread(unread: Unread, words: Words) -> _Annotation:
    return _Annotation(
        kind="error", place=unread.place, title=words.text("unread_title"), message=words.unread(unread)
    )


def _command(one: _Annotation, options: GateOptions) -> str:
    properties = {
        "file": visible(relative(one.place.file, options)),
        "line": str(one.place.line),
        "endLine": str(one.place.last),
        "col": str(one.place.at),
        "title": f"govguard: {one.title}",
    }
    if one.place.last > one.place.line:
        del properties["col"]  # GitHub takes columns on a single line only
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{one.kind} {told}::{_data(one.message)}"


def _rest(shown: Counter[str], words: Words) -> Sequence[str]:
    left = {kind: shown[kind] - most for kind, most in _MOST.items() if shown[kind] > most}
    if not left:
        return ()
    kinds = words.text("and").join(words.text(f"github.{kind}", count=count) for kind, count in left.items())
    return (f"::notice title=govguard::{_data(words.text('github.rest', kinds=kinds))}\n",)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
