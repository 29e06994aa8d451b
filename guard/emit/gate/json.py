"""json: the whole verdict, ``guard.gate/1``, as ``guard config schema gate`` describes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, TextIO

from guard.emit.gate.options import GateOptions, fails, shown
from guard.emit.gate.wording import Words
from guard.emit.record import compact
from guard.model.gate import Fix, Place, Script, Unread, Verdict, Violation, Waiver

SCHEMA = "guard.gate/1"
Record = dict[str, Any]


def write(verdict: Verdict, stream: TextIO, language: str, options: GateOptions) -> None:
    """Write one object; a line for each script, violation, unread statement and waiver."""
    words = Words(verdict=verdict, language=language, options=options)
    found = shown(verdict, options)
    head = {name: getattr(verdict, name) for name in ("version", "pack", "policy")}
    stream.write(f'{{"schema": "{SCHEMA}",\n"gate": {compact(head | {"levels": list(verdict.levels)})},\n')
    stream.write(f'"summary": {compact(_summary(verdict, found, options))}')
    parts: dict[str, list[Record]] = {
        "scripts": [_script(one) for one in verdict.scripts],
        "violations": [_violation(one, words) for one in found],
        "unread": [_unread(one, words) for one in verdict.unread],
        "lapsed": [_waiver(one) for one in verdict.lapsed],
        "unused": [_waiver(one) for one in verdict.unused],
    }
    for key, records in parts.items():
        lines = ",".join("\n" + compact(record) for record in records)
        stream.write(f',\n"{key}": [{lines}]')
    stream.write(f',\n"stale": {compact(list(verdict.stale))}}}\n')


def _summary(verdict: Verdict, found: Sequence[Violation], options: GateOptions) -> Record:
    states = Counter(one.state for one in found)
    open_ones = [one for one in found if one.state == "open"]
    severities = Counter(one.severity for one in open_ones)
    return {
        "scripts": len(verdict.scripts),
        "judged": verdict.judged,
        "sampled": verdict.sampled,
        **{state: states[state] for state in ("open", "waived", "baseline")},
        "failing": sum(fails(one, verdict, options.fail_on) for one in open_ones),
        "severities": {word: severities[word] for word in ("error", "warning", "note")},
        **{key: len(getattr(verdict, key)) for key in ("unread", "lapsed", "unused", "stale")},
    }


def _script(script: Script) -> Record:
    unread = sum(isinstance(change, Unread) for change in script.changes)
    return {
        "file": script.file,
        "dialect": script.dialect,
        "changes": len(script.changes) - unread,
        "unread": unread,
    }


def _violation(violation: Violation, words: Words) -> Record:
    names = ("rule", "severity", "state", "new", "table", "column", "type", "level", "category")
    return {
        **{name: getattr(violation, name) for name in names},
        "type_name": words.type_name(violation.type),
        **_place(violation.place),
        "what": words.what(violation),
        "why": words.rule(violation, "why"),
        "next": words.rule(violation, "next"),
        "params": dict(violation.params),
        "fix": _fix(violation.fix) if violation.fix else None,
        "waiver": _waiver(violation.waiver) if violation.waiver else None,
        "fingerprint": violation.fingerprint,
    }


def _unread(unread: Unread, words: Words) -> Record:
    said = {"what": words.unread(unread)}
    return {**_place(unread.place), "reason": unread.reason, "word": unread.word, **said}


def _fix(fix: Fix) -> Record:
    return {"how": fix.how, "text": fix.text, **_place(fix.place)}


def _waiver(waiver: Waiver) -> Record:
    names = ("rule", "where", "reason", "approved_by", "author", "ticket", "expires", "inline")
    return {name: getattr(waiver, name) for name in names} | _place(waiver.place)


def _place(place: Place) -> Record:
    return {"file": place.file, "line": place.line, "end_line": place.last, "at": place.at}
