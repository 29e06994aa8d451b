"""The flips of a simulation as a person reads them: a matrix of levels, then group by group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from guard.cli.language import current, say
from guard.model import COMMON, UNDETERMINED
from guard.sdk.display import aligned, visible

if TYPE_CHECKING:
    from guard.ops.policy_simulate import Flip, Simulated

HEADERS = (
    "asset", "column", "type", "what", "before", "after", "rule", "standard", "clause", "certainty", "was",
    "kept",
)  # fmt: skip
_NAMES = 12


def row(flip: Flip) -> tuple[str, ...]:
    """A flip as a line of a spreadsheet, in the order of ``HEADERS``."""
    return tuple(str(getattr(flip, name)) for name in HEADERS)


def table(told: Simulated) -> Iterator[str]:
    """Levels before and after, then every flip grouped by what makes it, then what people keep."""
    yield _say("from", policy=visible(told.policy), draft=visible(told.draft))
    yield ""
    yield from _matrix(told)
    for group in _groups(told.changed):
        yield ""
        yield from _group(group, "group", told)
    if told.kept:
        yield ""
        yield _say("kept", columns=len(told.kept))
        for group in _groups(told.kept):
            yield from ("  " + line for line in _group(group, "kept_group", told))
    if told.tables:
        yield ""
        yield _say("tables", count=len(told.tables))
        for flip in told.tables:
            words = (
                f"{_level(flip.before, told)} → {_level(flip.after, told)}",
                visible(flip.asset),
                _rule(flip),
                _clause(flip),
            )
            yield f"  {'  '.join(words)}"
    if told.also:
        yield ""
        parts = (
            f"{say(f'commands.policy.flips.also_parts.{name}')} {n}" for name, n in told.also.most_common()
        )
        yield _say("also", parts=" · ".join(parts))
        yield from _others(told)


def _others(told: Simulated) -> Iterator[str]:
    """Of each other change, the commonest names of the columns that it is about."""
    for what, _ in told.also.most_common():
        counts = Counter({name: n for (one, name), n in told.named.items() if one == what})
        names = [f"{visible(name)} × {n}" for name, n in counts.most_common(_NAMES)]
        if len(counts) > _NAMES:
            rest = counts.total() - sum(n for _, n in counts.most_common(_NAMES))
            names.append(_say("more_names", names=len(counts) - _NAMES, columns=rest))
        yield f"  {say(f'commands.policy.flips.also_parts.{what}')}  {' · '.join(names)}"


def _say(key: str, **params: object) -> str:
    return say(f"commands.policy.flips.{key}", **params)


def _matrix(told: Simulated) -> Iterator[str]:
    befores, afters = (
        sorted({pair[side] for pair in told.matrix}, key=lambda level: _rank(level, told.levels))
        for side in (0, 1)
    )
    total = _say("total")
    rows = [("", *(_level(after, told) for after in afters), total)]
    for before in befores:
        counts = [told.matrix[before, after] for after in afters]
        rows.append(
            (_level(before, told), *(str(count) if count else "·" for count in counts), str(sum(counts)))
        )
    sums = [sum(told.matrix[before, after] for before in befores) for after in afters]
    rows.append((total, *map(str, sums), str(sum(sums))))
    yield _say("matrix")
    yield from aligned(rows, indent="  ")


def _rank(level: str, levels: tuple[str, ...]) -> tuple[int, str]:
    return (levels.index(level) if level in levels else len(levels), level)


def _groups(flips: Iterable[Flip]) -> list[list[Flip]]:
    """Flips of one kind for one reason together, the most first."""
    found: dict[tuple[str, ...], list[Flip]] = defaultdict(list)
    for flip in flips:
        found[flip.what, flip.before, flip.after, flip.rule, flip.clause, flip.kept].append(flip)
    return sorted(found.values(), key=lambda group: -len(group))


def _group(flips: list[Flip], text: str, told: Simulated) -> Iterator[str]:
    first = flips[0]
    tables = {flip.asset for flip in flips}
    words = {
        "before": _level(first.before, told),
        "after": _level(first.after, told),
        "columns": len(flips),
        "tables": len(tables),
        "rule": _rule(first, was=len({flip.was for flip in flips}) == 1),
        "clause": _shared(flips),
        "level": _level(first.kept, told),
    }
    head = (
        _say("candidate", before=words["before"], after=words["after"]) + "  "
        if first.what != "level"
        else ""
    )
    yield head + _say(text, **words)
    named: dict[tuple[str, str], list[str]] = defaultdict(list)
    for flip in flips:
        named[flip.column, flip.type].append(flip.asset)
    ordered = sorted(named.items(), key=lambda item: (-len(item[1]), item[0]))
    for (column, kind), assets in ordered[:_NAMES]:
        name = visible(f"{column} [{told.types.get(kind, {}).get(current(), kind)}]" if kind else column)
        if len(assets) == 1:
            yield f"    {name}  {visible(assets[0])}"
        else:
            yield "    " + _say("names", name=name, columns=len(assets), tables=len(set(assets)))
    rest = Counter(len(assets) for _, assets in ordered[_NAMES:])
    if rest:
        yield "    " + _say("more", names=sum(rest.values()), columns=sum(n * k for n, k in rest.items()))


def _level(level: str, told: Simulated) -> str:
    """A level as a word: the common levels as they are, others by the name that a pack gives them."""
    if level == UNDETERMINED:
        return say("emit.undetermined")
    named = (info.levels[level].get(current(), "") for info in told.packs if level in info.levels)
    name = "" if level in COMMON[:4] else next(filter(None, named), "")
    return visible(name or level) or "-"


def _rule(flip: Flip, *, was: bool = True) -> str:
    """The rule behind a flip; ``was``: with the one before it."""
    before = _say("was", rule=_named(flip.was)) if was and flip.was and flip.was != flip.rule else ""
    return visible(f"{_named(flip.rule) or '-'}{before}")


def _named(rule: str) -> str:
    """A rule's id, as ``pack/rule`` too, with what it says where that needs no counts."""
    name = rule.rpartition("/")[2]
    keys = (f"rules.{name}.what_general", f"rules.{name}.what") if name else ()
    said = next((text for key in keys if (text := say(key)) != key and "{" not in text), "")
    return _say("rule", rule=rule, what=said) if said else rule


def _shared(flips: list[Flip]) -> str:
    """The clause behind every flip of a group: nothing where they rest on several, as types do."""
    clauses = {_clause(flip) for flip in flips}
    return clauses.pop() if len(clauses) == 1 else ""


def _clause(flip: Flip) -> str:
    mark = f" [{flip.certainty}]" if flip.certainty else ""
    return visible(f"{flip.standard} {flip.clause}".strip() + mark)
