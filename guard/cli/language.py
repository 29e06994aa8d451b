"""The reader's language, settled before any command is imported, and texts in it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from guard.text import language, t

_current = language(os.environ.get("GUARD_LANGUAGE"))


def settle(arguments: Sequence[str]) -> str:
    """Take the language from ``--lang`` anywhere in ``arguments``, else environment, else locale."""
    wanted = os.environ.get("GUARD_LANGUAGE")
    for index, argument in enumerate(arguments):
        if argument == "--lang" and index + 1 < len(arguments):
            wanted = arguments[index + 1]
        elif argument.startswith("--lang="):
            wanted = argument.partition("=")[2]
    return use(language(wanted))


def use(wanted: str) -> str:
    """Switch to ``zh`` or ``en``."""
    global _current  # noqa: PLW0603 - one process speaks one language, chosen once
    _current = wanted
    return wanted


def current() -> str:
    """The language in use: ``zh`` or ``en``."""
    return _current


def say(key: str, /, **params: object) -> str:
    """The text of ``key`` in the current language."""
    return t(key, _current, **params)
