"""Texts in Chinese and English, by key, rendered only at the edges.

``t("problems.denied.what", "zh", table="x")`` reads item ``denied.what`` of
``guard/text/zh/problems*.yaml`` and fills its ``{table}``. An area is loaded on first use.

A part in ``[[ ]]`` is said only where each of its parameters has something to say:
``[[did you mean {nearest}? ]]levels: {known}`` leaves its first half out where ``nearest`` is
not given, empty or ``-``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

LANGUAGES = ("zh", "en")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_PARAMETER = re.compile(r"(?<!\{)\{(\w+)\}")


def language(wanted: str | None = None) -> str:
    """``zh`` or ``en``: the one wanted (``zh-CN`` counts as ``zh``), else the locale's, else ``en``."""
    if not wanted:
        names = ("LC_ALL", "LC_MESSAGES", "LANG")
        wanted = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "zh" if wanted.lower().startswith("zh") else "en"


@cache
def area(name: str, lang: str) -> dict[str, Any]:
    """One area's texts, merged from ``<name>.yaml`` and ``<name>-*.yaml``; empty where there is none."""
    folder = files("guard.text") / lang
    merged: dict[str, Any] = {}
    for resource in sorted(folder.iterdir(), key=lambda item: item.name):
        stem, dot, ending = resource.name.rpartition(".")
        if ending == "yaml" and dot and (stem == name or stem.startswith(f"{name}-")):
            _merge(merged, yaml.load(resource.read_text("utf-8"), Loader=_Loader) or {})  # noqa: S506 - safe
    return merged


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add ``more`` to ``into``: what both have is merged where it is a mapping, else replaced."""
    for key, value in more.items():
        known = into.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            _merge(known, value)
        else:
            into[key] = value


def lookup(key: str, lang: str) -> str | None:
    """The raw text of ``key``, or None where there is none."""
    first, *rest = key.split(".")
    node: Any = area(first, lang)
    for part in rest:
        if not isinstance(node, dict):
            return None
        node = node.get(part)
    return node if isinstance(node, str) else None


def named(name: str, word: str, lang: str) -> str:
    """The name of ``word`` in area ``name``, of a path part by part; the word itself where there is none."""
    parts = (
        lookup(f"{name}.{part}.name", lang) or lookup(f"{name}.{part}", lang) or part
        for part in word.split("/")
    )
    return "/".join(parts)


class _Gaps(dict[str, object]):
    """Leaves a parameter that was not given visible as ``{name}`` instead of failing at an edge."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class _Dots(dict[str, object]):
    """Every parameter as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


def t(key: str, lang: str, /, **params: object) -> str:
    """The text of ``key`` in ``lang`` with its ``{params}`` filled; the key itself where there is none."""
    text = lookup(key, lang)
    return key if text is None else _said(text, params).format_map(_Gaps(params))


def general(text: str) -> str:
    """A raw text as a page says it, of no case in particular: optional parts left out, the rest ``…``."""
    return _said(text, {}).format_map(_Dots())


def _said(text: str, params: Mapping[str, object]) -> str:
    def part(found: re.Match[str]) -> str:
        given = (params.get(name) for name in _PARAMETER.findall(found[1]))
        return found[1] if all(value not in (None, "", "-") for value in given) else ""

    return _OPTIONAL.sub(part, text)
