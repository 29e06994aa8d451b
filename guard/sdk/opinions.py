"""The words of packs side by side and of people's decisions, shared by formats and reports."""

from __future__ import annotations

from collections.abc import Mapping

from guard.model import COMMON, Classification, Decided, Opinion, PackInfo, Totals, common_rank
from guard.sdk.display import shape
from guard.sdk.report import Facts
from guard.sdk.wording import level_word

PENDING = "decision-pending"
_SHAPES: Mapping[str, str] = {
    "proposed": "◌", "pending": "◔", "confirm": "✔", "correct": "✎", "reject": "✖",
}  # fmt: skip


def standing(answer: Classification) -> str:
    """``proposed``, ``pending``, or what a person did: ``confirm``, ``correct``, ``reject``."""
    if answer.decision:
        return answer.decision.act
    return "pending" if answer.review == PENDING else "proposed"


def standing_mark(facts: Facts, answer: Classification) -> str:
    """The standing as shape and word: ``◌ proposed``, ``✔ confirmed``."""
    word = standing(answer)
    return f"{_SHAPES.get(word, '✔')} {facts.text(f'emit.standing.{word}')}"


def info_of(facts: Facts, pack: str) -> PackInfo | None:
    """The pack of that id, None where it is not in use now."""
    return next((info for info in facts.packs if info.id == pack), None)


def pack_name(info: PackInfo, language: str) -> str:
    """A pack's name in ``language``; its id where it has none."""
    return info.name.get(language) or info.id


def opinion_level(facts: Facts, opinion: Opinion, language: str) -> str:
    """A pack's own level as word and the shape of the common level it stands for: ``敏感 ◆``."""
    word = level_word(facts, opinion.level)
    info = info_of(facts, opinion.pack)
    if word == opinion.level and info is not None and opinion.level not in COMMON:
        word = info.levels.get(opinion.level, {}).get(language) or word
    return f"{word} {shape(opinion.mapped, COMMON)}"


def opinion_text(facts: Facts, opinion: Opinion, language: str) -> str:
    """``pipl: sensitive ◆ (= L4) 个人信息保护法 Art 28 [S]``."""
    parts = (opinion_short(facts, opinion, language), opinion_basis(opinion))
    return " ".join(part for part in parts if part)


def opinion_short(facts: Facts, opinion: Opinion, language: str) -> str:
    """``pipl: sensitive ◆ (= L4)``: what a pack says, without its basis."""
    said = f"{opinion.pack}: {opinion_level(facts, opinion, language)}"
    if opinion.mapped in ("", opinion.level):
        return said
    return f"{said} (= {level_word(facts, opinion.mapped)})"


def opinion_basis(opinion: Opinion) -> str:
    """Standard, clause and mark of an opinion."""
    mark = f"[{opinion.certainty}]" if opinion.certainty else ""
    return " ".join(part for part in (opinion.standard, opinion.clause, mark) if part)


def deciding(answer: Classification) -> tuple[Opinion, ...]:
    """The opinions that are the strictest, first pack first: those that decide the effective level.

    None where a person decided.
    """
    if answer.decision:
        return ()
    ranks = [common_rank(one.mapped) for one in answer.opinions]
    top = max(ranks, default=-1)
    pairs = zip(answer.opinions, ranks, strict=True)
    return tuple(opinion for opinion, rank in pairs if rank == top and rank >= 0)


def conflict_text(facts: Facts, answer: Classification) -> str:
    """Which pack decides where packs disagree; empty where they do not, or where a person decided."""
    if not answer.conflicting or answer.decision:
        return ""
    names = decider_text(facts, answer) if deciding(answer) else ""
    return facts.text("emit.conflict", packs=names) if names else ""


def decider_text(facts: Facts, answer: Classification) -> str:
    """Whose level counts: the person's who decided, else that of the packs that are the strictest."""
    if answer.decision:
        return facts.text("emit.person_decides", by=answer.decision.by)
    return facts.text("emit.comma").join(one.pack for one in deciding(answer))


def decision_text(facts: Facts, answer: Classification) -> str:
    """``✔ confirmed · li.wei 2026-01-02 · reason``; the standing alone where nobody decided."""
    found = answer.decision
    if found is None:
        return standing_mark(facts, answer)
    key = "emit.decided"
    text = facts.text(
        key,
        by=found.by,
        at=found.at[:10],
        reason=found.reason,
        approver=found.approver,
        expires=found.expires,
    )
    return " · ".join(part for part in (standing_mark(facts, answer), text, note_text(facts, found)) if part)


def note_text(facts: Facts, decision: Decided) -> str:
    """``the policy now says L4``; empty where the decision needs no note."""
    if not decision.note:
        return ""
    return facts.text(f"emit.notes.{decision.note}", level=level_word(facts, decision.proposed))


def sharing_text(facts: Facts, answer: Classification) -> str:
    """The sharing attribute suggested, in words; empty where none is."""
    return facts.text(f"emit.sharing.{answer.sharing}") if answer.sharing else ""


def decision_counts(totals: Totals) -> dict[str, str]:
    """Counts for texts: columns decided, proposed, waiting for a second person, and in conflict."""
    graded = sum(totals.levels.values())
    counts = {
        "decided": totals.decided,
        "proposed": max(graded - totals.decided, 0),
        "pending": totals.pending,
        "conflicts": totals.conflicts,
    }
    return {name: f"{count:,}" for name, count in counts.items()}
