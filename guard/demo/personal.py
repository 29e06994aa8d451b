"""Kinds of value that belong to the row's person or organisation."""

from __future__ import annotations

from typing import Any

import numpy as np

from guard.demo.crowd import add, compact, identity, mobiles, padded, pick
from guard.demo.forms import Strings, fill
from guard.demo.rows import KINDS, Rows, Values, kind


def attribute(name: str, source: str = "people") -> None:
    """Register an attribute of the row's person or organisation as a kind."""
    KINDS[name if source == "people" else f"firm_{name}"] = lambda rows, _: getattr(rows, source)[name]


for _name in ("name", "id", "id18", "mobile", "address", "hukou", "ethnicity", "region", "place", "age"):
    attribute(_name)
for _name in ("name", "uscc", "legal", "mobile", "address"):
    attribute(_name, "firms")


@kind
def birth(rows: Rows, style: Any) -> Values:
    """The person's birth date; ``compact`` without separators."""
    dates = rows.people["birth"]
    return compact(dates) if style == "compact" else np.datetime_as_string(dates)


@kind
def sex(rows: Rows, style: Any) -> Values:
    """The person's sex as a word, or as ``code`` 1/2."""
    male = rows.people["sex"] == 1
    return np.where(male, "1", "2") if style == "code" else np.where(male, "男", "女")


@kind
def another(rows: Rows, attribute_name: Any) -> Values:
    """An attribute of one other person than the row's: next of kin, operator."""
    return np.roll(rows.people[str(attribute_name or "name")], 1)


@kind
def other_mobile(rows: Rows, _: Any) -> Values:
    """A second phone number."""
    return mobiles(rows.rng, rows.words, rows.count)


@kind
def id15(rows: Rows, _: Any) -> Values:
    """Old 15-digit numbers, of people born before 1985."""
    born = np.datetime64("1935-01-01") + rows.rng.integers(0, 18000, rows.count).astype("timedelta64[D]")
    full = identity(rows.rng, rows.people["region"], born, rows.people["sex"])
    return [text[:6] + text[8:17] for text in full.tolist()]


@kind
def residence(rows: Rows, _: Any) -> Values:
    """Residence permits of Hong Kong, Macau and Taiwan people."""
    codes = pick(rows.rng, ["810000", "820000", "830000"], rows.count)
    return identity(rows.rng, codes, rows.people["birth"], rows.people["sex"])


@kind
def foreigner(rows: Rows, _: Any) -> Values:
    """Permanent residence numbers of foreigners (2023 form)."""
    region = add("9", pick(rows.rng, ["11", "31", "44", "33"], rows.count))
    codes = add(region, pick(rows.rng, ["840", "392", "276", "250"], rows.count))
    return identity(rows.rng, codes, rows.people["birth"], rows.people["sex"])


@kind
def disability_no(rows: Rows, _: Any) -> Values:
    """The resident number with class and grade of disability."""
    return add(
        rows.people["id18"],
        padded(rows.rng.integers(1, 8, rows.count) * 10 + rows.rng.integers(1, 5, rows.count)),
    )


@kind
def school_no(rows: Rows, _: Any) -> Values:
    """National student numbers: G and the resident number."""
    return add("G", rows.people["id18"])


@kind
def landline(rows: Rows, _: Any) -> Values:
    """Area code, hyphen, number."""
    area = pick(rows.rng, rows.words["area_codes"], rows.count)
    short = fill(rows.rng, "8#######", rows.count)
    return add(add(area, "-"), short)


@kind
def email(rows: Rows, _: Any) -> Values:
    """Mailboxes at example domains."""
    return add(add(_login(rows), "@"), pick(rows.rng, rows.words["mail_hosts"], rows.count))


@kind
def login(rows: Rows, _: Any) -> Values:
    """Account names made of pinyin and digits."""
    return _login(rows)


@kind
def pinyin(rows: Rows, _: Any) -> Values:
    """Names in Latin letters, capitalised."""
    first = np.strings.capitalize(pick(rows.rng, rows.words["surname_pinyin"], rows.count))
    return add(add(first, " "), np.strings.capitalize(pick(rows.rng, rows.words["given_pinyin"], rows.count)))


@kind
def text(rows: Rows, topic: Any) -> Values:
    """Sentences of a topic; some speak of people."""
    options = rows.words["texts"][topic]
    chosen = rows.rng.integers(0, len(options), rows.count)
    other = rows.people.take(rows.rng.permutation(rows.count))
    facts = {key: other[key].tolist() for key in ("name", "mobile", "id", "address")}
    facts["firm"] = rows.firms["name"].tolist()
    facts["place"] = pick(rows.rng, rows.words["roads"], rows.count).tolist()
    return [
        options[which].format_map({key: values[row] for key, values in facts.items()})
        for row, which in enumerate(chosen.tolist())
    ]


def _login(rows: Rows) -> Strings:
    first = pick(rows.rng, rows.words["surname_pinyin"], rows.count)
    return add(
        add(first, pick(rows.rng, rows.words["given_pinyin"], rows.count)),
        padded(rows.rng.integers(1, 9999, rows.count)),
    )
