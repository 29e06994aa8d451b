"""Who acts: the name that is claimed, and the operating system's account it is claimed under."""

from __future__ import annotations

import os
import pwd
from functools import lru_cache
from typing import TYPE_CHECKING

from guard.model import UsageError

if TYPE_CHECKING:
    from guard.ops.session import Session

_LONGEST = 100


def actor(session: Session | None = None) -> tuple[str, str]:
    """``(actor, account)``. ``--as NAME``, else GUARD_ACTOR, else the account itself.

    A name that is given is a claim, not a proof: whoever may run guard may give any. The account
    is the process's own, whatever the environment says. Raises UsageError ``bad-actor``, and
    ``actor-value`` for a name that holds a value (a phone number, an e-mail address): names are kept.
    """
    account = _account()
    claimed = (session.actor if session is not None else "") or os.environ.get("GUARD_ACTOR", "")
    name = claimed.strip()
    if claimed and (not name or len(name) > _LONGEST or not name.isprintable()):
        raise UsageError("bad-actor", longest=_LONGEST)
    if may_hold_value(name) and _holds_value(name):
        raise UsageError("actor-value")
    return name or account, account


def may_hold_value(text: str) -> bool:
    """Whether a detector can find a value in ``text`` at all: none finds one without a digit or ``@``."""
    return any(sign.isdigit() or sign == "@" for sign in text)


@lru_cache(maxsize=8)
def _holds_value(name: str) -> bool:
    from guard.ops.engine import rules  # reads every type: only for a name with a digit in it

    return bool(rules().detector().named(name))


def _account() -> str:
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # a container's account without an entry
        return f"uid:{number}"
