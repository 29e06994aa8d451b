"""Values that are nobody's: those of documents and tests, and numbers that no register would give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from guard.yamldoc import read

_NUMBER = re.compile(r"\d[\d -]{5,40}[\dXx]")
_GAPS = re.compile(r"[ -]")
_MAIL = re.compile(r"([A-Za-z0-9][\w.+-]{0,63})@([A-Za-z0-9][A-Za-z0-9.-]{0,253})", re.ASCII)


def numbers(text: str) -> frozenset[str]:
    """The numbers in ``text`` that may be somebody's, without gaps."""
    found = (_GAPS.sub("", run) for run in _NUMBER.findall(text))
    return frozenset(number for number in found if not _made_up(number))


def addresses(text: str) -> frozenset[str]:
    """The mail addresses in ``text`` that may be somebody's."""
    return frozenset(address.casefold() for address in _addresses(text))


def _made_up(number: str) -> bool:
    data = _data()
    return (
        number in data["numbers"]
        or len(set(number)) < data["different"]
        or _runs(number, 0) >= data["same"]
        or max(_runs(number, 1), _runs(number, -1)) >= data["counting"]
    )


def _runs(number: str, step: int) -> int:
    """The longest run of digits each of which is ``step`` more than the one before."""
    longest = run = 1
    for one, other in pairwise(number):
        run = run + 1 if ord(other) - ord(one) == step else 1
        longest = max(longest, run)
    return longest


def _addresses(text: str) -> Iterator[str]:
    mail: Mapping[str, Any] = _data()["mail"]
    for found in _MAIL.finditer(text):
        account, domain = found[1].casefold(), found[2].casefold().rstrip(".")
        bare = account.rstrip("0123456789")
        known = domain in mail["domains"] or domain.endswith(tuple(mail["endings"])) or "." not in domain
        if not known and bare and bare not in mail["accounts"]:
            yield found[0]


@cache
def _data() -> Mapping[str, Any]:
    data: dict[str, Any] = read(Path(__file__).with_name("made_up.yaml")).data
    return {**data, "numbers": frozenset(data["numbers"])}
