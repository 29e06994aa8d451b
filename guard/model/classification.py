"""The answer for one column, table or source: domain, category, level, and why, pack by pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from guard.model.decision import Decided
from guard.model.standard import common_rank

UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a level is what it is: the rule, its clause, and how sure the source is.

    ``effect`` says what the rule did: ``level``, ``raise``, ``floor``, ``candidate``,
    ``category``, ``domain``, ``scope``. ``certainty`` is the mark of the source of the
    clause (``S`` read in a public source, ``M-h``, ``M-m``, ``M-l`` from memory, ``design``).
    ``params`` are counts and names for the text ``rules.<rule>``; never a value.
    """

    rule: str
    effect: str
    standard: str = ""
    clause: str = ""
    certainty: str = ""
    level: str = ""
    params: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one pack says, where several grade side by side.

    ``level`` is a level of that pack, ``mapped`` the level of ``gov_cn`` that it stands for (empty where it
    stands for none). ``rules`` are the ids of the rules that gave it; ``certainty`` is the mark of the
    ``clause`` shown, all three empty where nothing gave a level. ``at_least`` says that the pack only tells
    minima: personal or sensitive, and nothing of what else may make data of a higher level.
    """

    pack: str
    level: str
    mapped: str
    standard: str = ""
    clause: str = ""
    certainty: str = ""
    category: str = ""
    sensitive: bool = False
    rules: tuple[str, ...] = ()
    at_least: bool = False


def conflict(opinions: Sequence[Opinion]) -> bool:
    """Whether ``opinions`` cannot all be right: two levels that differ, or a minimum above a level."""
    known = [(common_rank(item.mapped), item.at_least) for item in opinions]
    exact = {rank for rank, least in known if not least and rank >= 0}
    minimum = max((rank for rank, least in known if least), default=-1)
    return len(exact) > 1 or (bool(exact) and minimum > max(exact))


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """分类 + 分级 of one column, table or source, with every reason.

    ``level`` is a level name of the pack, or ``undetermined`` (待定) with a reason.
    ``candidate`` is ``important`` or ``core`` when a person should review it as such:
    the machine never decides those two. ``confirmable`` is True where the row can be
    confirmed without review; otherwise ``review`` names why not.
    ``opinions`` holds what each pack says where several grade side by side, the first pack first;
    ``level`` is then the strictest of them. ``sharing`` is the sharing attribute suggested
    (``unconditional``, ``conditional``, ``refused-by-law``); ``controls`` are ids of controls that rules
    require beyond those of the level. ``decision`` is the person's decision in force, if any.
    """

    domain: str
    category: str
    level: str
    reasons: tuple[Reason, ...] = ()
    candidate: str = ""
    personal: bool = False
    sensitive: bool = False
    confirmable: bool = False
    review: str = ""
    confidence: float = 0.0
    opinions: tuple[Opinion, ...] = ()
    sharing: str = ""
    controls: tuple[str, ...] = ()
    decision: Decided | None = None

    @property
    def conflicting(self) -> bool:
        """Whether packs that grade side by side disagree."""
        return conflict(self.opinions)
