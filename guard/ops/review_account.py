"""Whether author and approver of a decision acted under one account of the operating system.

Their names are claims. The audit log holds the account of each act; where it is the same, that two persons
looked is only as sure as the names.
"""

from __future__ import annotations

from collections.abc import Iterable

from guard.catalog.audit import events_of
from guard.model import Decision
from guard.ops.actor import actor
from guard.ops.review_work import Work

_APPROVE = "review.approve"


def same_account(work: Work, chosen: Iterable[Decision], *, approving: bool = False) -> frozenset[str]:
    """The ids of those of ``chosen`` whose two persons acted under one account, as far as the log tells.

    ``approving``: whoever acts now is the second person.
    """
    asked = [one for one in chosen if approving or one.approver]
    if not asked:
        return frozenset()
    made: dict[str, str] = {}
    approved: dict[tuple[str, str], set[str]] = {}
    with work.store.reading() as connection:
        for one in events_of(connection, "review."):
            batches = one.detail.get("batches")
            if one.action == _APPROVE and isinstance(batches, list):
                for batch in batches:
                    approved.setdefault((str(batch), one.actor), set()).add(one.account)
            elif one.detail.get("batch"):
                made.setdefault(str(one.detail["batch"]), one.account)
    own = {actor(work.session)[1]} if approving else set()
    return frozenset(
        one.id
        for one in asked
        if made.get(one.batch) in (own or approved.get((one.batch, one.approver), set()))
    )
