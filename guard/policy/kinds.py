"""What sort of fact a column holds, by the head noun of its comment or name.

Chinese and English put the head last: 处理时间 is a time, ``refund_amount`` an amount. So the
longest ending known decides, the comment before the name; a few sorts are told by how they begin
(``is_``, 是否).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from guard.policy.words import head, is_chinese, is_coded, is_initials, tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A sort of column. ``ends`` and ``begins`` are words; ``initials`` are pinyin initials of endings.

    ``technical`` sorts say nothing about the subject of the record; a ``weak`` one told by the
    comment yields to a technical one told by the name (``user_id`` 用户编号); a comment that lists codes
    makes a column the ``coded`` one.
    """

    id: str
    ends: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    initials: tuple[str, ...] = ()
    technical: bool = False
    weak: bool = False
    coded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """The kind found, the word that showed it and where: ``comment``, ``name``, ``initials`` or ``codes``.

    ``stem`` is what stands before that word: 用户 of 用户编号.
    """

    kind: str
    word: str
    where: str
    stem: str = ""


_FEW = 3
OTHER = "other"
"""The kind of a column whose ending tells nothing, as rules call it."""
NOTHING = Sort(kind="", word="", where="")


class KindIndex:
    """All kinds of a pack, ready to sort columns."""

    def __init__(self, kinds: tuple[Kind, ...]) -> None:
        self.technical = frozenset(kind.id for kind in kinds if kind.technical)
        self._weak = frozenset(kind.id for kind in kinds if kind.weak)
        self._coded = next((kind.id for kind in kinds if kind.coded), "")
        self._ends = {word.lower(): kind.id for kind in kinds for word in kind.ends}
        self._begins = {word.lower(): kind.id for kind in kinds for word in kind.begins}
        self._initials = {word: kind.id for kind in kinds for word in kind.initials}
        self._cache: dict[tuple[str, str], Sort] = {}

    def sort(self, name: str, comment: str, parts: tuple[str, ...]) -> Sort:
        """The kind of a column from its comment, else its name (``parts``: its tokens)."""
        key = (name, comment)
        found = self._cache.get(key)
        if found is None:
            if len(self._cache) > 200_000:
                self._cache.clear()
            found = self._cache[key] = self._sort(name, comment, parts)
        return found

    def _sort(self, name: str, comment: str, parts: tuple[str, ...]) -> Sort:
        said = self._comment(comment)
        if said.kind and said.kind not in self._weak:
            return said
        named = self._chinese(head(name), "name") if is_chinese(name) else self._tokens(parts, "name")
        if is_coded(comment) and named.kind not in self.technical:
            return Sort(kind=self._coded, word=said.word, where="codes", stem=said.stem)
        if said.kind:
            return replace(named, stem=said.stem) if named.kind in self.technical else said
        if named.kind:
            return named
        ending = self._ending(parts)
        # A comment that says something else outweighs a few letters that may stand for anything.
        return NOTHING if is_chinese(comment) and len(ending.word) <= _FEW else ending

    def _comment(self, comment: str) -> Sort:
        """A Chinese comment names the column; one in English is a name only where it is a word or two."""
        text = head(comment)
        if is_chinese(text):
            return self._chinese(text, "comment")
        words = tokens(comment)
        return self._tokens(words, "comment") if 0 < len(words) <= _FEW else NOTHING

    def _chinese(self, text: str, where: str) -> Sort:
        text = text.lower().strip("的 ").rstrip("0123456789一二三")
        for end in range(len(text), 0, -1):
            if text[:end] in self._begins:
                return Sort(kind=self._begins[text[:end]], word=text[:end], where=where)
        for start in range(len(text)):
            if text[start:] in self._ends:
                return Sort(kind=self._ends[text[start:]], word=text[start:], where=where, stem=text[:start])
        return NOTHING

    def _tokens(self, parts: tuple[str, ...], where: str) -> Sort:
        while parts and parts[-1].isdigit():
            parts = parts[:-1]
        if parts and parts[0] in self._begins:
            return Sort(kind=self._begins[parts[0]], word=parts[0], where=where)
        for start in range(len(parts)):
            word = "_".join(parts[start:])
            if word in self._ends:
                return Sort(kind=self._ends[word], word=word, where=where, stem="_".join(parts[:start]))
        return NOTHING

    def _ending(self, parts: tuple[str, ...]) -> Sort:
        if not parts or not is_initials(parts[-1]):
            return NOTHING
        token = parts[-1]
        for start in range(len(token) - 1):
            if token[start:] in self._initials:
                return Sort(
                    kind=self._initials[token[start:]],
                    word=token[start:],
                    where="initials",
                    stem=token[:start],
                )
        return NOTHING
