"""Compiled automata on disk, by the hash of their rules: built once, read in milliseconds.

A file that is cut short, of another version or not this user's own is built again, never trusted.
Rules of one family (the built-in types, a user's own) are kept apart, so that a new type of the
user's rebuilds only the user's.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from guard.checks import native
from guard.detect.compile import VERSION, Part, Plan, inside_plan, whole_plan
from guard.detect.rules import Rule
from guard.sdk.whole import whole

_PARTS = ("whole", "loose", "runs", "triggers", "strict", "exact", "sieves")
_SLOW = ("whole_slow", "inside_slow")
_KEPT = 32
_VERSIONS = 4


def load(rules: Sequence[Rule]) -> Plan:
    """The automata for ``rules``, from disk where they are there."""
    folder = native.folder()
    families: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        families.setdefault(rule.family, []).append(number)
    plans = [
        _renumbered(_plan([rules[number] for number in numbers], folder), numbers)
        for numbers in families.values()
    ]
    return Plan(
        **{name: tuple(one for plan in plans for one in getattr(plan, name)) for name in (*_PARTS, *_SLOW)}
    )


def _plan(rules: Sequence[Rule], folder: Path | None) -> Plan:
    path = folder / f"automata-{_key(rules)}.npz" if folder else None
    kept = _read(path) if path else None
    if kept is not None:
        return kept
    plan = _both(rules)
    if path is not None:
        _write(path, plan)
    return plan


def _both(rules: Sequence[Rule]) -> Plan:
    for_whole = [number for number, rule in enumerate(rules) if rule.whole]
    for_inside = [number for number, rule in enumerate(rules) if rule.inside]
    outer = _renumbered(whole_plan([rules[number] for number in for_whole]), for_whole)
    inner = _renumbered(inside_plan([rules[number] for number in for_inside]), for_inside)
    return Plan(
        whole=outer.whole,
        loose=outer.loose,
        whole_slow=outer.whole_slow,
        runs=inner.runs,
        triggers=inner.triggers,
        strict=inner.strict,
        exact=inner.exact,
        sieves=inner.sieves,
        inside_slow=inner.inside_slow,
    )


def _key(rules: Sequence[Rule]) -> str:
    told = json.dumps(
        [VERSION, _sources(), [[rule.pattern, rule.form, rule.whole, rule.inside] for rule in rules]]
    )
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@cache
def _sources() -> str:
    """What builds automata, so that a change there builds them again."""
    told = hashlib.sha256()
    for name in ("syntax", "nfa", "dfa", "subsets", "factors", "compile"):
        told.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return told.hexdigest()


def _renumbered(plan: Plan, numbers: Sequence[int]) -> Plan:
    def part(one: Part) -> Part:
        sets = tuple(tuple(numbers[rule] for rule in rules) for rules in one.sets)
        return Part(moves=one.moves, classes=one.classes, width=one.width, sets=sets)

    parts: dict[str, Any] = {name: tuple(map(part, getattr(plan, name))) for name in _PARTS}
    slow = {name: tuple(numbers[rule] for rule in getattr(plan, name)) for name in _SLOW}
    return Plan(**parts, **slow)


def _read(path: Path) -> Plan | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            about = json.loads(bytes(kept["about"]).decode())
            parts: dict[str, Any] = {
                name: tuple(
                    Part(
                        moves=kept[f"{name}-{place}-moves"],
                        classes=kept[f"{name}-{place}-classes"],
                        width=one["width"],
                        sets=tuple(tuple(rules) for rules in one["sets"]),
                    )
                    for place, one in enumerate(about[name])
                )
                for name in _PARTS
            }
        return Plan(**parts, **{name: tuple(about[name]) for name in _SLOW})
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _write(path: Path, plan: Plan) -> None:
    about: dict[str, Any] = {name: list(getattr(plan, name)) for name in _SLOW}
    arrays: dict[str, Any] = {}
    for name in _PARTS:
        about[name] = []
        for place, part in enumerate(getattr(plan, name)):
            about[name].append({"width": part.width, "sets": part.sets})
            arrays[f"{name}-{place}-moves"] = part.moves
            arrays[f"{name}-{place}-classes"] = part.classes
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    try:
        with whole(path) as draft, draft.open("wb") as stream:
            np.savez(stream, **arrays)
        _tidied(path.parent)
    except OSError:
        return  # without a place to keep it, it is built again next time


def _tidied(folder: Path) -> None:
    """Only the newest files stay, and the compiled code of the last few versions."""
    old = sorted(folder.glob("kernels-*"), key=lambda kept: kept.stat().st_mtime, reverse=True)
    for kept in old[_VERSIONS:]:
        shutil.rmtree(kept, ignore_errors=True)
    files = sorted(folder.glob("automata-*.npz"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[_KEPT:]:
        file.unlink(missing_ok=True)
