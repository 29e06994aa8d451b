"""Scripts broken in the ways in which scripts get broken, from a seed: the same text for the same number."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

MARKS = ["'", '"', "`", "(", ")", "[", "]", ";", "/*", "*/", "--", "$$", "$x$", "q'[", "{{", "}}", "{%", "${", "\\", "\0",
         "\n/\n", "\nGO\n", "\nDELIMITER //\n", "BEGIN ", " END;", " CASE ", "CREATE TABLE ", "，", "；", "（", "\ufeff", "\r",
         "EXECUTE '", "DO $$", "/*!50001 ", " AS ", " IS ", ",", ".", "@", "#", "N'", "E'\\", "\u2028", "𠮷"]  # fmt: skip
Way = Callable[[str, random.Random, Sequence[str]], str]


def mangled(seeds: Sequence[str], chance: random.Random) -> str:
    """One of ``seeds`` after one to four accidents."""
    text = chance.choice(seeds)
    for _ in range(chance.randint(1, 4)):
        text = chance.choice(list(WAYS.values()))(text, chance, seeds)
    return text[:20_000]


def _truncated(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    return text[: chance.randint(0, len(text))]


def _swapped(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    for _ in range(chance.randint(1, 8)):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)
    return data.decode(chance.choice(["utf-8", "gb18030", "latin-1"]), "replace")


def _without_quotes(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    places = [at for at, mark in enumerate(text) if mark in "'\"`$;()[]"]
    for at in sorted(chance.sample(places, min(len(places), chance.randint(1, 3))), reverse=True):
        text = text[:at] + text[at + 1 :]
    return text


def _doubled(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    mark = chance.choice("()[]'\";$")
    return text.replace(mark, mark * chance.randint(2, 3), chance.randint(1, 50))


def _nested(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    opens, closes = chance.choice(
        [
            ("(", ")"),
            ("[", "]"),
            ("BEGIN ", "END; "),
            ("CASE ", "END "),
            ("/*", "*/"),
            ("$$", ""),
            ("{{", "}}"),
        ]
    )
    depth, at = chance.randint(1, 2_000), chance.randint(0, len(text))
    return text[:at] + opens * depth + text[at:] + closes * chance.choice([0, depth])


def _spliced(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    other = chance.choice(seeds)
    return text[: chance.randint(0, len(text))] + other[chance.randint(0, len(other)) :]


def _inserted(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(text))
        text = text[:at] + chance.choice(MARKS) + text[at:]
    return text


def _quoted(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    before, after = chance.choice(
        [
            ("DO $$ ", " $$;"),
            ("EXECUTE IMMEDIATE '", "';"),
            ("EXEC(N'", "')"),
            ("BEGIN ", " END;\n/"),
            ("PREPARE s FROM '", "';"),
        ]
    )
    return before + (text.replace("'", "''") if "'" in before else text) + after


def _repeated(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    start = chance.randint(0, len(text))
    return text[:start] + text[start : start + chance.randint(1, 60)] * chance.randint(2, 200) + text[start:]


WAYS: Mapping[str, Way] = {
    "truncated": _truncated, "swapped": _swapped, "quotes": _without_quotes, "doubled": _doubled, "nested": _nested,
    "spliced": _spliced, "inserted": _inserted, "quoted": _quoted, "repeated": _repeated,
}  # fmt: skip
