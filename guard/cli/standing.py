"""Says when a pack that is in use is not in force: not yet, no longer, legacy or a draft."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from guard.cli.language import current, say
from guard.cli.output import message
from guard.model import PackInfo
from guard.sdk.display import visible


def say_standing(packs: Iterable[PackInfo]) -> None:
    """One line for every pack whose answers may not bind today."""
    today = datetime.now(UTC).date().isoformat()
    for pack in packs:
        found = standing(pack, today)
        if found:
            note = visible(pack.note.get(current(), ""))
            line = say(f"standing.{found}", pack=pack.id, since=pack.effective, until=pack.until)
            message(f"{line}{say('standing.note', note=note) if note else ''}")


def standing(pack: PackInfo, today: str) -> str:
    """``early``, ``over``, ``legacy``, ``draft``, or empty for a pack that is in force on ``today``."""
    if pack.effective and today < pack.effective:
        return "early"
    if pack.until and today > pack.until:
        return "over"
    return "" if pack.status == "current" else pack.status
