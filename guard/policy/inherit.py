"""What a pack takes over from the one it extends: rules in its own levels, less those it replaces."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import replace

from guard.policy.head import Head
from guard.policy.pack import Effect, Pack, Rule
from guard.policy.read import Node, impact

_NO_EFFECT = Effect()


def inherited_rules(node: Node, parent: Pack | None, head: Head) -> dict[str, Rule]:
    """The rules of the extended pack without those dropped, in the pack's own levels."""
    if parent is None:
        return {}
    dropped = _dropped(node, parent)
    nominated = {level.id for level in head.levels if level.candidate}
    found = {}
    for rule in parent.rules:
        effect = translated(rule.then, head.step, nominated)
        if rule.id not in dropped and effect != _NO_EFFECT:
            found[rule.id] = replace(rule, then=effect)
    return found


def translated(effect: Effect, step: Mapping[str, str], nominated: set[str]) -> Effect:
    """``effect`` in other levels; what would nominate for a level that may be given asks a person instead."""
    candidate = step.get(effect.candidate, "")
    review = effect.review
    if effect.candidate and candidate not in nominated:
        candidate, review = "", review or "candidate"
    return replace(
        effect,
        level=step.get(effect.level, ""),
        floor=step.get(effect.floor, ""),
        raise_to=step.get(effect.raise_to, ""),
        candidate=candidate,
        review=review,
    )


def _dropped(node: Node, parent: Pack) -> set[str]:
    part = Node(node.issues, node.document, (*node.keys, "drop"), node.data.get("drop", {}))
    part.only("rules")
    dropped: set[str] = set()
    for glob in part.words("rules"):
        found = {rule.id for rule in parent.rules if fnmatch.fnmatchcase(rule.id, glob)}
        if not found:
            part.member("rules", glob, (rule.id for rule in parent.rules), "policy-drop")
        dropped |= found
    return dropped


def own_over(node: Node, what: str, own: Mapping[str, object], above: Mapping[str, object]) -> None:
    """Note every own ``what`` that takes an inherited one's place unsaid, and every override of nothing."""
    part = Node(node.issues, node.document, (*node.keys, "override"), node.data.get("override", {}))
    part.only("rules", "words", "controls")
    named = part.words(what)
    for name in named:
        if name not in own or name not in above:
            part.member(what, name, set(own) & set(above), "policy-override")
    for name, item in own.items():
        if name in above and name not in named:
            where = item if isinstance(item, Rule) else None
            if where is not None:
                node.issues.at("policy-hidden", where.file, where.line, word=name)
            else:
                node.wrong("policy-hidden", word=name)


def translated_impact(node: Node, parent: Pack | None, head: Head) -> Mapping[str, Mapping[str, str]]:
    """Object -> degree -> level: the pack's own matrix, or the inherited one in its levels."""
    if parent is None or "impact" in node.data:
        return impact(node, (level.id for level in head.levels))
    return {
        subject: {degree: head.step[level] for degree, level in row.items() if level in head.step}
        for subject, row in parent.impact.items()
    }
