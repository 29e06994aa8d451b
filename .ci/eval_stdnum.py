"""Prints how many of python-stdnum's own cases our checks judge rightly: ``stdnum <format> right n/N``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import guard_policies
from guard.detect.explain import try_value
from guard.policy.catalogue import load_types

_REAL_PREFIXES = {"81", "82", "83", *(str(code) for code in range(90, 100))}
# Our types for a format of python-stdnum: right where any of them accepts the value.
TYPES = {
    "cn.ric": ("resident_id_18", "hmt_residence_permit", "foreign_pr_id_2023"),
    "cn.uscc": ("uscc",),
    "luhn": (),
    "iban": ("iban",),
    "imei": ("imei", "imeisv"),
    "mac": ("mac",),
}


def accepts(name: str) -> Callable[[str], bool]:
    """The judgement of our types, or of the bare check where a format is no data type."""
    from guard.checks import CHECKS

    root = Path(guard_policies.__file__).parent / "types"
    types = {item.id: item for item in load_types(root)}
    if not TYPES[name]:
        return CHECKS[name].accepts
    return lambda text: any(try_value(types[kind], text).matched for kind in TYPES[name])


def _library_error(row: dict[str, Any]) -> bool:
    """Refusals by the library alone: 81/82/83 residence permits and 9xx numbers, which exist; makers of
    network cards that its copy of the IEEE register lacks (multicast addresses have no maker at all)."""
    if row["format"] == "mac":
        return str(row.get("error") or "").startswith("InvalidComponent")
    return row["format"] == "cn.ric" and row["valid"] is False and row["input"][:2] in _REAL_PREFIXES


def measure(folder: Path, verbose: bool = False) -> list[str]:
    """One line a format, over the validation rows of ``vectors/python_stdnum.jsonl``."""
    rows = [json.loads(line) for line in (folder / "vectors/python_stdnum.jsonl").open(encoding="utf-8")]
    lines = []
    for name in TYPES:
        judge, right, total = accepts(name), 0, 0
        for row in rows:
            if row["format"] != name or row["valid"] is None or row["call"] not in ("validate", "is_valid"):
                continue
            if row["args"] or _library_error(row):
                continue
            total += 1
            agrees = judge(row["input"]) == row["valid"]
            right += agrees
            if verbose and not agrees:
                lines.append(f"  {row['id']} expected {row['valid']}")
        lines.append(f"stdnum {name} right {right}/{total}")
    return lines


if __name__ == "__main__":
    sys.stdout.write("\n".join(measure(Path(sys.argv[1]), "-v" in sys.argv)) + "\n")
