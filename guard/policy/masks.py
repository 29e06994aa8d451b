"""How a column is to be masked: as its data type says, else as the pack's masking rules say."""

from __future__ import annotations

from collections.abc import Sequence

from guard.model import Asset, Finding
from guard.policy.condition import compile_when
from guard.policy.policy import Policy
from guard.policy.thresholds import filled_in
from guard.policy.view import column_facts, view

NONE = "none"


class Masks:
    """The masking methods of one policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._rules = [
            (compile_when(filled_in(one.when, policy.base.thresholds)), one.method)
            for one in policy.base.masking
        ]

    def of(self, asset: Asset, findings: Sequence[Finding], at: int) -> str:
        """The method of the column at place ``at`` of ``asset``, ``none`` where nothing is to be masked.

        For a column without a data type the whole asset is looked at again: to be asked of few.
        """
        known = self._policy.types.get(findings[at].type or "")
        if known is not None:
            return known.mask or NONE
        facts = column_facts(view(asset, findings, self._policy), at, self._policy)
        return next((method for holds, method in self._rules if holds(facts)), NONE)
