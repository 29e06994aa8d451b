"""In which order scripts are applied, as their names and folders tell it; which of them never are."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from guard.gate.inputs.walk import layouts
from guard.gate.script.dialect import Dialect, dialects

Key = tuple[Any, ...]

_DIGITS = re.compile(r"(\d+)")
_WORDS = re.compile(r"[^\W_]+")


def order(path: Path) -> Key:
    """A key by which the scripts of one folder of migrations sort as their tool applies them."""
    flyway = _flyway().fullmatch(path.name)
    if flyway and flyway["version"]:
        return (0, _version(flyway["version"]), flyway["kind"] == "B", natural(path.name))
    if flyway and flyway["kind"] == "R":
        return (2, natural(flyway["title"]))
    if path.name in layouts()["folders"]:
        return (1, 1, natural(path.parent.name), natural(path.name))
    return (1, _plain(path), natural(path.name))


def location(path: Path) -> Path:
    """The folder whose scripts are in one order with ``path``."""
    if path.name in layouts()["folders"]:
        return path.parent.parent
    if not _flyway().fullmatch(path.name):
        return path.parent
    for folder in path.parents:
        if folder.name.lower() in layouts()["locations"]:
            below = path.relative_to(folder).parts[0]
            return folder / below if below.lower() in dialects() else folder
    return path.parent


def company(path: Path) -> Path:
    """The folder of the migrations among which ``path`` has its turn; ``path`` itself where it has none.

    What a single migration changes was created by those before it.
    """
    in_turn = path.is_file() and (
        _flyway().fullmatch(path.name) or path.name in layouts()["folders"] or path.name[:1].isdecimal()
    )
    return location(path) if in_turn else path


def undone(path: Path) -> bool:
    """Whether ``path`` undoes another script, which stands beside it."""
    flyway = _flyway().fullmatch(path.name)
    if flyway and flyway["kind"] == "U":
        return True
    for expression, up in layouts()["down"]:
        found = re.fullmatch(expression, path.name, re.IGNORECASE)
        if found and path.with_name(up.format(*found.groups())).exists():
            return True
    return False


def told(path: Path, root: Path) -> Dialect | None:
    """The dialect that Prisma's lock, a folder or the file's name tells; None where they do not."""
    lock = next(
        (
            one
            for one in (folder / "migration_lock.toml" for folder in list(path.parents)[:2])
            if one.is_file()
        ),
        None,
    )
    if lock and (provider := _provider(lock)):
        return dialects()[provider]
    inside = path.relative_to(root) if path.is_relative_to(root) else path
    names = [part.lower() for part in reversed(inside.parent.parts)]
    words = [word.lower() for word in _WORDS.findall(path.stem)]
    ends = [] if _flyway().fullmatch(path.name) else words[-1:] + words[:1]
    found = (dialects()[name] for name in (*ends, *names) if name in dialects())
    return next(
        (one for one in found if "rare" not in one.traits), None
    )  # folders are called drill or solr too


def natural(text: str) -> Key:
    """A key by which ``v2`` comes before ``v10``, in any letter case."""
    parts = _DIGITS.split(text.casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part)


def _plain(path: Path) -> int:
    words = [word.lower() for word in _WORDS.findall(path.stem)]
    if any(word[0].isdecimal() for word in words[:1]):
        return 1
    if any(word in layouts()["last"] for word in words):
        return 2
    return 0 if any(word in layouts()["first"] for word in words) else 1


def _version(text: str) -> tuple[int, ...]:
    numbers = [int(part) for part in re.split(r"[._]", text)]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _provider(lock: Path) -> str:
    found = re.search(
        r'(?m)^\s*+provider\s*+=\s*+"(\w++)"', lock.read_bytes()[:4096].decode("utf-8", "replace")
    )
    return layouts()["prisma"].get(found[1], "") if found else ""


@cache
def _flyway() -> re.Pattern[str]:
    return re.compile(layouts()["flyway"])
