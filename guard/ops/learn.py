"""``guard review learn``: what decisions teach, measured on stored evidence, as a patch of the local pack."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from guard import plugins
from guard.catalog import reviewing
from guard.detect.learned import STEM, Learned
from guard.model import Decision, Standing, UsageError
from guard.ops.audit import recording
from guard.ops.clock import now
from guard.ops.review_work import Work
from guard.policy.learn import Effects, Lesson, Proposal, Trial, proposals, rule_data, with_rule
from guard.policy.load import read_pack
from guard.sdk.whole import whole
from guard.text import t
from guard.yamldoc import parse

RULES = "rules/90-learned.yaml"
_ACTION = "policy.learn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A proposal and what it would do. ``known`` where the pack has it already."""

    proposal: Proposal
    effects: Effects
    known: bool = False

    @property
    def sound(self) -> bool:
        """Whether it is proposed: it changes something and contradicts no decision."""
        return bool(self.effects.flips) and not self.effects.disagree and not self.known


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file as it is (empty where there is none) and as it would be."""

    path: Path
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What was learnt. ``fresh`` where the pack would be new; ``decisions`` is how many were looked at."""

    folder: Path
    measured: tuple[Measured, ...]
    changes: tuple[Change, ...]
    decisions: int
    fresh: bool = False

    @property
    def sound(self) -> tuple[Measured, ...]:
        """What is proposed."""
        return tuple(one for one in self.measured if one.sound)

    def patch(self) -> str:
        """The changes as a unified diff; empty where there are none."""
        return "".join(
            line
            for change in self.changes
            for line in difflib.unified_diff(
                change.before.splitlines(keepends=True),
                change.after.splitlines(keepends=True),
                f"a/{_relative(change.path)}" if change.before else "/dev/null",
                f"b/{_relative(change.path)}",
            )
        )


def learn(work: Work, folder: Path | None = None) -> Taught:
    """What the decisions in force teach, measured on the run, as changes of the pack in ``folder``.

    Without ``folder``, that of the first pack in use, where it is a local one. Stores nothing. Raises
    UsageError ``learn-no-pack``, RefusedError ``review-stale``.
    """
    work.fresh()
    target = _local(work, folder)
    active = [one for one in work.held if one.standing is Standing.ACTIVE and not one.of_table]
    known = _known(target)
    measured = _measure(work, _lessons(work, active), known)
    sound = [one for one in measured if one.sound]
    changes = _changes(work, target, [one.proposal for one in sound]) if sound else ()
    fresh = not (target / "pack.yaml").is_file()
    return Taught(
        folder=target, measured=measured, changes=tuple(changes), decisions=len(active), fresh=fresh
    )


def _relative(path: Path) -> str:
    """``path`` from the working folder, so that ``patch -p1`` finds it there; else from the root."""
    whole_, here = path.absolute(), Path.cwd()
    return (whole_.relative_to(here) if whole_.is_relative_to(here) else whole_).as_posix().lstrip("/")


def save(taught: Taught, path: Path) -> None:
    """Write the patch to ``path``, whole or not at all. Raises UsageError ``cannot-write``."""
    try:
        with whole(path) as draft:
            draft.write_text(taught.patch(), "utf-8")
    except OSError as error:
        raise UsageError("cannot-write", path=str(path), why=os.strerror(error.errno or 0)) from None


def apply(work: Work, taught: Taught) -> None:
    """Change the local pack. Where that cannot be logged, or the pack would be wrong, nothing changes.

    Raises UsageError ``cannot-write`` and those of the pack, RefusedError ``audit-unwritable``.
    """
    detail = {
        "changes": [one.proposal.id for one in taught.sound],
        "decisions": sorted({id for one in taught.sound for id in one.proposal.because})[:200],
        "flips": sum(one.effects.flips for one in taught.sound),
    }
    done: list[Change] = []
    try:
        with recording(work.session, _ACTION, str(taught.folder), detail):
            _put(taught, done)
            _checked(work, taught.folder)
    except BaseException:  # also where the log refuses what it was told only at the end
        for change in done:
            _restore(change)
        raise


def _put(taught: Taught, done: list[Change]) -> None:
    """Write the changes; ``done`` gets each before it is written."""
    try:
        for change in taught.changes:
            change.path.parent.mkdir(parents=True, exist_ok=True)
            done.append(change)
            with whole(change.path) as draft:
                draft.write_text(change.after, "utf-8")
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise UsageError("cannot-write", path=str(taught.folder), why=why) from None


def _restore(change: Change) -> None:
    if change.before:
        with whole(change.path) as draft:
            draft.write_text(change.before, "utf-8")
    else:
        change.path.unlink(missing_ok=True)


def _checked(work: Work, folder: Path) -> None:
    from guard.ops.engine import pack_folders

    known = pack_folders((*work.session.config.policy_paths, folder))
    _, issues = read_pack(folder, known)
    if issues:
        raise issues[0].error()


def _local(work: Work, folder: Path | None) -> Path:
    """The folder to change: never that of a pack which came with the product."""
    target = folder or work.rules.policy.base.folder
    if target.resolve() in {path.resolve() for path in plugins.pack_folders().values()}:
        raise UsageError("learn-no-pack", pack=target.name)
    return target


def _lessons(work: Work, active: Sequence[Decision]) -> list[Lesson]:
    """The decisions in force with the comments that their columns have now."""
    comments: dict[tuple[str, tuple[str, ...], str], str] = {}
    wanted = {(one.source, one.path) for one in active}
    there = reviewing.places(work.store, work.run.id)
    for _, result in reviewing.results(work.store, [id for id, place in there.items() if place in wanted]):
        place = (result.asset.source, result.asset.path)
        comments |= {(*place, column.name): column.comment for column in result.asset.columns}
    return [
        Lesson(decision=one, comment=comments.get((one.source, one.path, one.column), "")) for one in active
    ]


def _measure(work: Work, lessons: Sequence[Lesson], known: frozenset[str]) -> tuple[Measured, ...]:
    policy = work.rules.policy
    found = proposals(lessons, policy)
    if not found:
        return ()
    decided = {(one.source, one.path, one.column): one.type for one in (held.decision for held in lessons)}
    effects = [Effects() for _ in found]
    trials = [
        (Trial(proposal=one, before=policy, after=with_rule(policy, one), decided=decided), _hint(one))
        for one in found
    ]
    for result in work.facts.results():
        if len(result.classifications) != len(result.asset.columns) or not result.findings:
            continue
        for (trial, hint), sums in zip(trials, effects, strict=True):
            trial.measure(sums, result, hint.settled(result.findings))
    return tuple(
        Measured(proposal=one, effects=sums, known=one.id in known)
        for one, sums in zip(found, effects, strict=True)
    )


def _hint(proposal: Proposal) -> Learned:
    against = {proposal.against: list(proposal.names)} if proposal.against else {}
    return Learned({STEM: {"against": against}})


def _known(folder: Path) -> frozenset[str]:
    data = _data(folder / RULES)
    rules = data.get("rules", ()) if isinstance(data, dict) else ()
    return frozenset(str(rule.get("id")) for rule in rules if isinstance(rule, dict))


def _data(path: Path) -> Any:
    return parse(path.read_text("utf-8"), str(path)).data if path.is_file() else None


def _changes(work: Work, folder: Path, chosen: Sequence[Proposal]) -> list[Change]:
    changes = []
    if not (folder / "pack.yaml").is_file():
        changes.append(Change(path=folder / "pack.yaml", before="", after=_head(work, folder)))
    rules = [_rule(work, one) for one in chosen if one.then]
    if rules:
        path = folder / RULES
        before = path.read_text("utf-8") if path.is_file() else ""
        items = yaml.safe_dump(rules, allow_unicode=True, sort_keys=False, width=100)
        text = "".join(f"  {line}\n" for line in items.splitlines())
        after = (before or "rules:\n") + text
        parse(after, str(path))  # somebody may have written the list in another style
        changes.append(Change(path=path, before=before, after=after))
    hints = [one for one in chosen if one.against]
    if hints:
        changes.append(_hints(_root(work, folder) / "lexicon" / f"{STEM}.yaml", hints))
    return changes


def _root(work: Work, folder: Path) -> Path:
    """The folder whose lexicons are read along with the pack: the pack's own or the one around it."""
    paths = {path.resolve(): path for path in work.session.config.policy_paths}
    around = folder.resolve().parent
    return paths.get(around, folder)


def _hints(path: Path, chosen: Sequence[Proposal]) -> Change:
    before = path.read_text("utf-8") if path.is_file() else ""
    data = _data(path) or {}
    against: dict[str, list[str]] = {kind: list(names) for kind, names in data.get("against", {}).items()}
    for one in chosen:
        names = against.setdefault(one.against, [])
        names += [name for name in one.names if name not in names]
    data = {**data, "against": against}
    return Change(path=path, before=before, after=yaml.safe_dump(data, allow_unicode=True, sort_keys=False))


def _head(work: Work, folder: Path) -> str:
    base = work.rules.policy.base
    id = folder.name.replace("-", "_")
    head: Mapping[str, Any] = {
        "id": id,
        "version": now()[:10],
        "name": {one: t("reviewlearn.pack", one, pack=base.name.get(one, base.id)) for one in ("zh", "en")},
        "standard": base.standard,
        "certainty": "design",
        "extends": base.id,
    }
    return yaml.safe_dump(dict(head), allow_unicode=True, sort_keys=False)


def _rule(work: Work, one: Proposal) -> dict[str, Any]:
    language = work.session.language
    clause = t("reviewlearn.clause", language, count=len(one.because), batch=one.because[0].partition("-")[0])
    return rule_data(one, t("reviewlearn.standard", language), clause)
