"""The rows below the headings -> entries: categories filled down, names parted, levels read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from guard.policy.rules import CERTAINTIES
from guard.policy.sheet.entry import ERROR, WARNING, Entry
from guard.policy.sheet.grid import Grid, Merged
from guard.policy.sheet.header import Layout
from guard.policy.sheet.levels import LevelReader
from guard.policy.sheet.words import SheetWords, parts, plain
from guard.policy.words import is_chinese, tokens

LONGEST = 40
_FORMULA = ("=", "＝", "@", "＠")
_ESCAPED = re.compile(r"^'(?=\s*[=+\-@＝＋－＠|%])")
_VALUE = re.compile(r"\d{7,}|[^\s@]+@[^\s@]+\.[A-Za-z]{2,}")
_BRACKETED = re.compile(r"[（(\[【〔][^）)\]】〕]*[）)\]】〕]")
_NUMBERING = re.compile(r"^[（(]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）.、．]\s*|^[*＊@·•●○■◆\-—\s]+")
_SLASH = str.maketrans({"/": "／"})
_NAMED = ("item", "level", "sharing", "code", "path")
_EXAMPLES = 20


def letter(column: int) -> str:
    """The name of a column in a spreadsheet: 0 is A, 26 is AA."""
    name, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def is_value(text: str) -> bool:
    """Whether a text that should be a name holds a number or address as only data do."""
    return _VALUE.search(text) is not None


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one sheet, top to bottom; remembers the category above."""

    grid: Grid
    merged: Merged
    layout: Layout
    words: SheetWords
    levels: LevelReader
    _above: tuple[str, ...] = ()
    _heading: str = ""

    def entries(self) -> Iterator[Entry]:
        """One entry for every row below the headings that is not empty."""
        level = self.layout.columns["level"]
        rows = range(self.layout.first, len(self.grid.rows))
        self.levels.learn(self.merged.text(row, level) for row in rows)
        for row in rows:
            if any(text.strip() for text in self.grid.rows[row]):
                yield self._entry(row)

    def _entry(self, row: int) -> Entry:
        blank = Entry(sheet=self.grid.name, row=row + 1)
        aside = self._aside(row, blank)
        if aside is not None:
            return aside
        formulas = self._formulas(row)
        if formulas:
            cells = ", ".join(f"{letter(column)}{row + 1}" for column in formulas)
            return blank.noted("formula", ERROR, cells=cells)
        entry = self._category(row, blank)
        entry = self._items(row, entry)
        entry = self._level(row, entry)
        return self._rest(row, entry)

    def _text(self, row: int, name: str) -> str:
        column = self.layout.columns.get(name)
        text = "" if column is None else self.merged.text(row, column)
        return "" if self.words.says_nothing(text) else _ESCAPED.sub("", text)

    def _aside(self, row: int, blank: Entry) -> Entry | None:
        """A row that holds no item: a note, a heading between rows, the headings again."""
        texts = [self.grid.text(row, column) for column in range(self.grid.width)]
        filled = [text for text in texts if text]
        if not self._text(row, "item") or len(filled) == 1:
            if filled and self.words.is_note(filled[0]):
                return replace(blank, skipped=True).noted("note-row")
            if len(filled) == 1 and not self._text(row, "level"):
                return self._between(row, filled[0], blank)
        labels = [(name, self.grid.text(row, column)) for name, column in self.layout.columns.items()]
        again = [self.words.field(text) == name for name, text in labels if text]
        if again and all(again) and len(again) > 1:
            return replace(blank, skipped=True).noted("headings-again")
        return None

    def _between(self, row: int, text: str, blank: Entry) -> Entry | None:
        """A text alone in its row: a heading between the rows, unless it stands in a column of the table."""
        span = next((one for one in self.grid.spans if one.top == row and one.right > one.left), None)
        column = next(at for at in range(self.grid.width) if self.grid.text(row, at))
        if span is None and column in (*self.layout.categories, self.layout.columns.get("item")):
            return None
        if not self.layout.categories and "path" not in self.layout.columns:
            self._heading = _cleaned(text)
            return replace(blank, skipped=True).noted("heading-category")
        return replace(blank, skipped=True).noted("heading-row")

    def _formulas(self, row: int) -> list[int]:
        used = [self.layout.columns[name] for name in _NAMED if name in self.layout.columns]
        return [
            column
            for column in sorted({*used, *self.layout.categories})
            if self.merged.origin(row, column) in self.grid.formulas
            or self.merged.text(row, column).startswith(_FORMULA)
        ]

    def _category(self, row: int, entry: Entry) -> Entry:
        columns = self.layout.categories
        if not columns:
            whole = self._text(row, "path")
            path = tuple(_cleaned(part) for part in parts(whole, self.words.path_marks))
            if any(is_value(part) for part in path):
                return entry.noted("category-value", ERROR)
            return replace(entry, path=path or ((self._heading,) if self._heading else ()))
        own = [self.merged.text(row, column) for column in columns]
        path = tuple("" if self.words.says_nothing(text) else _cleaned(text) for text in own)
        if any(is_value(part) for part in path):
            return entry.noted("category-value", ERROR)
        first = next((at for at, text in enumerate(path) if text), len(path))
        if first and self._above:
            entry = entry.noted("category-above", category="/".join(filter(None, self._above[:first])))
            path = (*self._above[:first], *path[first:]) if first < len(path) else self._above
        self._above = path
        if "item" not in self.layout.columns and len(columns) > 1:
            path = path[:-1]
        return replace(entry, path=tuple(part for part in path if part))

    def _items(self, row: int, entry: Entry) -> Entry:
        column = self.layout.columns.get("item")
        if column is None:
            text = self._lowest(row)
        else:
            text = self._text(row, "item")
            if self.merged.joined(row, column):
                first = self.merged.origin(row, column)[0] + 1
                entry = entry.noted("item-merged", WARNING, first=first)
        if not text:
            return entry.noted("item-empty", ERROR)
        names: list[str] = []
        for part in parts(text, self.words.item_marks):
            entry = self._name(part, entry, names)
        entry = replace(entry, items=tuple(dict.fromkeys(names)))
        if not entry.items and entry.status != "failed":
            entry = entry.noted("item-empty", ERROR)
        return entry.noted("items-parted", count=len(entry.items)) if len(entry.items) > 1 else entry

    def _lowest(self, row: int) -> str:
        """The lowest category, which names the item where no column does."""
        columns = self.layout.categories
        text = self.merged.text(row, columns[-1]) if columns else (self._text(row, "path"))
        marks = self.words.path_marks
        return "" if self.words.says_nothing(text) else parts(text, marks)[-1] if not columns else text

    def _name(self, part: str, entry: Entry, names: list[str]) -> Entry:
        """Add one name to ``names``; remarks on what was left out of it."""
        if is_value(part):
            return entry.noted("item-value", ERROR)
        part = _NUMBERING.sub("", part)
        name = _BRACKETED.sub("", part).strip() or part.strip("（()）[]【】")
        if name != part:
            entry = entry.noted("brackets", item=_shown(part))
        for end in self.words.open_ends:
            if name.casefold().endswith(end) and len(name) > len(end) + 1:
                name = name[: -len(end)].strip()
                entry = entry.noted("open-list", WARNING, item=_shown(name))
                break
        if len(name) > LONGEST:
            return entry.noted("item-long", ERROR, length=len(name), most=LONGEST)
        if name and not self.words.says_nothing(name):
            names.append("".join(name.split()) if is_chinese(name) else " ".join(name.split()))
        return entry

    def _level(self, row: int, entry: Entry) -> Entry:
        column = self.layout.columns["level"]
        text = self._text(row, "level")
        read = self.levels.read(text)
        if read.fault == "open":
            return replace(entry, skipped=True).noted("level-open", WARNING, word=_shown(text))
        if read.fault:
            word = "" if is_value(text) else _shown(text)
            return entry.noted(f"level-{read.fault}", ERROR, word=word)
        if self.merged.joined(row, column):
            first = self.merged.origin(row, column)[0] + 1
            entry = entry.noted("level-merged", WARNING, first=first)
        if read.at_least:
            entry = entry.noted("level-at-least", level=read.level)
        if not self.levels.is_own(text):
            entry = entry.noted("level-word", word=_shown(text), level=read.level)
        if self.levels.nominates(read.level):
            return replace(entry, candidate=read.level).noted("candidate", level=read.level)
        return replace(entry, level=read.level)

    def _rest(self, row: int, entry: Entry) -> Entry:
        sharing = self._text(row, "sharing")
        word = self.words.sharing.get(plain(sharing), "")
        if sharing and not word:
            shown = "" if is_value(sharing) else _shown(sharing)
            entry = entry.noted("sharing-unknown", WARNING, word=shown)
        mark = self._text(row, "certainty")
        return replace(
            entry,
            sharing=word,
            basis=self._cited(row, "basis"),
            standard=self._cited(row, "standard"),
            certainty=mark if mark in CERTAINTIES else "",
            also=self._also(row),
            codes=tuple(_codes(self._text(row, "code"), self.words.item_marks)),
            examples=self._examples(row),
        )

    def _cited(self, row: int, name: str) -> str:
        text = self._text(row, name)
        return "" if is_value(text) or text.startswith(_FORMULA) else " ".join(text.split())[:120]

    def _also(self, row: int) -> tuple[str, ...]:
        """Other names of the row's item; of a name in another shape than names have nothing is taken."""
        found = parts(self._text(row, "also"), self.words.item_marks)
        good = ("".join(one.split()) for one in found if not is_value(one) and not one.startswith(_FORMULA))
        return tuple(dict.fromkeys(one for one in good if is_chinese(one) and len(one) <= LONGEST))

    def _examples(self, row: int) -> tuple[str, ...]:
        column = self.layout.columns.get("example")
        if column is None or self.merged.origin(row, column) in self.grid.formulas:
            return ()
        text = self._text(row, "example")
        found = parts(text, self.words.item_marks) if text else ()
        return tuple(one for one in found if not self.words.says_nothing(one))[:_EXAMPLES]


def _codes(text: str, marks: str) -> Iterator[str]:
    """Column names as rules compare them: words of letters joined by ``_``, at most four."""
    for part in parts(text, f"{marks}/ "):
        words = tokens(part) if part.isascii() else ()
        if 1 <= len(words) <= 4 and (len(words) > 1 or len(words[0]) > 3) and not words[0].isdigit():
            yield "_".join(words)


def _cleaned(text: str) -> str:
    return " ".join(text.split()).translate(_SLASH)[:LONGEST]


def _shown(text: str) -> str:
    return " ".join(text.split())[:24]
