"""Check digits and other tests of one value, vectorised, each with its scalar twin.

``CHECKS`` maps the names that a data type's ``value.check`` may use to both forms; ``EXPLAIN`` has the
scalar one alone. numpy comes with the first name that needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from guard.checks.scalar import EXPLAIN

if TYPE_CHECKING:
    from guard.checks.every import CHECKS
    from guard.checks.registry import Bools, Check, Matrix, evaluate, judge

__all__ = ["CHECKS", "EXPLAIN", "Bools", "Check", "Matrix", "evaluate", "judge"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from guard.checks import every, registry

    return getattr(every if name == "CHECKS" else registry, name)
