"""junit: one suite a script, one case a table. What reaches ``fail_on`` fails; what is excused is skipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from guard.emit.gate.options import GateOptions, fails, shown
from guard.emit.gate.wording import Words, name, relative, subject
from guard.model.gate import Change, Script, Unread, UseSchema, Verdict, Violation
from guard.sdk.display import visible


@dataclass(slots=True)
class _Suite:
    """The tables and unread statements of one script."""

    tables: dict[str, tuple[str, list[Violation]]] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)

    def table(self, table: str) -> list[Violation]:
        """The violations of ``table``, whatever its letter case; of the script where it is empty."""
        return self.tables.setdefault(table.casefold(), (table, []))[1]


def write(verdict: Verdict, stream: TextIO, language: str, options: GateOptions) -> None:
    """Write every table that a script touches, and each statement that was not read as an error."""
    words = Words(verdict=verdict, language=language, options=options)
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="govguard gate">\n')
    for file, suite in _suites(verdict, options).items():
        stream.write(_suite(file, suite, words))
    stream.write("</testsuites>\n")


def _suites(verdict: Verdict, options: GateOptions) -> Mapping[str, _Suite]:
    suites = {script.file: _Suite() for script in verdict.scripts}
    for one in shown(verdict, options):
        suites.setdefault(one.place.file, _Suite()).table(one.table).append(one)
    for script in verdict.scripts:
        for table in _tables(script):
            suites[script.file].table(options.concealed(table))
    for unread in verdict.unread:
        suites.setdefault(unread.place.file, _Suite()).unread.append(unread)
    return suites


def _tables(script: Script) -> Iterator[str]:
    for change in script.changes:
        if not isinstance(change, (Unread, UseSchema)):
            yield from (".".join(found) for found in _names(change))


def _names(change: Change) -> Iterable[tuple[str, ...]]:
    """The tables that a change speaks of."""
    several = getattr(change, "tables", None)
    if several is not None:
        return tuple(several)
    found = getattr(change, "table", None) or getattr(change, "name", None)
    return (found,) if found else ()


def _suite(file: str, suite: _Suite, words: Words) -> str:
    cases = [_case(file, table, found, words) for table, found in suite.tables.values()]
    cases += [_error(file, one, words) for one in suite.unread]
    counts = {"tests": len(cases)}
    for key, mark in (("failures", "<failure"), ("errors", "<error"), ("skipped", "<skipped")):
        counts[key] = sum(f"\n   {mark} " in case for case in cases)
    told = " ".join(f'{key}="{count}"' for key, count in counts.items())
    path = _attribute(relative(file, words.options))
    return f" <testsuite name={path} {told}>\n{''.join(cases)} </testsuite>\n"


def _case(file: str, table: str, found: list[Violation], words: Words) -> str:
    failing = [one for one in found if fails(one, words.verdict, words.options.fail_on)]
    others = [one for one in found if one not in failing]
    inside = _failure(failing, words) if failing else _skipped(found, words)
    if others:
        inside += f"   <system-out>{_text(others, words)}</system-out>\n"
    first = failing or found
    line = f' line="{first[0].place.line}"' if first else ""
    head = f"{_head(file, name(table) or words.text('junit.script'), words)}{line}"
    return f"{head}>\n{inside}  </testcase>\n" if inside else f"{head}/>\n"


def _failure(failing: Sequence[Violation], words: Words) -> str:
    summary = _attribute(words.text("junit.failure", count=len(failing)))
    kind = _attribute(failing[0].rule)
    return f"   <failure type={kind} message={summary}>{_text(failing, words)}</failure>\n"


def _skipped(found: Sequence[Violation], words: Words) -> str:
    why = "; ".join(words.excuse(one) for one in found if one.state != "open")
    return f"   <skipped message={_attribute(why)}/>\n" if why else ""


def _text(found: Sequence[Violation], words: Words) -> str:
    return escape("\n".join(_line(one, words) for one in found))


def _error(file: str, unread: Unread, words: Words) -> str:
    place = words.text("junit.line", line=unread.place.line)
    inside = f"   <error type={_attribute(unread.reason)} message={_attribute(words.unread(unread))}/>\n"
    return f'{_head(file, place, words)} line="{unread.place.line}">\n{inside}  </testcase>\n'


def _head(file: str, case: str, words: Words) -> str:
    path = _attribute(relative(file, words.options))
    return f"  <testcase classname={path} name={_attribute(case)} file={path}"


def _line(violation: Violation, words: Words) -> str:
    mark = " · ".join(
        part for part in (subject(violation), words.level(violation.level), name(violation.rule)) if part
    )
    said = [f"{violation.place.line}: {mark}", f"  {words.what(violation)}"]
    if violation.fix is not None:
        said += [f"  {line}" for line in words.fixed(violation, block=True).splitlines()]
    if excuse := words.excuse(violation):
        said.append(f"  {excuse}")
    return "\n".join(said)


def _attribute(text: str) -> str:
    return quoteattr(visible(text))
