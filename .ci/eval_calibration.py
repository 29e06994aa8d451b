"""Does confidence keep its word? Each schema is rated by weights fitted without it (leave one schema out).

Prints the expected calibration error, the reliability picture, and the share of columns that can be confirmed
without a person at 99 % precision, for types and for levels.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import log
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from calibrate import EVAL, Verdict, Weights, collected, predict, tools, weights_of

from guard.ops.scoring import auto, bins, calibration_error

Pair = tuple[float, bool]
_TOP = 0.99


def left_out(verdicts: Sequence[Verdict], every: Sequence[Verdict]) -> list[Pair]:
    """(confidence, right) of every verdict, by weights that its schema had no part in."""
    pairs: list[Pair] = []
    for schema in sorted({one.schema for one in verdicts}):
        others = weights_of([renewed(one, None) for one in every if one.schema != schema])
        for one in verdicts:
            if one.schema == schema:
                pairs.append((rated(one, others), one.right))
    return pairs


def rated(verdict: Verdict, weights: dict[str, Weights]) -> float:
    """Confidence by ``weights``; a level's rests on that of its type, by the same weights."""
    return round(min(_TOP, predict(weights[verdict.model], renewed(verdict, weights))), 3)


def renewed(verdict: Verdict, weights: dict[str, Weights] | None) -> Verdict:
    """A level's verdict with the confidence of its type by ``weights``."""
    if verdict.basis is None or weights is None:
        return verdict
    sure = min(_TOP, predict(weights[verdict.basis.model], verdict.basis))
    return replace(verdict, features=verdict.features | {"sure": log(sure / (1 - sure))})


def show(title: str, pairs: Sequence[Pair], *, picture: bool) -> None:
    """One line, and the reliability picture below it."""
    most = auto(pairs)
    right = sum(is_right for _, is_right in pairs) / len(pairs)
    print(  # noqa: T201
        f"{title:44} n {len(pairs):4} right {right:.3f} · ECE {calibration_error(pairs):.3f}"
        f" · auto-confirmable at 99 %: {most.share:.1%} (confidence >= {most.threshold:.3f})"
    )
    for part in bins(pairs) if picture else ():
        print(  # noqa: T201
            f"    {part.low:.1f}-{part.high:.1f} {part.columns:5}  predicted {part.confidence:.3f}"
            f"  right {part.right:.3f}  {'#' * round(20 * part.right)}"
        )


def confirmed(pairs: Iterable[Pair], sure: float) -> str:
    """How many lie at or above ``sure``, and how many of those are right."""
    kept = [right for confidence, right in pairs if confidence >= sure]
    return f"{len(kept)} at or above {sure}, right {sum(kept) / len(kept):.4f}" if kept else "none"


def main() -> None:
    """Print every measure."""
    sets = collected()
    every = [one for part in sets.values() for one in part]
    for title, verdicts in sets.items():
        pairs = left_out(verdicts, every)
        show(f"{title}, leave one schema out", pairs, picture=True)
        typed = [pair for pair, one in zip(pairs, ordered(verdicts), strict=True) if one.model == "found"]
        if typed:
            show("    where a type was named", typed, picture=False)
        if title == "levels":
            asked = [pair for pair, one in zip(pairs, ordered(verdicts), strict=True) if not one.doubted]
            limit = confirmed(asked, tools()[2].base.sure)
            print(f"    confirmed by the pack's limit, where nothing else asks: {limit} of {len(pairs)}")  # noqa: T201
    if not (EVAL / "columns").is_dir():
        print(f"calibration: no folder {EVAL}: only the generated set was measured")  # noqa: T201


def ordered(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts in the order in which ``left_out`` rates them."""
    return sorted(verdicts, key=lambda one: one.schema)


if __name__ == "__main__":
    main()
