"""Queries as people keep them: with Jinja, shell, MyBatis and sqlcmd placeholders still to be filled."""

from __future__ import annotations

import re

_TEMPLATE = re.compile(
    r"(?P<gone>\{#[^#]*+(?>(?:#(?!\})[^#]*+)*)#\}|\{%[^%]*+(?>(?:%(?!\})[^%]*+)*)%\})"
    r"|\{\{-?+\s*+(?:ref|source)\s*+\((?P<names>[^(){}]*+)\)\s*+-?+\}\}"
    r"|\{\{(?P<jinja>[^{}]*+)\}\}"
    r"|[$#]\{(?P<shell>[^{}\n]*+)\}"
    r"|\$\((?P<sqlcmd>\w++)\)"
)
_QUOTED = re.compile(r"'([^']*+)'|\"([^\"]*+)\"")
_NO_WORD = re.compile(r"\W++")
_CALLED = re.compile(r"\s*+([\w.]++)")
_OF_TABLE = re.compile(r"(?i)(?:\b(?:from|join|into)\s++|\.)\Z")

TEMPLATE = "template__"  # in a name: what a template writes there is not known


def filled(query: str) -> str:
    """``query`` with a name in the place of every placeholder, and without the tags around them."""
    return _TEMPLATE.sub(_said, query) if "{" in query or "$(" in query else query


def _said(found: re.Match[str]) -> str:
    if found["gone"] is not None:
        return " "
    if found["names"] is not None:
        return ".".join(one or other for one, other in _QUOTED.findall(found["names"])) or "template"
    if found["jinja"] is not None and not _names_table(found):
        called = _CALLED.match(found["jinja"])
        return TEMPLATE + (_NO_WORD.sub("_", called[1]) if called else "")  # its arguments may be literals
    inside = found["jinja"] or found["shell"] or found["sqlcmd"] or ""
    return _NO_WORD.sub("_", inside).strip("_") or "template"


def _names_table(found: re.Match[str]) -> bool:
    """Whether the placeholder is a relation or a part of its name."""
    text = found.string
    return text[found.end() : found.end() + 1] == "." or bool(
        _OF_TABLE.search(text, max(0, found.start() - 40), found.start())
    )
