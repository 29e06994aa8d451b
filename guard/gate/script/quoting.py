"""How dialects quote: expressions of literals, quoted names, comments and templates, which never backtrack.

Each begins with a mark of its own and runs to its end or fails; ``never_closed`` is tried where they fail,
takes all that is left, and thereby keeps any text to one failure of each kind.
"""

from __future__ import annotations

import re

Traits = frozenset[str]

_NESTING = 16  # block comments in one another; expressions do not count, so that deeper ones are never closed
_FLAT = r"/\*(?!M?!)(?>(?:[^*]++|\*(?!/))*)\*/"
_PAIRS = {"[": "]", "(": ")", "{": "}", "<": ">"}
_TAG = r"\$(?:[^\W\d]\w*+|)\$"


def texts(traits: Traits) -> tuple[str, ...]:
    """Literals: plain ones, those with a prefix, q-quotes and dollar quotes where the dialect has them."""
    always = r"(?>(?:[^'\\]++|''|\\[\s\S])*)'"  # E'…' escapes in every dialect
    found = [rf"[Ee]'{always}", rf"(?:[NnBbXx]|[Uu]&)?'{_plain(traits)}"]
    if "q" in traits:
        found.insert(0, rf"[Nn]?[Qq]'{_q()}")
    if "dollar" in traits:
        found.insert(0, r"\$(?P<tag>[^\W\d]\w*+|)\$[\s\S]*?\$(?P=tag)\$")
    return tuple(found)


def skipped_texts(traits: Traits) -> tuple[str, ...]:
    """The same literals for one who looks only at the quote: what stands before it is looked back at."""
    always = r"(?>(?:[^'\\]++|''|\\[\s\S])*)'"
    quick = r"(?:(?<=(?<!\w)[Qq])|(?<=(?<!\w)[Nn][Qq]))" if "q" in traits else ""
    found = [rf"(?<=(?<!\w)[Ee])'{always}", (rf"(?!{quick}'\S)" if quick else "") + f"'{_plain(traits)}"]
    if quick:
        found.insert(0, f"{quick}'{_q()}")
    if "dollar" in traits:
        found.insert(0, r"(?<!\w)\$(?P<tag>[^\W\d]\w*+|)\$[\s\S]*?\$(?P=tag)\$")
    return tuple(found)


def names(traits: Traits) -> tuple[str, ...]:
    """Quoted names. In some dialects the double quote quotes a literal, with its escapes."""
    escaped = "backslash" in traits
    double = r'"(?>(?:[^"\\]++|""|\\[\s\S])*)"' if escaped else r'"(?>(?:[^"]++|"")*)"'
    found = [double, r"`(?>(?:[^`]++|``)*)`"]
    return (*found, r"\[(?>(?:[^\]]++|\]\])*)\]") if "brackets" in traits else tuple(found)


def comments(traits: Traits) -> tuple[str, ...]:
    """Comments; ``/*!50001 … */`` is none, what it holds is executed."""
    found = [_block(traits), r"--[^\n]*+", r"\{#(?>(?:[^#{]++|#(?!\})|\{(?!#))*)#\}"]
    found.append(r"\{%(?>(?:[^%{]++|%(?!\})|\{(?!%))*)%\}")
    found += [r"#[^\n]*+"] * ("hash" in traits) + [r"//[^\n]*+"] * ("slashes" in traits)
    return tuple(found)


def _block(traits: Traits) -> str:
    inner = ""
    for _ in range(_NESTING if "nested" in traits else 0):
        inner = rf"|/\*(?>(?:[^*/]++|\*(?!/)|/(?!\*){inner})*)\*/"
    return rf"/\*(?!M?!)(?>(?:[^*/]++|\*(?!/)|/(?!\*){inner})*)\*/" if inner else _FLAT


def templates() -> tuple[str, ...]:
    """Places that a tool fills in before the script runs: they count as words."""
    return (r"\$\{[^}{$\n]*+\}\w*+", r"\{\{(?>(?:[^{}]++|\{(?!\{)|\}(?!\}))*)\}\}\w*+")


def never_closed(traits: Traits) -> tuple[str, ...]:
    """How a literal, quoted name or comment begins that has no end."""
    found = ["'", '"', "`", r"/\*(?!M?!)"]
    if "q" in traits:
        found.insert(0, r"[Nn]?[Qq]'\S")
    if "dollar" in traits:
        found.append(_TAG)
    return (*found, r"\[") if "brackets" in traits else tuple(found)


def _plain(traits: Traits) -> str:
    return r"(?>(?:[^'\\]++|''|\\[\s\S])*)'" if "backslash" in traits else r"(?>(?:[^']++|'')*)'"


def _q() -> str:
    pairs = "|".join(rf"{re.escape(a)}[\s\S]*?{re.escape(b)}" for a, b in _PAIRS.items())
    return rf"(?:{pairs}|(?P<q>[^\s\[({{<])[\s\S]*?(?P=q))'"
