"""Which run a person means: the latest, an id, or the start of one."""

from __future__ import annotations

from collections.abc import Sequence

from guard.model import Run, UsageError
from guard.yamldoc import nearest

_SHOWN = 10


def pick_run(wanted: str, stored: Sequence[Run], *, exact: bool = False) -> Run:
    """The run ``wanted`` among ``stored`` (last begun first).

    Raises UsageError ``run-none``, ``run-unknown`` or ``run-ambiguous``.
    """
    if not stored:
        raise UsageError("run-none", run=wanted)
    if wanted in ("", "latest") and not exact:
        return stored[0]
    same = [run for run in stored if run.id == wanted]
    if same:
        return same[0]
    alike = [] if exact else [run for run in stored if run.id.startswith(wanted)]
    if len(alike) == 1:
        return alike[0]
    ids = [run.id for run in alike or stored]
    known = ", ".join(ids[:_SHOWN])
    if alike:
        raise UsageError("run-ambiguous", run=wanted, known=known)
    raise UsageError("run-unknown", run=wanted, nearest=nearest(wanted, ids) or ids[0], known=known)
