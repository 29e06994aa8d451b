"""A person's decision about a table itself, laid over what the machine proposes for it."""

from __future__ import annotations

from dataclasses import replace

from guard.model import Act, Classification, Decided, Decision, Reason
from guard.policy.policy import Policy

PERSON = {Act.CONFIRM: "person-confirmed", Act.CORRECT: "person-corrected", Act.REJECT: "person-rejected"}
"""The id of the reason that a person's answer gives."""


def machine(table: Classification) -> Classification:
    """What the machine said of a decided table, as far as the decision left it; others come back as given."""
    if table.decision is None:
        return table
    reasons = tuple(item for item in table.reasons if item.rule not in PERSON.values())
    return replace(table, level=table.decision.proposed, reasons=reasons, decision=None)


def decided_table(
    table: Classification, decision: Decision, highest: str, policy: Policy, *, reason: Reason, note: str = ""
) -> Classification:
    """``table``, the machine's own answer, with ``decision`` over it; never below ``highest``.

    A higher level than the one decided upon, or a higher nomination, counts or is asked about again.
    """
    rank = policy.rank
    wanted = decision.level if decision.level in rank else policy.from_common(decision.level)
    stricter = rank.get(table.level, -1) > max(rank.get(decision.proposed, -1), rank.get(wanted, -1))
    level = policy.higher(wanted, highest, table.level if stricter or not wanted else "") or table.level
    known = max(rank.get(decision.candidate, -1), rank.get(level, -1))
    candidate = table.candidate if rank.get(table.candidate, -1) > known else ""
    review = "candidate" if candidate else "decision-differs" * stricter
    return replace(
        table,
        level=level,
        category=decision.category or table.category,
        candidate=candidate,
        confirmable=not review,
        review=review,
        reasons=(replace(reason, level=level), *table.reasons),
        sharing=policy.sharing_of(level, (table.sharing,)),
        decision=Decided(
            id=decision.id,
            act=decision.act.value,
            by=decision.author,
            at=decision.at,
            reason=decision.reason,
            approver=decision.approver,
            expires=decision.expires,
            proposed=table.level,
            note="policy-differs" if table.level != decision.proposed else note,
        ),
    )
