#!/usr/bin/env python3
"""Measure levels and domains on the labelled columns in $GUARD_EVAL; --gold grades from the gold types."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from guard.detect.engine import Detector
from guard.model import Asset, AssetKind, Classification, Column, DataType, Evidence, Finding
from guard.policy import Policy, grade, load_pack
from guard.policy.catalogue import load_lexicon, load_types

ROOT = Path(__file__).resolve().parent.parent
Find = Callable[[list[dict[str, Any]], Asset], Sequence[Finding]]
POLICIES = Path(import_module("guard_policies").__file__ or "").parent


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON-lines file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def tables(columns: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Rows of one table together; those without a table stay with the others of their excerpt."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in columns:
        groups[row["schema_file"], row["table"] or ""].append(row)
    return list(groups.values())


def asset(group: list[dict[str, Any]]) -> Asset:
    """One table of the set."""
    columns = tuple(
        Column(
            name=row["column"],
            position=at,
            type=row["type"] or "",
            comment=row["comment"] or "",
            id=row["id"],
        )
        for at, row in enumerate(group)
    )
    first = group[0]
    return Asset(
        source="eval",
        path=(first["table"] or "",),
        kind=AssetKind.DICTIONARY,
        comment=first["table_comment"] or "",
        columns=columns,
    )


def gold_findings(group: list[dict[str, Any]], by_label: dict[str, list[DataType]]) -> list[Finding]:
    """The gold label as a finding, for measuring grading alone."""
    found = []
    for row in group:
        name = pick(row, by_label.get(row["gold"], [])) if row["gold"] != "none" else None
        evidence = (
            (Evidence(kind="comment" if row["comment"] else "name", type=name, weight=3.0),) if name else ()
        )
        found.append(
            Finding(column=row["column"], type=name, confidence=0.95 if name else 0.0, evidence=evidence)
        )
    return found


def pick(row: dict[str, Any], types: list[DataType]) -> str | None:
    """The type of a label whose longest Chinese hint the column says, else one of the most common level."""
    if not types:
        return None
    said = f"{row['comment'] or ''} {row['column']}"
    scores = {
        item.id: max((len(hint) for hint in item.hints.get("zh", ()) if hint in said), default=0)
        for item in types
    }
    best = max(scores, key=scores.__getitem__)
    if scores[best]:
        return best
    common = Counter(item.level for item in types).most_common(1)[0][0]
    return next(
        (item.id for item in types if item.id == row["gold"]), next(i.id for i in types if i.level == common)
    )


def label_types(folder: Path, types: dict[str, DataType]) -> dict[str, list[DataType]]:
    """label -> the types of the catalogue that stand for it."""
    found: dict[str, list[DataType]] = defaultdict(list)
    for name, label in yaml.safe_load((folder / "label_map.yaml").read_text("utf-8")).items():
        if name in types and types[name].level.startswith("L"):
            found[label].append(types[name])
    return found


def prediction(row: dict[str, Any], result: Classification) -> dict[str, Any]:
    """A line for the scorer."""
    return {
        "id": row["id"],
        "level": result.level,
        "category": result.domain,
        "confidence": round(result.confidence, 3),
        "auto": result.confirmable,
        "important_candidate": bool(result.candidate),
    }


def main() -> int:
    """Grade, score, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--gold", action="store_true", help="grade from the gold types, not from the detector"
    )
    parser.add_argument("--errors", type=int, default=0, help="print this many wrong rows")
    parser.add_argument("--keep", type=Path, help="write the predictions here")
    options = parser.parse_args()
    folder = Path(os.environ.get("GUARD_EVAL") or ROOT.parent / "shared" / "eval")
    if not (folder / "columns" / "cn_levels.jsonl").is_file():
        print(f"levels: no evaluation set at {folder} (set GUARD_EVAL)")  # noqa: T201
        return 0
    types = load_types(POLICIES / "types")
    policy = Policy([load_pack(POLICIES / "gov_cn")], types)
    find = gold(folder, policy) if options.gold else detector(types)
    written = []
    spent = 0.0
    for group in tables(rows(folder / "columns" / "cn_columns.jsonl")):
        table = asset(group)
        findings = find(group, table)
        start = time.perf_counter()
        graded = grade(table, findings, policy)
        spent += time.perf_counter() - start
        written += [prediction(row, result) for row, result in zip(group, graded.columns, strict=True)]
    return score(folder, written, options, spent)


def gold(folder: Path, policy: Policy) -> Find:
    """Findings from the gold labels."""
    by_label = label_types(folder, dict(policy.types))
    return lambda group, _: gold_findings(group, by_label)


def detector(types: tuple[DataType, ...]) -> Find:
    """Findings of the detector, from names and comments alone."""
    judge = Detector(types, load_lexicon(POLICIES / "lexicon"))
    return lambda _, table: judge.findings(table, None)


def score(folder: Path, written: list[dict[str, Any]], options: argparse.Namespace, spent: float) -> int:
    """Run the scorer over the rows it knows and print what it says."""
    gold_file = folder / "columns" / "cn_levels.jsonl"
    wanted = {row["id"] for row in rows(gold_file)}
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in written if row["id"] in wanted)
    with tempfile.TemporaryDirectory() as place:
        path = options.keep or Path(place) / "levels.jsonl"
        path.write_text(lines, "utf-8")
        command = [
            sys.executable,
            str(folder / "score_levels.py"),
            str(path),
            str(gold_file),
            "--errors",
            str(options.errors),
        ]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    basis = "gold types" if options.gold else "detector"
    print(f"levels ({basis}), graded {len(written)} columns in {spent:.2f} s")  # noqa: T201
    print(done.stdout, done.stderr, sep="", end="")  # noqa: T201
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
