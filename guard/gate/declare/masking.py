"""How a query would show a column masked: the expression that is proposed for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from guard.gate.declare.methods import Method
from guard.gate.script.dialect import dialects
from guard.lineage.functions import said as treated
from guard.yamldoc import read

_KEEP = re.compile(r"keep\((\d{1,4}),(\d{1,4})\)")


def expression(method: Method, column: str, dialect: str) -> str:
    """SQL that shows ``column`` (as the query writes it) behind ``method``; ``NULL`` where nothing of it may
    be shown, or the method is not one that a query computes."""
    name = "hash" if method.kind == "hash" else method.name.partition("(")[0]
    keep = _KEEP.fullmatch(method.name)
    if keep is not None:
        return _kept(column, int(keep[1]), int(keep[2]), dialect)
    if name in _data()["heads"]:
        return _kept(column, _data()["heads"][name], 0, dialect)
    whole = _data()["whole"].get(name)
    return str(_of(whole, dialect)).format(c=column) if whole else "NULL"


def _kept(column: str, head: int, tail: int, dialect: str) -> str:
    parts = _of(_data()["parts"], dialect)
    if not 0 < head + tail <= treated("kept"):
        return "NULL"
    said = [parts["head"].format(c=column, n=head)] if head else []
    said += ["'****'"]
    said += [parts["tail"].format(c=column, n=tail)] if tail else []
    join = parts["join"]
    return f"concat({', '.join(said)})" if join == "concat" else join.join(said)


@cache
def passing() -> frozenset[str]:
    """The functions around a column that a masking expression may take the place of."""
    return frozenset(_data()["passing"])


def _of(entries: Mapping[str, Any], dialect: str) -> Any:
    known = dialects().get(dialect)
    reads = known.reads if known else ""
    return entries.get(dialect) or entries.get(reads) or entries["other"]


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read(Path(__file__).with_name("masking.yaml")).data
    return data
