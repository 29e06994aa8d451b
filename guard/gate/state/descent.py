"""Partitions and children: what a change of the columns of their parent makes of them.

As PostgreSQL does it: ADD reaches all of them, where a column of that name is there already it stays; DROP
takes away what came from the parent, not what a child defines itself; names and types change everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from guard.gate.state.alterations import Alteration, altered, position
from guard.model.gate import AddColumn, CommentOn, DropColumn, Name, Relation, folded

MAX_FOLLOWED = 20_000  # changes of followers in one run, each a step to judge; wide ones count more than once
_WIDE = 64  # columns


class Descent:
    """Who follows whom, by whole names in any letter case. ``left`` counts the changes that may still be
    followed."""

    def __init__(self) -> None:
        self.left = MAX_FOLLOWED
        self._children: dict[Name, dict[Name, None]] = {}
        self._parents: dict[Name, tuple[Name, ...]] = {}

    def spend(self, follower: Relation) -> None:
        """Count a change of ``follower``."""
        self.left -= 1 + len(follower.columns) // _WIDE

    def begin(self, child: Name, parents: Iterable[Name]) -> None:
        """``child`` follows ``parents`` from now on, and nobody else."""
        self.end(child)
        key = folded(child)
        found = tuple(dict.fromkeys(folded(one) for one in parents))
        if found:
            self._parents[key] = found
        for one in found:
            self._children.setdefault(one, {})[key] = None

    def end(self, child: Name) -> None:
        """``child`` follows nobody."""
        key = folded(child)
        for parent in self._parents.pop(key, ()):
            self._children[parent].pop(key, None)

    def forget(self, name: Name) -> None:
        """``name`` is gone: it follows nobody, and nobody follows it."""
        self.end(name)
        key = folded(name)
        for child in self._children.pop(key, ()):
            self._parents[child] = tuple(one for one in self._parents[child] if one != key)

    def rename(self, old: Name, new: Name) -> None:
        """What was called ``old`` is called ``new``."""
        before, after = folded(old), folded(new)
        parents, children = self._parents.get(before, ()), tuple(self._children.pop(before, ()))
        self.end(old)
        self.begin(new, parents)
        for child in children:
            self._parents[child] = tuple(after if one == before else one for one in self._parents[child])
            self._children.setdefault(after, {})[child] = None

    def below(self, name: Name) -> Iterator[Name]:
        """All that follow ``name``, and those that follow them, parents first."""
        pending, seen = [folded(name)], {folded(name)}
        while pending:
            for child in self._children.get(pending.pop(), ()):
                if child not in seen:
                    seen.add(child)
                    pending.append(child)
                    yield child


def inherited(child: Relation, parent: Relation | None, change: Alteration) -> Relation:
    """``child`` after ``change`` of what was ``parent`` before; the same object where it has no effect."""
    if isinstance(change, CommentOn):
        return child
    if isinstance(change, AddColumn):
        return altered(child, replace(change, keep=True))
    at = position(child, change.column)
    if at < 0:
        return child
    if isinstance(change, DropColumn):
        above = position(parent, change.column) if parent else -1
        if parent is None or above < 0 or parent.columns[above].place != child.columns[at].place:
            return child
    return altered(child, change)
