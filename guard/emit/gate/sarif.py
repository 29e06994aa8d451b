"""sarif 2.1.0, within the limits of GitHub's code scanning: every result has a place in a script."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from guard.emit.gate.options import GateOptions, shown
from guard.emit.gate.sarif_fix import fixes
from guard.emit.gate.sarif_rules import rule_record
from guard.emit.gate.wording import Words, numbered, subject, uri
from guard.model.gate import Place, Verdict, Violation, Waiver
from guard.sdk.display import visible

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_MAX_RESULTS = 25_000  # GitHub refuses a whole file when one run has more
Item = dict[str, Any]


def write(verdict: Verdict, stream: TextIO, language: str, options: GateOptions) -> None:
    """Write a log with one run for each 25,000 results; unread statements are notifications of the first."""
    words = Words(verdict=verdict, language=language, options=options)
    results = [_result(one, number, words) for number, one in numbered(shown(verdict, options))]
    stream.write(f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [')
    for number, start in enumerate(range(0, max(len(results), 1), _MAX_RESULTS)):
        run = _run(results[start : start + _MAX_RESULTS], words, number)
        stream.write((",\n" if number else "\n") + json.dumps(run, indent=1))
    stream.write("\n]}\n")


def _run(results: Sequence[Item], words: Words, number: int) -> Item:
    verdict = words.verdict
    rules = sorted({result["ruleId"] for result in results})
    index = {rule: place for place, rule in enumerate(rules)}
    invocation: Item = {"executionSuccessful": not verdict.unread}
    if not number:
        invocation["toolExecutionNotifications"] = list(_unread(words))
        invocation["toolConfigurationNotifications"] = list(_waivers(words))
    return {
        "tool": {
            "driver": {
                "name": "govguard",
                "semanticVersion": visible(verdict.version or "0"),
                "rules": [rule_record(rule, words) for rule in rules],
            }
        },
        # The part before the last slash tells GitHub which earlier log this one replaces.
        "automationDetails": {"id": f"govguard-gate/{number + 1}/"},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "properties": {"pack": visible(verdict.pack), "policy": visible(verdict.policy)},
        "results": [result | {"ruleIndex": index[result["ruleId"]]} for result in results],
    }


def _result(violation: Violation, number: int, words: Words) -> Item:
    mark = violation.fingerprint
    result: Item = {
        "ruleId": visible(violation.rule),
        "level": violation.severity,
        "message": {"text": _message(violation, words)},
        "locations": [_location(violation.place, words, subject(violation), column=bool(violation.column))],
        "partialFingerprints": {
            "guardFingerprint/v1": mark,
            "primaryLocationLineHash": f"{mark[:16]}:{number}",
        },
        "suppressions": _suppressions(violation, words),
        "properties": {
            "state": violation.state,
            "dataLevel": violation.level,
            "dataType": violation.type,
            "dataTypeName": visible(words.type_name(violation.type)),
            "category": visible(violation.category),
        },
    }
    if violation.new is not None:
        result["baselineState"] = "new" if violation.new else "unchanged"
    if violation.fix is not None and (found := fixes(violation.fix, violation.place, words)):
        result["fixes"] = found
    return result


def _message(violation: Violation, words: Words) -> str:
    head = " · ".join(part for part in (subject(violation), words.level(violation.level)) if part)
    parts = [head, words.what(violation), words.rule(violation, "next")]
    if violation.fix is not None:
        parts.append(words.fixed(violation, block=True))
    # ``[text](target)`` would be taken for a link.
    return "\n".join(part for part in parts if part).replace("](", "] (")


def _location(place: Place, words: Words, what: str = "", *, column: bool = False) -> Item:
    region = {"startLine": max(place.line, 1), "startColumn": max(place.at, 1), "endLine": max(place.last, 1)}
    location: Item = {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(place.file, words.options)},
            "region": region,
        }
    }
    if what:
        kind = "member" if column else "object"
        location["logicalLocations"] = [{"fullyQualifiedName": what, "kind": kind}]
    return location


def _suppressions(violation: Violation, words: Words) -> list[Item]:
    """Why it is excused; an empty list says that it is not."""
    if violation.waiver is not None:
        return [_waived(violation.waiver, words)]
    if violation.state == "baseline":
        return [{"kind": "external", "status": "accepted", "justification": words.text("baseline")}]
    return []


def _waived(waiver: Waiver, words: Words) -> Item:
    return {
        "kind": "inSource" if waiver.inline else "external",
        "status": "accepted",
        "justification": words.waiver(waiver, "waived"),
        "location": _location(waiver.place, words),
        "properties": {
            "expires": visible(waiver.expires),
            "approvedBy": visible(waiver.approved_by),
            "author": visible(waiver.author),
            "ticket": visible(waiver.ticket),
            "reason": visible(waiver.reason),
        },
    }


def _unread(words: Words) -> Iterator[Item]:
    for one in words.verdict.unread:
        text = " ".join((words.unread(one), words.unread(one, "next")))
        yield _notification(f"unread/{one.reason}", "error", text, one.place, words)


def _waivers(words: Words) -> Iterator[Item]:
    for key, waivers in (("lapsed", words.verdict.lapsed), ("unused", words.verdict.unused)):
        for one in waivers:
            yield _notification(f"waiver/{key}", "warning", words.waiver(one, key), one.place, words)


def _notification(id: str, level: str, text: str, place: Place, words: Words) -> Item:
    return {
        "descriptor": {"id": visible(id)},
        "level": level,
        "message": {"text": text.replace("](", "] (")},
        "locations": [_location(place, words)],
    }
