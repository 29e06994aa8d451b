"""Expressions that pass over a statement in one match, whatever is quoted in it, up to where it may end."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from guard.gate.script.quoting import Traits, comments, names, never_closed, skipped_texts, templates
from guard.yamldoc import read

GO = r"[ \t]*+(?i:go)(?>(?:[ \t]++\d++)?)[ \t]*+;?+[ \t]*+(?=\n|--|\Z)"
SLASH = r"[ \t]*+/[ \t]*+(?=\n|\Z)"
_SPECIAL = r"'\"`/\-#$\[{\n"
_ROUND = "{0,4096}"  # steps of one match, which keeps a mark for each until it ends


@lru_cache(maxsize=64)
def passing(traits: Traits, mark: str, *, starters: bool) -> re.Pattern[str]:
    """For ``past``: from inside a statement to ``mark``, to a line that ends it, with ``starters`` to one on
    which another may begin, or to a quote that is never closed. ``mark`` is empty where only lines end it."""
    lines = [GO] * ("go" in traits) + [SLASH] * ("slash" in traits)
    if starters:
        lines.append(rf"[ \t]*+(?i:{begins(traits)})")
    stops = [re.escape(mark)] * bool(mark) + [rf"\n(?:{'|'.join(lines)})"] * bool(lines)
    special = _SPECIAL + re.escape(mark[:1])
    quoted = "|".join((*skipped_texts(traits), *names(traits), *comments(traits), *templates()))
    other = rf"(?!{'|'.join(never_closed(traits))})[{special}]"
    ahead = f"(?!{'|'.join(stops)})" if stops else ""
    return re.compile(rf"(?>(?:[^{special}]++|{ahead}(?:{quoted}|{other})){_ROUND})")


def past(expression: re.Pattern[str], text: str, at: int, end: int) -> int:
    """Where that ends which ``passing`` or ``to_comment`` pass over from ``at``; ``end`` at most."""
    while (found := expression.match(text, at, end)) and found.end() > at:
        at = found.end()
    return at


@lru_cache(maxsize=64)
def between(traits: Traits, mark: str) -> re.Pattern[str]:
    """Matches one thing that may stand between statements: ``space``, ``comment``, ``delimiter`` (whose new
    mark is the group ``mark``), an ``include`` of another script, or another ``line`` for a client."""
    groups = {
        "space": rf"(?>(?:[\s;]|{re.escape(mark)})+)",
        "comment": "|".join(comments(traits)),
        "delimiter": r"(?i:delimiter)[ \t]++(?P<mark>\S++)[^\n]*+",
        "include": including().pattern,
        "line": "|".join(
            (GO, SLASH, r"\{\{\s*+config\b(?>(?:[^{}]++|\{(?!\{)|\}(?!\}))*)\}\}", *_clients(traits))
        ),
    }
    return re.compile("|".join(f"(?P<{name}>{body})" for name, body in groups.items()))


@cache
def begins(traits: Traits) -> str:
    """What the line of a statement begins with, for where the one before it lacks its terminator."""
    return "|".join(_of(_data("starters.yaml"), traits))


@cache
def including() -> re.Pattern[str]:
    """What a line is by which a client applies another script."""
    return re.compile("|".join(f"(?i:{one})" for one in _data("clients.yaml")["include"]))


def _clients(traits: Traits) -> Sequence[str]:
    return [f"(?i:{one})" for one in _of(_data("clients.yaml"), traits)]


def _of(data: Mapping[str, Sequence[str]], traits: Traits) -> list[str]:
    return [one for trait, ones in data.items() if trait == "always" or trait in traits for one in ones]


@cache
def _data(name: str) -> Any:
    return read(Path(__file__).with_name(name)).data


@lru_cache(maxsize=64)
def to_comment(traits: Traits) -> re.Pattern[str]:
    """For ``past``: up to the next comment, whatever is quoted before it."""
    quoted = "|".join((*skipped_texts(traits), *names(traits), *templates()))
    other = rf"(?!{'|'.join((*never_closed(traits), *comments(traits)))})[{_SPECIAL}]"
    return re.compile(rf"(?>(?:[^{_SPECIAL}]++|{quoted}|{other}){_ROUND})")


@lru_cache(maxsize=64)
def any_comment(traits: Traits) -> re.Pattern[str]:
    """Matches a comment."""
    return re.compile("|".join(comments(traits)))
