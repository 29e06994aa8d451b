"""Prints whether our lanes find what presidio finds on presidio's own test texts: ``presidio parity N of N``.

Every text is read by every recognizer, presidio's analyze() and ours in one run, and their spans, entity
types and scores are compared; the recognizer that the text was written for, with its arguments where the
row names an entity, is compared on its own as well.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from guard.presidio.lanes import Lanes
from guard.presidio.library import offline, silence
from guard.presidio.registry import every

Found = set[tuple[str, int, int, float]]


def theirs(recognizers: list[Any], texts: list[str]) -> list[Found]:
    """Spans by presidio's own analyze()."""
    return [
        {
            (hit.entity_type, hit.start, hit.end, hit.score)
            for one in recognizers
            for hit in one.analyze(text, one.supported_entities, None) or ()
        }
        for text in texts
    ]


def ours(recognizers: list[Any], texts: list[str]) -> list[Found]:
    """Spans by our lanes."""
    found: list[Found] = [set() for _ in texts]
    for span in Lanes(recognizers).spans(texts):
        found[span.text].add((span.entity, span.start, span.end, span.score))
    return found


def own(row: dict[str, Any]) -> Any | None:
    """The recognizer that the row was written for, with the entity it was given there."""
    import presidio_analyzer.predefined_recognizers as library

    made = getattr(library, row["recognizer"] or "", None)
    if made is None:
        return None
    try:
        return offline(made(supported_entity=row["entities"][0]) if row["entities"] else made())
    except (TypeError, ValueError, ImportError):
        return None


def measure(folder: Path) -> list[str]:
    """The lines to print."""
    silence()
    rows = [
        json.loads(line) for line in (folder / "vectors/presidio_recognizers.jsonl").open(encoding="utf-8")
    ]
    texts = [row["text"] or "" for row in rows]
    recognizers = [one for one, _ in every()]
    start = time.process_time()
    want = theirs(recognizers, texts)
    middle = time.process_time()
    got = ours(recognizers, texts)
    end = time.process_time()
    same = [a == b for a, b in zip(want, got, strict=True)]
    groups: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        groups[row["recognizer"] or "", tuple(row["entities"])].append(index)
    compared = 0
    for indexes in groups.values():
        one = own(rows[indexes[0]])
        if one is None:
            continue
        compared += len(indexes)
        chosen = [texts[index] for index in indexes]
        for index, a, b in zip(indexes, theirs([one], chosen), ours([one], chosen), strict=True):
            same[index] = same[index] and a == b
    lines = [f"  {row['id']} differs" for row, alike in zip(rows, same, strict=True) if not alike]
    spans = sum(map(len, want))
    lines.append(f"presidio parity {sum(same)} of {len(rows)}")
    lines.append(
        f"presidio: {len(recognizers)} recognizers on every text, {spans} spans; {compared} rows also by "
        f"their own recognizer alone; CPU {middle - start:.2f} s theirs, {end - middle:.2f} s ours"
    )
    return lines


if __name__ == "__main__":
    sys.stdout.write("\n".join(measure(Path(sys.argv[1]))) + "\n")
