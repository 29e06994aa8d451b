"""What people write in the cells of a review: words of either language, in any case, become an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from guard.catalog.reviewing import Item
from guard.model import Act
from guard.ops.review_answer import Answer
from guard.ops.review_sheet import ACTS, Row, say
from guard.ops.review_work import Work
from guard.text import LANGUAGES, named
from guard.yamldoc import nearest

_LONGEST = 2_000  # characters of a reason


class BadRowError(Exception):
    """A row that cannot be applied: ``code`` and ``params`` of the text ``errors.<code>``."""

    def __init__(self, code: str, **params: object) -> None:
        self.code, self.params = code, params
        super().__init__(code)


class Words:
    """The words that people may write: ids and names, in both languages, in any case."""

    def __init__(self, work: Work) -> None:
        base = work.rules.policy.base
        self._acts = _index((act, (say(f"acts.{act}", one) for one in LANGUAGES)) for act in ACTS)
        self._levels = _index(
            (level.id, (*level.name.values(), *(named("levels", level.id, one) for one in LANGUAGES)))
            for level in base.levels
        )
        self._types = _index((id, kind.name.values()) for id, kind in work.rules.types.items())
        self._categories = _index(
            (path, (named("categories", path, one) for one in LANGUAGES)) for path in base.categories
        )

    def answer(self, texts: Row, items: Sequence[Item]) -> Answer:
        """The answer of a row. Raises where a word is not known."""
        if not texts["decision"]:
            raise BadRowError("review-row-undecided")
        if len(texts["reason"]) > _LONGEST:
            raise BadRowError("review-row-reason", most=_LONGEST)
        act = Act(self._word("decision", texts, self._acts))
        level = self._word("level", texts, self._levels)
        nominated = act is Act.CONFIRM and bool(level) and any(item.candidate == level for item in items)
        if act is not Act.CORRECT and not nominated:
            self._only(texts, level, act, items)
        confirmed = act is not Act.CORRECT
        return Answer(
            act=act,
            level="" if confirmed else level,
            type="" if confirmed else self._word("type", texts, self._types),
            category="" if confirmed else self._word("category", texts, self._categories),
            candidate=nominated,
            reason=texts["reason"],
        )

    @staticmethod
    def _only(texts: Row, level: str, act: Act, items: Sequence[Item]) -> None:
        """What is confirmed or rejected cannot be changed in the same row."""
        other = level and any(item.proposed != level for item in items)
        if texts["type"] or texts["category"] or (level and (other or act is Act.REJECT)):
            raise BadRowError("review-row-mixed", act=act.value)

    @staticmethod
    def _word(name: str, texts: Row, known: Mapping[str, str]) -> str:
        word = texts[name]
        if not word:
            return ""
        found = known.get(word.casefold())
        if found is None:
            close = nearest(word, known) or "-"
            raise BadRowError(f"review-row-{name}", word=word, nearest=close)
        return found


def _index(words: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """From a word in lower case to its id; an id comes before a name that is the same."""
    found: dict[str, str] = {}
    listed = [(id, tuple(names)) for id, names in words]
    for id, names in listed:
        for name in names:
            found.setdefault(name.casefold(), id)
    return found | {id.casefold(): id for id, _ in listed}
