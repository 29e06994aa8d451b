"""sarif 2.1.0, within the limits of GitHub's code scanning: every result has a physical location."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TextIO
from urllib.parse import quote

from guard.emit.flat import beside, decided, level_mark, mixed
from guard.emit.options import EmitOptions, Row, reaches, shown
from guard.emit.record import answer_record, fingerprint
from guard.model import AssetResult, Status
from guard.sdk import Facts
from guard.sdk.display import visible
from guard.sdk.wording import leading_reason, leading_text, level_word, problem_text, term, type_name

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_MAX_RESULTS = 25_000  # GitHub refuses a whole file when one run has more
_FILE_KINDS = {"file", "sheet", "document", "dictionary"}
_LINE = re.compile(r"(.+?)(?::(\d+))?")
_SEVERITY = {"error": "8.0", "warning": "6.0", "note": "3.0"}
Item = dict[str, Any]


def write(facts: Facts, stream: TextIO, language: str, options: EmitOptions) -> None:
    """Write a log with one run for each 25,000 results; skipped assets are notifications."""
    stream.write(f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [')
    results = _results(facts, language, options)
    number = 0
    while (part := list(islice(results, _MAX_RESULTS))) or not number:
        run = _run(facts, part, language, options, number)
        stream.write((",\n" if number else "\n") + json.dumps(run, indent=1))
        number += 1
    stream.write("\n]}\n")


def _run(facts: Facts, results: list[Item], language: str, options: EmitOptions, number: int) -> Item:
    rules = sorted({result["ruleId"] for result in results})
    driver = {
        "name": "govguard",
        "semanticVersion": facts.run.version or "0",
        "rules": [_rule(rule, facts, language) for rule in rules],
    }
    index = {rule: place for place, rule in enumerate(rules)}
    invocation: Item = {"executionSuccessful": facts.run.status == "complete"}
    if not number:
        invocation["toolExecutionNotifications"] = list(_notes(facts, options))
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"govguard/{number + 1}/{visible(facts.run.id)}"},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "properties": {"pack": facts.run.pack, "policy": facts.run.policy},
        "results": [result | {"ruleIndex": index[result["ruleId"]]} for result in results],
    }


def _results(facts: Facts, language: str, options: EmitOptions) -> Iterator[Item]:
    for result in facts.results():
        for row in shown(result, facts, options):
            yield _result(result, row, facts, language, options)


def _result(result: AssetResult, row: Row, facts: Facts, language: str, options: EmitOptions) -> Item:
    column, finding, answer = row
    mark = fingerprint(result.asset, column.name, finding.type)
    properties: Item = {"level": answer.level, "category": answer.category, "domain": answer.domain}
    properties |= {
        "categoryName": visible(term(facts, "categories", answer.category)),
        "domainName": visible(term(facts, "domains", answer.domain)),
    }
    properties |= {"confidence": round(finding.confidence, 4), "candidate": answer.candidate}
    record = answer_record(answer)
    properties |= {name: record[name] for name in ("standing", "sharing", "controls", "opinions", "decision")}
    return {
        "ruleId": _rule_id(row),
        "level": _severity(answer.level, facts.levels),
        "message": {"text": _message(result, row, facts, language, options)},
        "locations": [_location(result, options, column.name)],
        "partialFingerprints": {"guardFingerprint/v1": mark, "primaryLocationLineHash": f"{mark[:16]}:1"},
        "properties": properties,
    }


def _rule_id(row: Row) -> str:
    why = leading_reason(row[2])
    return row[1].type or (why.rule if why else "") or row[2].level


def _message(result: AssetResult, row: Row, facts: Facts, language: str, options: EmitOptions) -> str:
    column, finding, answer = row
    fails = reaches(answer.level, options.fail_on, facts.levels)
    parts = (
        f"{result.asset.name}.{column.name}",
        type_name(facts, finding.type, language),
        level_mark(facts, answer.level),
        facts.text("emit.sarif.fails", level=level_word(facts, options.fail_on)) if fails else "",
        facts.text(f"emit.candidate.{answer.candidate}") if answer.candidate else "",
        leading_text(facts, answer, language),
        mixed(row, facts, language),
        beside(row, facts, language),
        decided(row, facts),
    )
    return " · ".join(visible(part) for part in parts if part)


def _severity(level: str, levels: tuple[str, ...]) -> str:
    """From L4 an error, L3 a warning, anything else a note: viewers drop SARIF's ``none``."""
    return "error" if reaches(level, "L4", levels) else "warning" if reaches(level, "L3", levels) else "note"


def _location(result: AssetResult, options: EmitOptions, column: str = "") -> Item:
    asset = result.asset
    place = result.location or options.locations.get(asset.source, "")
    if not place:
        place = asset.path[0] if asset.kind.value in _FILE_KINDS else "guard.yaml:1"
    found = _LINE.fullmatch(visible(place))
    uri, line = (found[1], found[2]) if found else (visible(place), None)
    name = asset.ref + (f"/{column}" if column else "")
    logical = {"fullyQualifiedName": visible(name), "kind": "member" if column else "object"}
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _relative(uri)},
            "region": {"startLine": max(int(line or 1), 1)},
        },
        "logicalLocations": [logical],
    }


def _relative(path: str) -> str:
    parts = [part for part in path.replace("\\", "/").split("/") if part not in {"", ".", ".."}]
    return quote("/".join(parts)) or "guard.yaml"


def _rule(rule: str, facts: Facts, language: str) -> Item:
    kind = facts.types.get(rule)
    name = type_name(facts, rule, language) if kind else facts.text(f"rules.{rule}.what")
    name = rule if not kind and name == f"rules.{rule}.what" else name
    basis = "; ".join(kind.standards) if kind else ""
    level = _severity(kind.level, facts.levels) if kind else "note"
    text = facts.text("emit.sarif.help", name=name, basis=basis or "–", rule=rule)
    return {
        "id": rule,
        "name": re.sub(r"\W+", "_", rule),
        "shortDescription": {"text": visible(name)},
        "fullDescription": {"text": visible(f"{name} {basis}".strip())},
        "help": {"text": visible(text)},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["security", "data-classification"], "security-severity": _SEVERITY[level]},
    }


def _notes(facts: Facts, options: EmitOptions) -> Iterable[Item]:
    for result in facts.results():
        for problem in result.coverage.problems:
            text = f"{'/'.join(result.asset.path)}: {problem_text(facts, problem)}"
            yield {
                "descriptor": {"id": problem.code},
                "level": "warning" if result.coverage.status is Status.SKIPPED else "note",
                "message": {"text": visible(text)},
                "locations": [_location(result, options)],
            }
