"""Exceptions that a person granted: ``guard-waivers.yaml``, read strictly, and what each of them excuses.

A waiver names one rule, where it is excused, why, who approved it and who asked, a ticket, and the last
day on which it holds. Nobody approves their own, and none is granted for longer than the limit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from guard.gate.suppress.dates import MAX_DAYS, day, last_day
from guard.model import UsageError, same_person
from guard.model.gate import Place, Violation, Waiver
from guard.yamldoc import Document, nearest, parse, read

REQUIRED = ("rule", "where", "reason", "approved_by", "author", "ticket", "expires")
KEYS = (*REQUIRED, "file")


def waivers(path: Path, *, rules: Collection[str], today: date, days: int = MAX_DAYS) -> tuple[Waiver, ...]:
    """The waivers of the file ``path`` in order, expired ones too; none where there is no such file.

    Raises UsageError with file and line for whatever is wrong: ``yaml-broken``, ``waivers-list``,
    ``waiver-entry``, ``waiver-key``, ``waiver-missing``, ``waiver-text``, ``waiver-rule``, ``waiver-date``,
    ``waiver-far``, ``waiver-own``; ``waivers-unreadable`` where it cannot be read.
    """
    try:
        document = read(path)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise UsageError("waivers-unreadable", file=str(path), code=type(error).__name__) from None
    return _Reader(document, rules, today, days).all()


def checked(
    text: str, path: str, *, rules: Collection[str], today: date, days: int = MAX_DAYS
) -> tuple[Waiver, ...]:
    """As ``waivers``, of a text that is to become the file ``path``."""
    return _Reader(parse(text, path), rules, today, days).all()


def excuses(waiver: Waiver, violation: Violation) -> bool:
    """Whether ``waiver`` speaks of ``violation``: its rule, its table or column, its file if it names one."""
    return (
        waiver.rule == violation.rule
        and _names(waiver.where, violation)
        and (not waiver.file or _is_file(waiver.file, violation.place.file))
    )


def _names(where: str, violation: Violation) -> bool:
    """``hr/HR/EMPLOYEE/SFZH`` ends with the column, and scripts need not write what stands before the table;
    ``hr.employee`` is a table with its columns, ``employee.sfzh`` a column, with or without schema."""
    table = violation.table.casefold().split(".")
    column = [*table, violation.column.casefold()]
    if "/" in where:
        path = where.casefold().split("/")
        return len(path) > 1 and _tail(path[-len(column) :], column)
    dotted = where.casefold().split(".")
    return _tail(dotted, table) or (len(dotted) > 1 and _tail(dotted, column))


def _tail(globs: Sequence[str], name: Sequence[str]) -> bool:
    """Whether ``name`` ends with parts that match all of ``globs``."""
    ends = name[-len(globs) :]
    return len(ends) == len(globs) and all(map(fnmatchcase, ends, globs))


def _is_file(glob: str, file: str) -> bool:
    return fnmatchcase(file, glob) or fnmatchcase(file, f"*/{glob}")


class _Reader:
    """Reads one document; the first thing wrong ends it."""

    def __init__(self, document: Document, rules: Collection[str], today: date, days: int) -> None:
        self._document, self._rules, self._today, self._days = document, rules, today, days

    def all(self) -> tuple[Waiver, ...]:
        data = self._document.data
        if data is not None and not isinstance(data, list):
            raise self._wrong("waivers-list")
        return tuple(self._waiver(number, entry) for number, entry in enumerate(data or ()))

    def _waiver(self, number: int, entry: Any) -> Waiver:
        if not isinstance(entry, dict):
            raise self._wrong("waiver-entry", number)
        texts = self._texts(number, entry)
        self._check(number, texts)
        place = Place(file=self._document.path, line=self._document.line(number))
        return Waiver(**texts, place=place)

    def _texts(self, number: int, entry: Mapping[Any, Any]) -> dict[str, Any]:
        for key in entry:
            if key not in KEYS:
                near = nearest(str(key), KEYS) or "-"
                raise self._wrong("waiver-key", number, key, key=key, nearest=near, known=", ".join(KEYS))
        for key in REQUIRED:
            if key not in entry:
                raise self._wrong("waiver-missing", number, key=key)
        for key, value in entry.items():
            if isinstance(value, list | dict) or value is None or not str(value).strip():
                raise self._wrong("waiver-text", number, key, key=key)
        return {key: str(value).strip() for key, value in entry.items()}

    def _check(self, number: int, texts: Mapping[str, str]) -> None:
        rule, expires = texts["rule"], texts["expires"]
        if rule not in self._rules:
            near = nearest(rule, self._rules) or "-"
            raise self._wrong("waiver-rule", number, "rule", word=rule, nearest=near)
        if (end := day(expires)) is None:
            raise self._wrong("waiver-date", number, "expires", word=expires)
        if end > (latest := last_day(self._today, self._days)):
            far = {"word": expires, "days": self._days, "latest": str(latest)}
            raise self._wrong("waiver-far", number, "expires", **far)
        if same_person(texts["approved_by"], texts["author"]):
            raise self._wrong("waiver-own", number, "approved_by", name=texts["author"])

    def _wrong(self, code: str, *at: str | int, **params: object) -> UsageError:
        return UsageError(code, file=self._document.path, line=self._document.line(*at), **params)
