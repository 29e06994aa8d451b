"""Which data types a literal holds as a value, in linear time, and without RE2."""

from __future__ import annotations

import random
import time

import pytest
from gate.judged import literals, types

from guard.detect.lazy import Automaton
from guard.detect.syntax import tree
from guard.gate.literal_values import LiteralValues
from guard.model import DataType, ValueShape

HOSTILE = ("a", "a ", "1 ", "-", "password ", "a@", "eyJ", "secret_key_", "x:", "$2a$10$", "13", "中", '"')


def own(pattern: str, *, embedded: bool = True) -> LiteralValues:
    shape = ValueShape(pattern=pattern, strength="strong", embedded=embedded)
    name = {"zh": "甲", "en": "mine"}
    kind = DataType(id="mine", name=name, category="个人信息", level="L3", personal=True, value=shape)
    return LiteralValues([kind])


@pytest.mark.parametrize(
    ("literal", "kind"),
    [
        ("330106198807154235", "resident_id_18"),
        ("330106 19880715 4235", "resident_id_18"),
        ("周建国，身份证 330106198807154235，已核", "resident_id_18"),
        ("１３５７２４６８０９１", "mobile_phone"),
        ("联系人 139-1234-5678", "mobile_phone"),
        ("zhoujg72@163.com", "email"),
        ("password=Tq4mXz91", "password_plain"),
        ("LTAI5tQw8mZx2KvN7rBc", "cloud_access_key"),
        ("jdbc:mysql://root:Tq4mXz91@db/hr", "db_connection_string"),
    ],
)
def test_a_value_is_found_alone_and_within_a_text(literal: str, kind: str) -> None:
    assert kind in literals()([literal])[0]


@pytest.mark.parametrize(
    "literal",
    [
        "",
        "0",
        "张三",
        "启用",
        "2024-01-01 00:00:00",
        "330106198807154236",
        "hello world",
        "20240307153045872613",
    ],
)
def test_what_proves_nothing_is_nothing(literal: str) -> None:
    assert literals()([literal])[0] == frozenset()


def test_every_sample_that_a_strong_type_must_recognise_is_recognised() -> None:
    known = [one for one in types().values() if one.value and one.value.strength == "strong" and one.personal]
    pairs = [(kind.id, sample) for kind in known for sample in kind.samples_true]
    assert len(pairs) > 30
    missed = [kind for kind, sample in pairs if kind not in literals()([sample])[0]]
    assert missed == []


def test_no_installed_type_is_left_out_and_one_that_no_automaton_holds_is_said_to_be() -> None:
    assert literals().left_out == ()
    assert own(r"\bsecret\d+\b").left_out == ("mine",)
    assert own("(?:a{200}){200}").left_out == ("mine",)


@pytest.mark.parametrize("pattern", ["(?:a+)+b", "(?:(?:a*)*)*c", "(?:[ab]*a[ab]{18})x", "(?:a|a|aa)+!"])
def test_a_pattern_that_would_be_a_catastrophe_elsewhere_is_linear_here(pattern: str) -> None:
    start = time.process_time()
    own(pattern)(["ab" * 2000, "a" * 4000, "a " * 2000])
    assert time.process_time() - start < 3.0


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_literals_take_no_time(piece: str) -> None:
    literals()(["x"])
    start = time.process_time()
    literals()([piece * (200_000 // len(piece))] * 5)
    assert time.process_time() - start < 1.0


def test_a_literal_is_looked_at_only_so_far() -> None:
    assert literals()(["x " * 5000 + "330106198807154235"])[0] == frozenset()


def test_many_literals_take_little_time() -> None:
    draw = random.Random(7)
    some = [
        "启用",
        "active",
        "2023-05-06",
        "some words in a sentence about nothing",
        f"{draw.randrange(10**8):08d}",
    ]
    many = [draw.choice(some) for _ in range(50_000)]
    literals()(["13572468091"])
    start = time.process_time()
    literals()(many)
    assert time.process_time() - start < 2.5


def test_the_automaton_forgets_states_and_still_answers() -> None:
    automaton = Automaton([(0, tree("(?:ab|cd){2,9}")), (1, tree("[a-d]+"))])
    automaton._forget()
    assert automaton.whole("abcd") == {0, 1}
    assert automaton.whole("abc") == {1}
    assert automaton.whole("x") == frozenset()
    assert automaton.begins("-abab", 1, 5)[-1] == (5, frozenset({0, 1}))
