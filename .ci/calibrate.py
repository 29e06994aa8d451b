"""Fit the weights that turn features of a verdict into confidence; ``--write`` puts them into the data files.

Verdicts come from the generated set of ``guard eval`` and from the labelled columns in $GUARD_EVAL; only the
weights leave this script. Evidence never weighs against its own sense.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent))
import eval_columns as columns

from guard.demo import trial
from guard.detect import Detector
from guard.detect.calibrate import found, nothing
from guard.detect.score import odds_of_types
from guard.model import Finding
from guard.policy import Policy, load_pack
from guard.policy.catalogue import load_lexicon, load_types
from guard.policy.certainty import features as level_features
from guard.policy.grade import grade
from guard.policy.view import column_facts, view
from guard.sdk import Sample

PACKS = Path(import_module("guard_policies").__file__ or "").parent
EVAL = Path(os.environ.get("GUARD_EVAL") or Path(__file__).resolve().parents[2] / "shared" / "eval")
RIDGE = 0.5
OPPOSING = ("against", "caught", "rival", "unsaid")
AGREEING = {
    "found": ("odds", "margin", "comment", "both", "strong", "checked", "valued"),
    "nothing": ("said", "twice", "read"),
    "level": ("sure", "commented", "comment", "name", "agrees", "technical", "specific"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One judged column: which model rates it, its features, whether it is right, whose schema it is."""

    model: str
    features: dict[str, float]
    right: bool
    schema: str
    weight: float = 1.0
    doubted: bool = False  # a person is asked for another reason than confidence
    basis: Verdict | None = None  # of a level: the type that it rests on


Weights = dict[str, float]


def fit(verdicts: Sequence[Verdict], agreeing: Sequence[str]) -> Weights:
    """Ridge-penalised logistic weights; a feature that would speak against its sense is left out."""
    names = sorted({name for one in verdicts for name in one.features})
    while True:
        weights = _newton(verdicts, names)
        wrong = {name: weights[name] for name in names if name in agreeing}
        wrong |= {name: -weights[name] for name in names if name in OPPOSING}
        worst = min(wrong, key=wrong.__getitem__, default=None)
        if worst is None or wrong[worst] >= 0:
            return {name: round(value, 3) for name, value in weights.items()}
        names.remove(worst)


def _newton(verdicts: Sequence[Verdict], names: Sequence[str]) -> Weights:
    x = np.array([[1.0, *(one.features.get(name, 0.0) for name in names)] for one in verdicts])
    y = np.array([one.right for one in verdicts], dtype=float)
    w = np.array([one.weight for one in verdicts])
    penalty = RIDGE * np.eye(x.shape[1])
    penalty[0, 0] = 1e-6
    beta: NDArray[Any] = np.zeros(x.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (w * (y - p)) - penalty @ beta
        hessian = (x * (w * np.maximum(p * (1 - p), 1e-6))[:, None]).T @ x + penalty
        step = np.linalg.solve(hessian, gradient)
        beta = beta + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-6:
            break
    return dict(zip(("bias", *names), beta.tolist(), strict=True))


def predict(weights: Weights, verdict: Verdict) -> float:
    """The confidence that ``weights`` give a verdict."""
    odds = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in verdict.features.items())
    return float(1 / (1 + np.exp(-odds)))


def tools() -> tuple[Detector, dict[str, Any], Policy]:
    """Detector, fusion weights and policy as installed."""
    types, lexicon = load_types(PACKS / "types"), load_lexicon(PACKS / "lexicon")
    return Detector(types, lexicon), lexicon["fusion"], Policy([load_pack(PACKS / "gov_cn")], types)


def type_verdict(
    finding: Finding,
    fusion: dict[str, Any],
    *,
    right: bool,
    schema: str,
    weight: float = 1.0,
) -> Verdict:
    """A finding with its features."""
    ranked = odds_of_types(finding.evidence, fusion)
    shape = finding.shape
    if finding.type is None:
        read = bool(shape and shape.rows > shape.nulls)
        best = ranked[0][1] if ranked else None
        features = nothing(finding.evidence, best, read=read)
        return Verdict(model="nothing", features=dict(features), right=right, schema=schema, weight=weight)
    second = ranked[1][1] if len(ranked) > 1 else None
    features = found(finding.type, finding.evidence, ranked[0][1], second)
    return Verdict(model="found", features=dict(features), right=right, schema=schema, weight=weight)


def generated(detector: Detector, fusion: dict[str, Any]) -> Iterator[Verdict]:
    """Verdicts on the generated set."""
    for table in trial.tables():
        profile = detector.profile(len(table.labels))
        profile.add(Sample(table.asset, table.batch, complete=True))
        findings = detector.findings(table.asset, profile)
        for finding, labels in zip(findings, table.labels, strict=True):
            right, schema = finding.type in labels, f"generated {table.style}"
            yield type_verdict(finding, fusion, right=right, schema=schema, weight=0.5)


def labelled(detector: Detector, fusion: dict[str, Any], name: str, *, comments: bool) -> Iterator[Verdict]:
    """Verdicts on names and comments of a labelled file of $GUARD_EVAL."""
    labels = yaml.safe_load((EVAL / "label_map.yaml").read_text("utf-8"))
    gold = columns.rows(name)
    by_id = {row["id"]: row for row in gold}
    for asset, ids in columns.assets(gold, comments=comments):
        for finding, id_ in zip(detector.findings(asset, None), ids, strict=True):
            said = labels.get(finding.type, finding.type) if finding.type else "none"
            row = by_id[id_]
            right = said in row["accept"]
            yield type_verdict(finding, fusion, right=right, schema=schema_of(row))


def schema_of(row: dict[str, Any]) -> str:
    """The schema that a labelled row is from; excerpts of many small ones are one."""
    source = str(row.get("source") or row["schema_file"])
    return "excerpts" if row["schema_file"].startswith("excerpt") else source


def levels(detector: Detector, fusion: dict[str, Any], policy: Policy) -> Iterator[Verdict]:
    """Verdicts on the levels of the labelled columns."""
    import eval_levels

    gold = {row["id"]: row for row in columns.rows("columns/cn_levels.jsonl")}
    for group in eval_levels.tables(columns.rows("columns/cn_columns.jsonl")):
        asset = eval_levels.asset(group)
        findings = detector.findings(asset, None)
        seen = view(asset, findings, policy)
        answers = grade(asset, findings, policy).columns
        for at, (row, finding, answer) in enumerate(zip(group, findings, answers, strict=True)):
            facts = column_facts(seen, at, policy)
            if row["id"] in gold and answer.level.startswith("L"):
                right = answer.level in gold[row["id"]]["accept_levels"]
                schema = schema_of(row)
                told = level_features(facts, finding, answer.level, answer.reasons, policy)
                yield Verdict(
                    model="level",
                    features=dict(told),
                    right=right,
                    schema=schema,
                    doubted=answer.review not in ("", "low-confidence"),
                    basis=type_verdict(finding, fusion, right=right, schema=schema) if finding.type else None,
                )


def collected() -> dict[str, list[Verdict]]:
    """All verdicts by set."""
    detector, fusion, policy = tools()
    sets = {"generated": list(generated(detector, fusion))}
    if (EVAL / "columns").is_dir():
        for title, name, comments in (
            ("Chinese, with comments", "columns/cn_columns.jsonl", True),
            ("Chinese, names alone", "columns/cn_columns.jsonl", False),
            ("English, with comments", "columns/en_columns.jsonl", True),
        ):
            sets[title] = list(labelled(detector, fusion, name, comments=comments))
        sets["levels"] = list(levels(detector, fusion, policy))
    return sets


def weights_of(verdicts: Sequence[Verdict]) -> dict[str, Weights]:
    """Weights of every model that the verdicts feed."""
    return {
        model: fit([one for one in verdicts if one.model == model], agreeing)
        for model, agreeing in AGREEING.items()
        if any(one.model == model for one in verdicts)
    }


def write(path: Path, key: str, weights: Weights) -> None:
    """Replace the one line ``key: {...}`` of a data file."""
    text = path.read_text("utf-8")
    line = ", ".join(f"{name}: {value}" for name, value in weights.items())
    path.write_text(
        re.sub(rf"(?m)^(\s*){key}: \{{.*\}}$", rf"\g<1>{key}: {{{line}}}", text, count=1), "utf-8"
    )


def main() -> None:
    """Fit on everything, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    verdicts = [one for part in collected().values() for one in part]
    files: dict[str, Callable[[], Path]] = {
        "found": lambda: PACKS / "lexicon" / "fusion.yaml",
        "nothing": lambda: PACKS / "lexicon" / "fusion.yaml",
        "level": lambda: PACKS / "gov_cn" / "certainty.yaml",
    }
    for model, weights in weights_of(verdicts).items():
        print(model, weights)  # noqa: T201
        if asked.write:
            write(files[model](), model, weights)


if __name__ == "__main__":
    main()
