"""The detector: names, comments, SQL types and values of an asset into one finding a column."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from functools import cached_property
from typing import Any

from guard.checks import CHECKS, Check
from guard.detect.beside import BesideProfile, BesideText, Reader
from guard.detect.conceal import conceal, marked, named
from guard.detect.dictionaries import dictionaries
from guard.detect.freetext import NamedProfile
from guard.detect.fuse import fuse
from guard.detect.learned import Learned
from guard.detect.matching import Matcher
from guard.detect.names import NameJudge
from guard.detect.ner import Names
from guard.detect.table import WordedProfile
from guard.detect.text import TextReader
from guard.detect.types import Shaped, TypeCatalogue, shape
from guard.detect.values import TableProfile
from guard.detect.wordstats import WordLists
from guard.model import Asset, DataType, Finding


class Detector:
    """Finds data types. Opens no file: ``types`` and ``lexicon`` are given.

    ``year`` is the year in which ages are reckoned; without it there are no age facts. One Detector
    serves any number of assets and threads; it remembers names it has read, never values. ``installed``
    are the types that come with the product (None: all); the others are compiled apart. ``reader``
    finds, in texts, those of ``types`` that have a value shape without a pattern.
    """

    def __init__(
        self,
        types: Iterable[DataType],
        lexicon: Mapping[str, Any],
        *,
        year: int | None = None,
        checks: Mapping[str, Check] = CHECKS,
        installed: Container[str] | None = None,
        reader: Reader | None = None,
    ) -> None:
        self.catalogue = TypeCatalogue(types, checks, installed)
        self._reader = reader
        self._lexicon, self._year = lexicon, year
        self._names = NameJudge(self.catalogue, lexicon)
        self._learned = Learned(lexicon)

    @cached_property
    def _matcher(self) -> Matcher:
        return Matcher(self.catalogue, dictionaries(self._lexicon))

    @cached_property
    def _read_beside(self) -> Mapping[str, Shaped]:
        """The types that only ``reader`` finds."""
        return {
            item.id: shape(item) for item in self.catalogue.types if item.value and not item.value.pattern
        }

    @cached_property
    def names(self) -> Names:
        """Finds Chinese names; loads nothing before the first Chinese text."""
        return Names(self._lexicon)

    @cached_property
    def text(self) -> TextReader:
        """Finds types inside texts, with their places."""
        if self._reader is not None:
            return BesideText(self.catalogue, self._lexicon, self.names, reader=self._reader)
        return TextReader(self.catalogue, self._lexicon, self.names)

    @cached_property
    def _words(self) -> WordLists:
        return WordLists(self._lexicon)

    def profile(self, columns: int) -> NamedProfile:
        """An empty profile for a table of ``columns`` columns, to which samples are added."""
        return NamedProfile(self._counted(columns), self.names, self.catalogue, columns)

    @property
    def measures(self) -> Mapping[str, Any]:
        """Which types are measured together (``lexicon/measures.yaml``); empty where none are told."""
        return self._lexicon.get("measures") or {}

    def _counted(self, columns: int) -> TableProfile:
        named: dict[str, Any] = {"lists": self._words, "year": self._year, "matcher": self._matcher}
        if self._reader is None:
            return WordedProfile(self.catalogue, self._lexicon, columns, **named)
        named |= {"reader": self._reader, "adopted": self._read_beside}
        return BesideProfile(self.catalogue, self._lexicon, columns, **named)

    def findings(self, asset: Asset, profile: TableProfile | None = None) -> tuple[Finding, ...]:
        """One finding for each column of ``asset``; by names alone where ``profile`` is None."""
        columns = profile.columns() if profile is not None else None
        found = fuse(asset, self._names.judge(asset), columns, self.catalogue, self._lexicon["fusion"])
        return self._learned.settled(found)

    def conceal(self, text: str, key: bytes) -> str:
        """A name or comment as it may be shown: masked with a keyed digest where a detector fires in it."""
        return conceal(text, key, self.catalogue)

    def named(self, text: str) -> tuple[str, ...]:
        """The ids of the types whose values the name ``text`` holds."""
        return named(text, self.catalogue)

    def marked(self, asset: Asset) -> bool:
        """Whether a name or comment of ``asset`` carries a state-secret marking."""
        texts = [*asset.path, asset.comment]
        texts += [text for column in asset.columns for text in (column.name, column.comment)]
        return any("密" in text and marked(text, self.catalogue) for text in texts)
