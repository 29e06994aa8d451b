"""One reader for the tests of long text, and numbers whose check digits are right."""

from __future__ import annotations

from functools import cache
from typing import Any

from detect.values_support import POLICIES, catalogue

from guard.checks import CHECKS
from guard.detect.ner import Names
from guard.detect.text import TextReader
from guard.yamldoc import parse


@cache
def lexicon() -> dict[str, Any]:
    return {
        name: parse((POLICIES / f"lexicon/{name}.yaml").read_text("utf-8"), name).data
        for name in ("text", "values")
    }


@cache
def names() -> Names:
    return Names(lexicon())


@cache
def reader() -> TextReader:
    return TextReader(catalogue(), lexicon(), names())


def right(check: str, body: str, alphabet: str = "0123456789X") -> str:
    """``body`` with the last character that makes it right."""
    return next(body + mark for mark in alphabet if CHECKS[check].accepts(body + mark))
