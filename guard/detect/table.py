"""A table's profile with the statistics of the words in its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from guard.detect import wordstats
from guard.detect.matching import Matcher
from guard.detect.types import TypeCatalogue
from guard.detect.values import ColumnProfile, TableProfile
from guard.detect.wordstats import WordLists, WordTally
from guard.sdk import Sample


class WordedProfile(TableProfile):
    """A TableProfile that also tells Latin-script names and addresses by ``lists``."""

    def __init__(
        self,
        catalogue: TypeCatalogue,
        lexicon: Mapping[str, Any],
        columns: int,
        *,
        lists: WordLists,
        year: int | None = None,
        matcher: Matcher | None = None,
    ) -> None:
        super().__init__(catalogue, lexicon, columns, year=year, matcher=matcher)
        self._lists = lists
        self._words = [WordTally(lists) for _ in range(columns)] if lists.usable else []

    def add(self, sample: Sample) -> None:
        """Count the rows of one sample."""
        super().add(sample)
        for tally, array in zip(self._words, sample.batch.columns, strict=False):
            tally.add(array)

    def columns(self) -> tuple[ColumnProfile, ...]:
        """The profile of every column, in order."""
        profiles = super().columns()
        if not self._words:
            return profiles
        more = wordstats.evidence([tally.shares for tally in self._words], self._lists.weights)
        return tuple(
            replace(profile, evidence=(*profile.evidence, *found)) if found else profile
            for profile, found in zip(profiles, more, strict=True)
        )
