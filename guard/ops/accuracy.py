"""An evaluation as a table for people, and as a record for machines. Names of columns, never values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from guard.ops.scoring import NONE, WANTED_PRECISION, Rates, Score
from guard.sdk.display import aligned, visible
from guard.text import t

if TYPE_CHECKING:
    from guard.ops.evaluation import Evaluation

_SHOWN = 4
_BAR = 20


def record(found: Evaluation) -> dict[str, Any]:
    """Everything measured, for ``-f json``."""
    score, auto = found.score, found.score.auto
    right, graded = score.levels
    return {
        "columns": len(score.judged),
        "negatives": _negatives(score),
        "accepted": round(score.accepted, 4),
        "typed": _rates(score.total),
        "types": {
            name: _rates(rates) | {"columns_missed": score.missed(name)}
            for name, rates in score.types.items()
        },
        "groups": {
            name: _rates(part.total) | {"columns": len(part.judged), "accepted": round(part.accepted, 4)}
            for name, part in score.groups().items()
        },
        "confusions": [
            {"true": true, "found": got, "columns": count} for true, got, count in score.confusions
        ],
        "calibration": {
            "error": round(score.error, 4),
            "bins": [
                {
                    "low": part.low,
                    "high": part.high,
                    "columns": part.columns,
                    "confidence": round(part.confidence, 4),
                    "right": round(part.right, 4),
                }
                for part in score.bins
            ],
        },
        "auto": {
            "precision": WANTED_PRECISION,
            "columns": auto.columns,
            "share": round(auto.share, 4),
            "confidence": auto.threshold,
        },
        "levels": {"right": right, "labelled": graded},
        "unread": [{"path": "/".join(one.path), "code": one.code} for one in found.problems],
    }


def _rates(rates: Rates) -> dict[str, Any]:
    return {
        "precision": round(rates.precision, 4),
        "recall": round(rates.recall, 4),
        "f1": round(rates.f1, 4),
        "found": rates.hits,
        "false": rates.false,
        "missed": rates.missed,
    }


def _negatives(score: Score) -> int:
    return sum(one.labels == (NONE,) for one in score.judged)


def lines(found: Evaluation, language: str, *, markdown: bool = False) -> Iterator[str]:
    """The same for a person: totals, types, what was taken for what, and the reliability picture."""

    def say(key: str, **params: object) -> str:
        return t(f"commands.eval.{key}", language, **params)

    score, auto = found.score, found.score.auto
    right, graded = score.levels
    yield say("head", columns=len(score.judged), negatives=_negatives(score))
    yield say("accepted", share=f"{score.accepted:.3f}", **_texts(score.total))
    if graded:
        yield say("levels", right=right, graded=graded)
    yield from _section(say("groups"), _group_rows(score, say), markdown)
    yield from _section(say("types"), _type_rows(score, say), markdown)
    if score.confusions:
        yield from _section(say("confusions"), _confusion_rows(score, say), markdown)
    title = say("calibration", error=f"{score.error:.3f}")
    yield from _section(title, _bin_rows(score, say), markdown)
    yield say(
        "auto",
        share=f"{auto.share:.1%}",
        columns=auto.columns,
        of=len(score.judged),
        precision=f"{WANTED_PRECISION:.0%}",
        confidence=f"{auto.threshold:.3f}",
    )


def _texts(rates: Rates) -> dict[str, str]:
    return {
        "precision": f"{rates.precision:.3f}",
        "recall": f"{rates.recall:.3f}",
        "f1": f"{rates.f1:.3f}",
    }


def _group_rows(score: Score, say: Any) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [(say("group"), say("columns"), "P", "R", "F1")]
    for name, part in score.groups().items():
        rows.append((_style(name, say), str(len(part.judged)), *_texts(part.total).values()))
    return rows


def _style(name: str, say: Any) -> str:
    """A style of header of the generated set in words; any other group as it is called."""
    known = say(f"styles.{name}")
    return visible(name) if known.endswith(f"styles.{name}") else str(known)


def _type_rows(score: Score, say: Any) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [(say("type"), say("columns"), "P", "R", "F1", say("missed"))]
    there = ((name, rates) for name, rates in score.types.items() if rates.hits + rates.missed)
    for name, rates in there:
        names = score.missed(name)
        more = f" +{len(names) - _SHOWN}" if len(names) > _SHOWN else ""
        shown = ", ".join(map(visible, names[:_SHOWN])) + more
        rows.append((name, str(rates.hits + rates.missed), *_texts(rates).values(), shown))
    return rows


def _confusion_rows(score: Score, say: Any) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [(say("true"), say("found"), say("columns"))]
    return [*rows, *((true, got, str(count)) for true, got, count in score.confusions)]


def _bin_rows(score: Score, say: Any) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [(say("confidence"), say("columns"), say("predicted"), say("right"), "")]
    for part in score.bins:
        bar = "█" * round(part.right * _BAR)
        rows.append(
            (
                f"{part.low:.1f}-{part.high:.1f}",
                str(part.columns),
                f"{part.confidence:.3f}",
                f"{part.right:.3f}",
                bar,
            )
        )
    return rows


def _section(title: str, rows: Sequence[Sequence[str]], markdown: bool) -> Iterator[str]:
    yield ""
    yield f"**{title}**" if markdown else title
    if not markdown:
        yield from aligned([tuple(row) for row in rows], indent="  ")
        return
    head, *body = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    yield from ("", f"| {head} |", "|" + " --- |" * len(rows[0]), *(f"| {row} |" for row in body))
