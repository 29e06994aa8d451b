"""Score column names, comments and values against the evaluation set in $GUARD_EVAL (default ../shared/eval).

One line a measure. Reads the set, writes nothing but a temporary file.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from guard.detect import Detector
from guard.model import Asset, AssetKind, Column
from guard.policy.catalogue import load_lexicon, load_types
from guard.sdk import Sample

ROOT = Path(__file__).resolve().parent.parent
EVAL = Path(os.environ.get("GUARD_EVAL") or ROOT.parent / "shared" / "eval")
PACKS = ROOT / "policies" / "guard_policies"


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one JSON-lines file of the set."""
    return [json.loads(line) for line in (EVAL / name).read_text("utf-8").splitlines() if line]


def assets(gold: Iterable[dict[str, Any]], *, comments: bool) -> Iterator[tuple[Asset, list[str]]]:
    """One asset a table, with the ids of its columns."""
    tables: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in gold:
        tables[row["schema_file"], row["table"]].append(row)
    for (file, table), columns in tables.items():
        asset = Asset(
            source=file,
            path=(table or "-",),
            kind=AssetKind.DICTIONARY,
            comment=columns[0]["table_comment"] if comments else "",
            columns=tuple(
                Column(
                    name=row["column"],
                    position=place,
                    type=row["type"],
                    comment=row["comment"] if comments else "",
                )
                for place, row in enumerate(columns)
            ),
        )
        yield asset, [row["id"] for row in columns]


def by_name(detector: Detector, name: str, *, comments: bool) -> dict[str, str | None]:
    """Type by id, from names alone."""
    found: dict[str, str | None] = {}
    for asset, ids in assets(rows(name), comments=comments):
        found |= {id_: finding.type for id_, finding in zip(ids, detector.findings(asset, None), strict=True)}
    return found


def by_values(detector: Detector, *, names: bool) -> dict[str, str | None]:
    """Type by id for the tables with rows."""
    found: dict[str, str | None] = {}
    files: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows("tabular/column_labels.jsonl"):
        files[row["file"]].append(row)
    for file, gold in files.items():
        with (EVAL / file).open(encoding="utf-8-sig", newline="") as stream:
            header, *body = list(csv.reader(stream))
        columns = tuple(Column(name=n if names else f"c{i}", position=i) for i, n in enumerate(header))
        asset = Asset(
            source="eval", path=(Path(file).stem if names else "t",), kind=AssetKind.FILE, columns=columns
        )
        arrays = [pa.array([line[i] if i < len(line) else None for line in body]) for i in range(len(header))]
        batch = pa.RecordBatch.from_arrays(arrays, names=[str(i) for i in range(len(header))])
        profile = detector.profile(len(header))
        profile.add(Sample(asset, batch, complete=True))
        types = dict(
            zip(header, (finding.type for finding in detector.findings(asset, profile)), strict=True)
        )
        found |= {row["id"]: types[row["column"]] for row in gold}
    return found


def value_lists(detector: Detector, labels: dict[str, str]) -> str:
    """How many lists of values that hold nothing personal are called sensitive, and how many of the others
    are found."""
    quiet = {"none", "url", "user_agent", "free_text", "org_name", "org_code", "admin_division"}
    false = nothing = right = held = 0
    for row in rows("tabular/autotype_values.jsonl"):
        asset = Asset(
            source="eval", path=("t",), kind=AssetKind.FILE, columns=(Column(name="c1", position=0),)
        )
        profile = detector.profile(1)
        batch = pa.RecordBatch.from_arrays([pa.array(row["values"])], names=["0"])
        profile.add(Sample(asset, batch, complete=True))
        found = detector.findings(asset, profile)[0].type
        label = labels.get(found, found) if found else "none"
        if row["gold"] == "none":
            nothing += 1
            false += label not in quiet
        else:
            held += 1
            right += label == row["gold"]
    return f"false sensitive calls {false} of {nothing} · found {right} of {held}"


def score(title: str, found: dict[str, str | None], gold: str, labels: dict[str, str], *more: str) -> None:
    """Run the set's own scorer and print its typed line."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for id_, type_ in found.items():
            file.write(json.dumps({"id": id_, "label": labels.get(type_, type_) if type_ else None}) + "\n")
        file.flush()
        command = [sys.executable, str(EVAL / "score_columns.py"), file.name, str(EVAL / gold), *more]
        report = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    lines = report.splitlines()
    print(f"{title:34} {lines[1]} · {' '.join(lines[2].split())}")  # noqa: T201
    if more:
        print(report)  # noqa: T201


def main() -> None:
    """Print every measure; arguments are handed to the scorer (``--errors 30``)."""
    if not EVAL.is_dir():
        print(f"evaluation set is absent: {EVAL}")  # noqa: T201
        return
    labels = yaml.safe_load((EVAL / "label_map.yaml").read_text("utf-8"))
    detector = Detector(load_types(PACKS / "types"), load_lexicon(PACKS / "lexicon"))
    more = tuple(sys.argv[1:])
    for title, name, comments in (
        ("Chinese, with comments", "columns/cn_columns.jsonl", True),
        ("Chinese, names alone", "columns/cn_columns.jsonl", False),
        ("English, with comments", "columns/en_columns.jsonl", True),
        ("English, names alone", "columns/en_columns.jsonl", False),
    ):
        score(title, by_name(detector, name, comments=comments), name, labels, *more)
    for title, names in (
        ("tables with rows, names and values", True),
        ("tables with rows, values alone", False),
    ):
        score(title, by_values(detector, names=names), "tabular/column_labels.jsonl", labels, *more)
    print(f"{'value lists without a name':34} {value_lists(detector, labels)}")  # noqa: T201


if __name__ == "__main__":
    main()
