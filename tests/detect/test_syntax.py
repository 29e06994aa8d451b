"""Patterns become trees, trees automata: each automaton accepts what Python's own engine accepts."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from guard.checks import native
from guard.detect.dfa import START, Dfa, TooManyStates, build
from guard.detect.factors import factor
from guard.detect.nfa import Nfa, utf8
from guard.detect.syntax import NotPortable, characters, inverted, tree

pytestmark = pytest.mark.skipif(
    native.unavailable() is not None, reason=f"compiled code: {native.unavailable()}"
)

PATTERNS = (
    r"1[3-9]\d{9}",
    r"(?:ab|a)+c?",
    r"[^\s]{2,4}",
    r"[一-龥]{2,3}(?:号|室)",
    r"x*",
    r"(?i:key)=.+",
    r"a.{0,3}b|\w\W",
    r"[\x{80}-\x{9f}é😀]|\\",
    r"[A-Z]{2}\d?-",
)
TEXTS = st.text(st.sampled_from("0129abxKEYkey=-号室一二 é😀\x85\n\\"), max_size=12)


def automaton(pattern: str, *, fold: bool = False, skip: bool = False, anywhere: bool = False) -> Dfa:
    nfa = Nfa()
    start = nfa.state()
    nfa.add(tree(pattern), 7, start, fold=fold, skip=skip)
    return build(nfa, start, limit=5000, anywhere=anywhere)


def accepts(dfa: Dfa, text: str) -> bool:
    state = START
    for byte in text.encode():
        state = int(dfa.moves[state, dfa.classes[byte]])
    return 7 in dfa.sets[dfa.accepts[state]]


def python(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\x\{(\w+)\}", lambda m: chr(int(m[1], 16)), pattern), re.ASCII)


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(deadline=None)
@given(TEXTS)
@example("13800138000")
@example("一二号")
def test_an_automaton_accepts_exactly_what_the_pattern_does(pattern: str, text: str) -> None:
    assert accepts(automaton(pattern), text) == bool(python(pattern).fullmatch(text))


@pytest.mark.parametrize("pattern", [p for p in PATTERNS if "x*" not in p])
@settings(deadline=None)
@given(TEXTS)
def test_a_piece_occurs_in_every_match(pattern: str, text: str) -> None:
    piece, bits = factor(tree(pattern))
    nfa = Nfa()
    start = nfa.state()
    nfa.add(piece, 7, start)
    dfa = build(nfa, start, limit=5000, anywhere=True)
    if bits and python(pattern).fullmatch(text):
        assert any(accepts(dfa, text[:end]) for end in range(len(text) + 1))


@settings(deadline=None)
@given(st.text(st.sampled_from("110101199003072X -‐—'=\"\t"), max_size=24))
def test_separators_and_case_count_for_nothing_where_the_rule_says_so(text: str) -> None:
    dfa = automaton(r"\d{3}[ -]?[\dx]{2}", fold=True, skip=True)
    bare = re.sub("[-‐-―' \\t\"=]", "", text)
    assert accepts(dfa, text) == bool(re.fullmatch(r"\d{3}[\dxX]{2}", bare))


@settings(deadline=None)
@given(st.integers(0, 0x10FFFF), st.integers(0, 0x10FFFF))
def test_utf8_blocks_cover_a_range_and_nothing_else(one: int, other: int) -> None:
    low, high = sorted((one, other))
    blocks = list(utf8(((low, high),)))
    for code in {low, high, max(0, low - 1), min(0x10FFFF, high + 1), (low + high) // 2}:
        if not 0xD800 <= code <= 0xDFFF:
            data = chr(code).encode()
            covered = sum(
                len(block) == len(data)
                and all(a <= byte <= b for (a, b), byte in zip(block, data, strict=True))
                for block in blocks
            )
            assert covered == (low <= code <= high)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"(?<!\d)1", "look-around"),
        (r"1(?=x)", "look-around"),
        (r"(a)\1", "back-reference"),
        (r"\bfoo", "anchor"),
        (r"^foo", "anchor"),
        (r"(?>a+)b", "atomic group"),
        (r"a++", "possessive repeat"),
    ],
)
def test_what_no_automaton_can_hold_is_refused_by_name(pattern: str, why: str) -> None:
    with pytest.raises(NotPortable, match=why):
        tree(pattern)


def test_an_explosion_is_stopped_at_its_limit() -> None:
    with pytest.raises(TooManyStates):
        automaton(r"(?:a|b)*a(?:a|b){20}")


def test_all_other_code_points_leave_out_the_surrogates() -> None:
    assert inverted(((0, 0xD7FE),)) == ((0xD7FF, 0xD7FF), (0xE000, 0x10FFFF))
    assert characters(tree("[a-c]|d")) == ((97, 100),)
