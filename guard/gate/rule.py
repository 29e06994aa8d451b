"""A rule of the gate: data (``rules/<id>.yaml``) that names the check which finds where it is broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from guard.gate.context import JudgedColumn
from guard.model.gate import Fix, Place, Relation, Violation
from guard.yamldoc import read

SEVERITIES = ("note", "warning", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A script that breaks a rule, or keeps it; ``schema`` is the text of its guard-schema.yaml, if any."""

    dialect: str
    sql: str
    schema: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. ``check`` names a function of ``guard.gate.checks``, ``params`` what it is given.

    ``standard``, ``clause`` and ``certainty`` say where it comes from. Texts are ``gate.<id>.name``,
    ``what``, ``why`` and ``next``.
    """

    id: str
    check: str
    severity: str
    bad: Example
    good: Example
    standard: str = ""
    clause: str = ""
    certainty: str = "design"
    params: Mapping[str, Any] = field(default_factory=dict)

    def broken(
        self,
        place: Place,
        relation: Relation,
        judged: JudgedColumn | None = None,
        *,
        fix: Fix | None = None,
        **params: str | int,
    ) -> Violation:
        """The violation at ``place``, of ``relation`` and, where there is one, of its column ``judged``.

        ``params`` of the text always hold ``table``, and with a column ``column``, ``type``, ``level`` and
        ``mask``; never a value.
        """
        said: dict[str, str | int] = {"table": relation.ref}
        if judged is not None:
            said |= {"column": judged.name, "type": judged.type, "level": judged.level}
            said |= {"mask": "" if judged.mask == "none" else judged.mask, "category": judged.category}
        return Violation(
            rule=self.id,
            severity=self.severity,
            place=place,
            table=relation.ref,
            column=judged.name if judged else "",
            type=judged.type if judged else "",
            level=judged.level if judged else "",
            category=judged.category if judged else "",
            params=said | params,
            fix=fix,
        )


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by id, in order of file name."""
    found = [_rule(read(path).data) for path in sorted(Path(__file__).with_name("rules").glob("*.yaml"))]
    return {rule.id: rule for rule in found}


def _rule(data: Mapping[str, Any]) -> Rule:
    bad, good = (Example(**{"dialect": "postgres", **data[key]}) for key in ("bad", "good"))
    return Rule(
        **{key: value for key, value in data.items() if key not in ("bad", "good")}, bad=bad, good=good
    )
