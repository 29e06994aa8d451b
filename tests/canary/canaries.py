"""1,000 values that exist nowhere else: whoever prints one, leaked it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

REGIONS = ("320106", "420106", "510107", "610113", "230102", "450102", "350203", "640104")
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"


@dataclass(frozen=True)
class Canary:
    """``text`` is what must never turn up; ``kind`` what it is, ``place`` where it belongs."""

    text: str
    kind: str
    place: str


# how many of which kind go where; values in table cells, and values inside names of things
PLAN = (
    ("cell", "id", 200),
    ("cell", "name", 160),
    ("cell", "card", 120),
    ("cell", "mobile", 100),
    ("cell", "password", 110),
    ("cell", "mailbox", 60),
    ("cell", "key", 60),
    ("file_name", "id", 30),
    ("sheet_name", "id", 20),
    ("json_key", "id", 30),
    ("comment", "id", 30),
    ("view_text", "card", 10),
    ("broken", "id", 30),
    ("broken", "password", 20),
    ("error", "id", 20),
)


def canaries(seed: int = 1) -> tuple[Canary, ...]:
    """The whole set, the same for the same seed, no value twice."""
    draw = random.Random(seed)
    seen: set[str] = set()
    return tuple(
        Canary(_new(KINDS[kind], draw, seen), kind, place)
        for place, kind, count in PLAN
        for _ in range(count)
    )


def at(place: str, planted: tuple[Canary, ...]) -> Iterator[str]:
    """The values of ``place``."""
    return (canary.text for canary in planted if canary.place == place)


def _new(make: Callable[[random.Random], str], draw: random.Random, seen: set[str]) -> str:
    while (text := make(draw)) in seen:
        pass
    seen.add(text)
    return text


def _id(draw: random.Random) -> str:
    born = f"{draw.randint(1945, 1999)}{draw.randint(1, 12):02}{draw.randint(1, 28):02}"
    body = f"{draw.choice(REGIONS)}{born}{draw.randint(100, 999)}"
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def _card(draw: random.Random) -> str:
    body = "6217" + "".join(draw.choices("0123456789", k=14))
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 * (value > 9)
    return body + str(-total % 10)


def _name(draw: random.Random) -> str:
    return draw.choice(SURNAMES) + "".join(chr(draw.randint(0x5000, 0x9E00)) for _ in range(2))


def _mobile(draw: random.Random) -> str:
    return draw.choice(("139", "158", "177", "186")) + "".join(draw.choices("0123456789", k=8))


def _password(draw: random.Random) -> str:
    return "".join(draw.choices(LETTERS, k=9)) + draw.choice("!@$%&<") + "".join(draw.choices(LETTERS, k=4))


def _mailbox(draw: random.Random) -> str:
    return "".join(draw.choices("bcdfghjkmnpqrstvwxz0123456789", k=14))


def _key(draw: random.Random) -> str:
    return "LTAI5t" + "".join(
        draw.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz0123456789", k=18)
    )


KINDS: dict[str, Callable[[random.Random], str]] = {
    "id": _id,
    "card": _card,
    "name": _name,
    "mobile": _mobile,
    "password": _password,
    "mailbox": _mailbox,
    "key": _key,
}
