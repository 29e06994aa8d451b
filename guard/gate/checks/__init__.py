"""The checks that rules name: each gives the violations of one rule in a context."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from guard.gate.checks import (
    bundles,
    ciphers,
    columns,
    copies,
    foreign,
    grants,
    protection,
    tables,
    values,
    waivers,
)
from guard.gate.context import Context
from guard.gate.rule import Rule
from guard.model.gate import Violation

Check = Callable[[Rule, Context], Iterator[Violation]]

_MODULES = (columns, tables, protection, grants, values, bundles, copies, foreign, ciphers, waivers)

CHECKS: Mapping[str, Check] = {name: check for module in _MODULES for name, check in module.CHECKS.items()}
