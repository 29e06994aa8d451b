"""The people and organisations of the demo city: every attribute is one array.

Nobody here exists. Numbers are drawn at random around valid region codes and prefixes with
right check digits; a match with a real one is chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guard.demo import digits
from guard.demo.forms import Strings, fill

TODAY = np.datetime64("2025-06-30")
add = np.strings.add


@dataclass(frozen=True, slots=True)
class Crowd:
    """Equally long arrays by attribute name."""

    columns: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def take(self, index: NDArray[Any]) -> Crowd:
        """The members at ``index`` (positions or a mask)."""
        return Crowd({name: values[index] for name, values in self.columns.items()})


def pick(rng: np.random.Generator, options: list[Any], count: int) -> NDArray[Any]:
    """``count`` of ``options``, each equally likely."""
    return np.asarray(options)[rng.integers(0, len(options), count)]


def people(rng: np.random.Generator, words: Mapping[str, Any], count: int) -> Crowd:
    """``count`` people with coherent name, sex, birth, identity number, phone and address."""
    sex = rng.integers(0, 2, count)
    birth = TODAY - (rng.beta(1.6, 2.2, count) * 33000 + 900).astype("timedelta64[D]")
    ethnicity, name = _names(rng, words, sex)
    region = rng.integers(0, len(words["regions"]), count)
    codes = np.asarray([code for code, _ in words["regions"]])[region]
    places = np.asarray([place for _, place in words["regions"]])[region]
    resident = identity(rng, codes, birth, sex)
    return Crowd(
        {
            "name": name,
            "sex": sex,
            "birth": birth,
            "age": (TODAY - birth).astype(int) // 365,
            "ethnicity": ethnicity,
            "id18": resident,
            "id": _mixed_documents(rng, resident, birth, sex),
            "region": codes,
            "place": places,
            "mobile": mobiles(rng, words, count),
            "address": addresses(rng, words, count),
            "hukou": add(places, addresses(rng, words, count, town=False)),
        }
    )


def firms(rng: np.random.Generator, words: Mapping[str, Any], count: int) -> Crowd:
    """``count`` organisations with name, credit code, address and the person who represents them."""
    _, legal = _names(rng, words, rng.integers(0, 2, count))
    name = add(
        add(words["city"], pick(rng, words["firm_words"], count)), pick(rng, words["firm_words"], count)
    )
    name = add(add(name, pick(rng, words["trades"], count)), pick(rng, words["firm_forms"], count))
    region = pick(rng, [code for code, _ in words["regions"]], count)
    kinds = pick(rng, ["91", "91", "91", "92", "93", "12", "52"], count)
    body = add(add(kinds, region), digits.organisation(fill(rng, "MA^^^^^^", count)))
    return Crowd(
        {
            "name": name,
            "uscc": digits.credit(body),
            "legal": legal,
            "mobile": mobiles(rng, words, count),
            "address": addresses(rng, words, count),
        }
    )


def identity(rng: np.random.Generator, codes: Strings, birth: NDArray[Any], sex: NDArray[Any]) -> Strings:
    """18-character resident numbers of ``codes``, ``birth`` and ``sex`` (1 male: odd sequence)."""
    sequence = rng.integers(0, 499, len(codes)) * 2 + 2 - sex
    return digits.resident(add(add(codes, compact(birth)), padded(sequence, 3)))


def _mixed_documents(
    rng: np.random.Generator, resident: Strings, birth: NDArray[Any], sex: NDArray[Any]
) -> Strings:
    """Resident numbers in which a few people hold an old 15-digit one, a residence permit of
    Hong Kong, Macau or Taiwan people (81-83), or a foreigner's permanent residence number (9)."""
    count = len(resident)
    lot = rng.random(count)
    mixed = resident.copy()
    old = (lot < 0.03) & (birth < np.datetime64("1985-01-01"))
    short = resident[old].astype("U17")
    mixed[old] = [text[:6] + text[8:17] for text in short]
    permit = (lot > 0.03) & (lot < 0.045)
    codes = pick(rng, ["810000", "820000", "830000"], count)
    mixed[permit] = identity(rng, codes, birth, sex)[permit]
    foreign = (lot > 0.05) & (lot < 0.06)
    codes = add(
        add("9", pick(rng, ["11", "31", "44", "33"], count)), pick(rng, ["840", "392", "276", "250"], count)
    )
    mixed[foreign] = identity(rng, codes, birth, sex)[foreign]
    return mixed


def _names(rng: np.random.Generator, words: Mapping[str, Any], sex: NDArray[Any]) -> tuple[Strings, Strings]:
    """Ethnicity and name: mostly Han with common or compound surnames, some other peoples."""
    count = len(sex)
    surname = pick(rng, words["surnames"], count)
    compound = rng.random(count) < 0.03
    surname = np.where(compound, pick(rng, words["compound_surnames"], count), surname)
    first = np.where(sex == 1, pick(rng, words["given_male"], count), pick(rng, words["given_female"], count))
    second = pick(rng, words["given_second"], count)
    name = add(add(surname, first), np.where(rng.random(count) < 0.8, second, ""))
    ethnicity = np.full(count, "汉族", dtype="U8")
    for people_name, style in words["peoples"].items():
        chosen = (rng.random(count) < 0.02) & (ethnicity == "汉族")
        ethnicity[chosen] = people_name
        if style:
            foreign = add(pick(rng, style["first"], count), pick(rng, style["last"], count))
            name = np.where(chosen, foreign, name)
    return ethnicity, name


def mobiles(rng: np.random.Generator, words: Mapping[str, Any], count: int) -> Strings:
    """11-digit mobile numbers with prefixes in use."""
    prefixes = [str(prefix) for prefix in words["mobile_prefixes"]]
    return add(pick(rng, prefixes, count), fill(rng, "########", count))


def addresses(
    rng: np.random.Generator, words: Mapping[str, Any], count: int, *, town: bool = True
) -> Strings:
    """Addresses down to the room; with ``town`` inside the demo city."""
    street = add(pick(rng, words["streets"], count), add(padded(rng.integers(1, 400, count)), "号"))
    home = add(pick(rng, words["estates"], count), add(padded(rng.integers(1, 30, count)), "幢"))
    room = add(
        padded(rng.integers(1, 5, count)), add("单元", add(padded(rng.integers(101, 2903, count)), "室"))
    )
    address = add(add(street, home), room)
    return add(add(words["city"], pick(rng, words["districts"], count)), address) if town else address


def compact(dates: NDArray[Any]) -> Strings:
    """Dates as ``YYYYMMDD``."""
    return np.strings.replace(np.datetime_as_string(dates.astype("datetime64[D]")), "-", "").astype("U8")


def padded(numbers: NDArray[Any], width: int = 0) -> Strings:
    """Integers as text, padded with zeros to ``width``."""
    text = numbers.astype(int).astype(str)
    return np.strings.zfill(text, width).astype(f"U{width}") if width else text
