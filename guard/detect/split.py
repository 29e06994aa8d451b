"""Names and comments into parts: tokens of an identifier, the leading phrase of a comment."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_PARTS = re.compile(
    r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[\u3400-\u9fff]+"  # runs of one script, camelCase humps
)
_CJK = re.compile(r"[\u3400-\u9fff]")
_BRACKETS = re.compile(r"[((\[【{<〈《][^))\]】}>〉》]*[))\]】}>〉》]?")
_LEAD = re.compile(r"^[\s*#\-–—·.,、:;\d)）]+(?=\D)")
_END = re.compile(r"[,，。;；:：!！?？|=\n\r\t~…—–]|\s-+\s|\.\s|\.$|->|--|//")
_ENUMERATION = re.compile(r"[\s,、]*[\"'‘“]?(?<![A-Za-z\d])\d+\s*[-–:：.、=一-龥].*$")
_SPACE = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_JOINT = re.compile(r"(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff])")
_LETTERS = re.compile(r"\s+[A-Za-z]\s+.*$")
_ALTERNATIVES = re.compile(r"[/、\\&+]|或者|以及|或|及|和(?!谐)|与(?!.{0,4}关系)")
_FILLERS = re.compile(r"(?<=[\u3400-\u9fff])(?:(?<!目)的|之)(?=[\u3400-\u9fff])")


def tokens(name: str) -> tuple[str, ...]:
    """The lower-case parts of an identifier: snake_case, camelCase, digits, Chinese.

    >>> tokens("userIDCard_no2")
    ('user', 'id', 'card', 'no', '2')
    """
    return tuple(part.lower() for part in _PARTS.findall(unicodedata.normalize("NFKC", name)))


def is_chinese(text: str) -> bool:
    """Whether any character is Chinese."""
    return _CJK.search(text) is not None


@lru_cache(maxsize=20_000)
def phrases(comment: str) -> tuple[str, ...]:
    """The leading phrase of a comment and its alternatives, the one that decides first.

    Brackets, enumerations (``性别 1男 2女``) and explanations are left out; of
    ``手机或电话`` the last alternative comes first, for the head stands at the end.
    """
    text = unicodedata.normalize("NFKC", comment).strip()
    lead = _lead(_BRACKETS.sub(" ", text)) or _lead(re.sub(r"[()\[\]【】{}<>《》]", " ", text))
    if not lead:
        return ()
    if len(_SPACE.findall(lead)) > 1:
        lead = _SPACE.split(lead, maxsplit=1)[0]
    whole = [part.strip() for part in _ALTERNATIVES.split(_JOINT.sub("", lead)) if part.strip()]
    first = _JOINT.split(lead, maxsplit=1)[0]
    return tuple(dict.fromkeys((*reversed(whole), first)))


def _lead(text: str) -> str:
    text = _LEAD.sub("", text.strip())
    end = _END.search(text)
    text = text[: end.start()] if end else text
    text = _ENUMERATION.sub("", text) or text
    if is_chinese(text):
        text = _FILLERS.sub("", _LETTERS.sub("", text) or text)
    return text.strip()
