"""Which column of a data dictionary means what; the names are data (``dictionary_headers.yaml``)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

REQUIRED = ("table", "column")
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]", re.DOTALL)
_GENERATED = re.compile(r"column_\d+")


@cache
def aliases() -> Mapping[str, tuple[str, ...]]:
    """Role -> its plain header names, the surest first."""
    import yaml

    text = files("guard_connectors").joinpath("dictionary_headers.yaml").read_text("utf-8")
    return {role: tuple(dict.fromkeys(map(plain, names))) for role, names in yaml.safe_load(text).items()}


def plain(header: str) -> str:
    """A header for comparing: compatibility form, lower case, letters and digits only."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def roles(headers: Sequence[str]) -> dict[str, int]:
    """Role -> position of the header that plays it; what stands in brackets is passed over at need."""
    found: dict[str, int] = {}
    for short in (False, True):
        free = {
            plain(_BRACKETS.sub("", header) if short else header): place
            for place, header in reversed(list(enumerate(headers)))
            if header.strip() and place not in found.values()
        }
        for role, names in aliases().items():
            name = next((name for name in names if name in free), None)
            if role not in found and name is not None:
                found[role] = free.pop(name)
    return found


def nearest(headers: Sequence[str], role: str) -> str:
    """The header most like a name of ``role``; empty where none is like it."""
    shown = {plain(header): header for header in headers if not _GENERATED.fullmatch(header)}
    names = aliases()[role]
    close = [match for name in names for match in get_close_matches(name, shown, n=1, cutoff=0.6)]
    inside = [header for header in shown if any(name in header for name in names if len(name) > 1)]
    return shown[(close or inside)[0]] if close or inside else ""
