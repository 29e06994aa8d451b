"""Scores Chinese names in text, ours beside the tagger's own words, on the rows of ``ner/zh_*.jsonl``.

The rows are read by this script and the scorer only. Floor: in every corpus ours is above the tagger alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from guard.detect.entities import Entity
from guard.detect.lac import tagger
from guard.detect.ner import Names
from guard.ops.engine import rules

CORPORA = ("zh_msra", "zh_peoples_daily")
OURS = {"person": "person_name", "place": "location", "address": "location", "organisation": "org_name"}
RAW = {"PER": "person_name", "LOC": "location", "ORG": "org_name"}
LABELS = ("all labels", "person_name", "location", "org_name")


def measure(folder: Path) -> Iterator[str]:
    """The lines to print: P, R and F1 by label for both, and how fast ours is."""
    names = Names(rules().lexicon)
    for corpus in CORPORA:
        gold = folder / "ner" / f"{corpus}.jsonl"
        rows = [json.loads(line) for line in gold.read_text("utf-8").splitlines() if line.strip()]
        texts = [row["text"] for row in rows]
        raw = [[(RAW[w.tag], w.start, w.end) for w in words if w.tag in RAW] for words in tagger().tag(texts)]
        started = time.process_time()
        found = names.entities(texts)
        spent = time.process_time() - started
        scores = {
            "tagger alone": score(folder, gold, rows, raw),
            "ours": score(folder, gold, rows, map(labelled, found)),
        }
        characters = sum(map(len, texts))
        yield f"{corpus}: {len(texts)} texts, ours {characters / spent:,.0f} characters a core-second"
        for label in LABELS:
            for who, lines in scores.items():
                yield f"  {label:12} {who:13} {lines[label]}"
        above = overall(scores["ours"]) > overall(scores["tagger alone"])
        yield f"  ours above the tagger alone: {'yes' if above else 'NO'}"


def labelled(found: Sequence[Entity]) -> list[tuple[str, int, int]]:
    """Our entities under the corpora's labels."""
    return [(OURS[one.kind], one.start, one.end) for one in found]


def score(
    folder: Path, gold: Path, rows: Sequence[dict[str, str]], spans: Iterable[list[tuple[str, int, int]]]
) -> dict[str, str]:
    """The scorer's line of each label."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as out:
        for row, found in zip(rows, spans, strict=True):
            line = {"id": row["id"], "spans": [{"label": a, "start": b, "end": c} for a, b, c in found]}
            out.write(json.dumps(line) + "\n")
        out.flush()
        command = [sys.executable, str(folder / "score_spans.py"), out.name, str(gold)]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    lines = [line.split(" P ") for line in text.splitlines() if " P " in line]
    return {head.strip(): f"P {rest.strip()}" for head, rest in lines}


def overall(lines: dict[str, str]) -> float:
    """F1 over all labels."""
    return float(lines["all labels"].split("F1")[1].split()[0])


if __name__ == "__main__":
    for text in measure(Path(sys.argv[1])):
        sys.stdout.write(text + "\n")
