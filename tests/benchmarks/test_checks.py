"""Compiled check digits against python-stdnum, value for value in the same run: CPU time, interleaved, medians."""

import random
import statistics
import time
from collections.abc import Callable

import numpy as np
import pytest
from stdnum import luhn
from stdnum.cn import ric, uscc

from guard.checks import native

ROUNDS, MANY, FEW = 7, 1_000_000, 1_000
SEED = 20240315
DIVISIONS = (
    "110105", "120104", "130102", "210102", "230103", "310104", "320106", "330106", "350203", "370102", "410105",
    "420106", "430104", "440305", "500101", "510107", "530102", "610113", "620102", "650102",
)  # fmt: skip


def resident_ids(chance: random.Random) -> str:
    day = f"{chance.randint(1940, 2020)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    body = f"{chance.choice(DIVISIONS)}{day}{chance.randrange(1000):03}"
    return body + ric.calc_check_digit(body + "0")


def cards(chance: random.Random) -> str:
    body = f"62{chance.randrange(10**13):013}"
    return body + luhn.calc_check_digit(body)


def credit_codes(chance: random.Random) -> str:
    body = f"91110105{''.join(chance.choices('0123456789ABCDEFGHJKLMNPQRTUWXY', k=9))}"
    return body + uscc.calc_check_digit(body)


def spent(action: Callable[[], object]) -> float:
    before = time.process_time()
    action()
    return time.process_time() - before


@pytest.mark.parametrize(
    ("name", "make", "peer", "floor"),
    [
        ("gb11643", resident_ids, ric.is_valid, 1500),
        ("luhn", cards, luhn.is_valid, 120),
        ("gb32100", credit_codes, uscc.is_valid, 200),
    ],
)
def test_check_digits(benchmark, name: str, make, peer, floor: int) -> None:
    if native.unavailable():
        pytest.skip(f"no compiled code here: {native.unavailable()}")
    from guard.checks.compiled import evaluate

    chance = random.Random(SEED)
    values = [make(chance) for _ in range(FEW)]
    width, times = len(values[0]), MANY // FEW
    data = np.frombuffer("".join(values * times).encode(), dtype=np.uint8)
    starts = np.arange(MANY, dtype=np.int64) * width
    ends = starts + width
    assert evaluate(name, data, starts, ends).all()
    # Its table of divisions lacks some that were renamed or founded since.
    assert sum(map(peer, values)) > FEW // 2
    ratios = []
    for _ in range(ROUNDS):
        ours = spent(lambda: evaluate(name, data, starts, ends)) / MANY
        theirs = spent(lambda: [peer(value) for value in values]) / FEW
        ratios.append(theirs / ours)
    ratio = statistics.median(ratios)
    benchmark.extra_info.update(ratio=round(ratio), floor=floor)
    benchmark(evaluate, name, data, starts, ends)
    print(f"{name}: {ratio:,.0f} times python-stdnum (floor {floor:,})")
    assert ratio >= floor
