"""What the names of a table and its columns, their comments and SQL types say about each column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guard.detect.declared import Declared
from guard.detect.grammar import NONE, Context, Grammar, Reading
from guard.detect.mojibake import repaired
from guard.detect.pinyin import Pinyin
from guard.detect.score import Catalogue, ranked_types
from guard.detect.split import is_chinese, phrases, tokens
from guard.detect.vocabulary import Vocabulary, Word
from guard.model import Asset, AssetKind, Column, Evidence

_Row = tuple[Word, ...]
_ANY_TABLE = Context()
_REMEMBERED = 100_000
_FEW_LETTERS = 3


class NameJudge:
    """Judges columns by everything but their values.

    Evidence for a type carries its id; evidence that the column holds none of the types
    (类型, count, id) carries an empty type and a negative weight.
    """

    def __init__(self, catalogue: Catalogue, lexicon: Mapping[str, Any]) -> None:
        types = tuple(catalogue.by_id.values())
        self._types = catalogue.by_id
        rules = lexicon["names"]
        self._vocabulary = Vocabulary(types, lexicon)
        self._pinyin = Pinyin(types, self._vocabulary, lexicon)
        self._grammar = Grammar(frozenset(catalogue.by_id), rules)
        self._declared = Declared(rules["declared"], rules["stored"])
        self._settled = {kind: frozenset(by) for kind, by in rules["settled_by_name"].items()}
        self._weights: Mapping[str, Any] = lexicon["fusion"]
        self._placeholders = frozenset(rules["placeholders"])
        self._elements = {code.upper(): str(word) for code, word in lexicon.get("elements", {}).items()}
        self._person_columns = frozenset(rules["person_columns"])
        self._rows: dict[str, tuple[_Row, str]] = {}  # what names were read as; names repeat a lot

    def judge(self, asset: Asset) -> tuple[tuple[Evidence, ...], ...]:
        """The evidence for each column of ``asset``, in its order."""
        if len(self._rows) > _REMEMBERED:
            self._rows = {}
        asset = _legible(asset)
        prefix = _common_prefix(asset.columns)
        table = self._context(asset, prefix)
        return tuple(self._column(column, table, prefix) for column in asset.columns)

    def _context(self, asset: Asset, prefix: str) -> Context:
        rows = [self._comment_row(phrase)[0] for phrase in phrases(asset.comment)]
        rows.append(self._name_row(asset.name, "")[0])
        subject = next(filter(None, map(self._grammar.subject, rows)), "")
        beside = self._named_types(asset, prefix)
        if not subject and len(beside & self._person_columns) >= 2:
            subject = "person"
        return Context(subject, self._grammar.topics(asset.comment, tokens(asset.name)), beside)

    def _named_types(self, asset: Asset, prefix: str) -> frozenset[str]:
        """The types that columns of the table are named as, whatever the table is about."""
        kinds: set[str] = set()
        for column in asset.columns:
            for words, _ in self._channels(column, prefix):
                kinds.update(self._grammar.read(words, _ANY_TABLE).types[:1])
        return frozenset(kinds)

    def _channels(self, column: Column, prefix: str) -> list[tuple[_Row, str]]:
        """The words of the comment's phrases, best first, then those of the name; each with its channel."""
        rows = [self._comment_row(phrase) for phrase in phrases(column.comment)]
        stored = self._declared.word(column.type, column.name)
        name = (self._vocabulary.read_chinese(stored), "pinyin") if stored else None
        return [*rows, name or self._name_row(column.name, prefix)]

    def _column(self, column: Column, table: Context, prefix: str) -> tuple[Evidence, ...]:
        if not column.comment and self._nameless(column.name):
            return ()
        *comment, name = self._channels(column, prefix)
        silent = _few_letters(column, name[1]) and not any(
            self._grammar.read(words, table).types for words, _ in comment
        )
        said = Reading() if silent else self._grammar.read(name[0], table)
        evidence = list(self._say("name", said, name[1]))
        for words, channel in comment:
            reading = self._grammar.read(words, table)
            if reading.types:
                if not self._settles(said, reading):
                    evidence[:0] = self._say("comment", reading, channel)
                break
        return (*evidence, *self._storage(column, evidence))

    def _settles(self, name: Reading, comment: Reading) -> bool:
        """Whether the name says which of its many senses the comment's word has: 首页地址 of ``home_url``."""
        senses = self._settled.get(comment.types[0], frozenset())
        return not senses.isdisjoint(name.types[:1])

    def _nameless(self, name: str) -> bool:
        """``column_1``, ``c2``, 列3: a numbered place and no name."""
        parts = tokens(name)
        return any(part.isdigit() for part in parts) and all(
            part.isdigit() or part in self._placeholders for part in parts
        )

    def _say(self, kind: str, reading: Reading, channel: str) -> list[Evidence]:
        weights = self._weights["names"][channel]
        if reading.types == (NONE,):
            return [Evidence(kind=kind, type="", detail=reading.word, weight=weights["none"])]
        shared = self._weights["shared"]
        kind = "table" if reading.how == "table" else kind
        known = [type_ for type_ in reading.types if type_ in self._types]
        return [
            Evidence(
                kind=kind,
                type=type_,
                detail=reading.word,
                weight=weights[reading.how] + (shared if index else 0),
            )
            for index, type_ in enumerate(known)
        ]

    def _storage(self, column: Column, evidence: Sequence[Evidence]) -> list[Evidence]:
        against = []
        family = self._declared.family(column.type)[0]  # not the type itself: an enum lists values
        for type_ in dict.fromkeys(item.type for item in evidence if item.type):
            reason = self._declared.against(column.type, type_) if column.type else ""
            if reason:
                against.append(
                    Evidence(kind="declared", type=type_, detail=family, weight=self._weights[reason])
                )
        return against

    def _comment_row(self, phrase: str) -> tuple[_Row, str]:
        key = "\0" + phrase
        if key not in self._rows:
            if is_chinese(phrase):
                self._rows[key] = self._vocabulary.read_chinese(phrase), "comment"
            else:
                self._rows[key] = self._latin(tokens(_head_phrase(phrase)))[0], "sentence"
        return self._rows[key]

    def _name_row(self, name: str, prefix: str) -> tuple[_Row, str]:
        key = f"{prefix}\0{name}"
        if key not in self._rows:
            self._rows[key] = self._read_name(name, prefix)
        return self._rows[key]

    def _read_name(self, name: str, prefix: str) -> tuple[_Row, str]:
        word = self._elements.get(name.upper())
        if word:
            return self._vocabulary.read_chinese(word), "element"
        senses = self._vocabulary.chinese.get(name.lower())
        if senses:
            return (Word(name, senses),), "zh"
        if is_chinese(name):
            phrase = next(iter(phrases(name)), name)
            return self._vocabulary.read_chinese(phrase), "zh"
        return self._latin(_without_prefix(tokens(name), prefix))

    def _latin(self, parts: Sequence[str]) -> tuple[_Row, str]:
        words: list[Word] = []
        channel = "en"
        row = self._vocabulary.read_english(parts)
        if len(row) > 1 and len(row[0].text) == 1 and not row[0].text.isdigit():
            row = row[1:]  # f_name, t_user: a letter for "field" or "table"
        of = next((index for index, word in enumerate(row) if word.text == "of"), 0)
        if of:
            at = list(parts).index("of")
            row = self._vocabulary.read_english((*parts[at + 1 :], *parts[:at]))
        row = self._joined(row)
        for index, word in enumerate(row):
            if word.senses or word.text.isdigit():
                words.append(word)
                continue
            found, how = self._foreign(word.text, first=index == 0, last=index == len(row) - 1)
            words.extend(found)
            channel = how or channel
        while len(words) > 1 and not words[0].senses and len(words[0].text) <= 2:
            del words[0]
        return tuple(words), channel

    def _joined(self, row: _Row) -> _Row:
        """Neighbours that are one word only together: ``weiXin``, ``xing_ming``, ``rl_tz``."""
        for start in range(len(row) - 1):
            text = row[start].text + row[start + 1].text
            together = self._vocabulary.english.get(text)
            unit = Word(text, together) if together else self._pinyin.whole(text)
            if not unit and len(row) == 2:
                unit = self._pinyin.together(row[0].text, row[1].text)
            if unit and not row[start].senses and not row[start + 1].senses:
                return (*row[:start], unit, *row[start + 2 :])
        return row

    def _foreign(self, token: str, *, first: bool, last: bool) -> tuple[tuple[Word, ...], str]:
        english = self._vocabulary.take_apart(token)
        if english:
            return english, ""
        if not first and last:
            tail = self._pinyin.tail(token)
            if tail:
                return (tail,), "pinyin"
        if first and not last:
            front = self._pinyin.front(token)
            if front:
                return (front,), "pinyin"
        words, whole = self._pinyin.read(token)
        if words:
            return words, "pinyin" if whole else "initials"
        return (self._glued(token),), ""

    def _glued(self, token: str) -> Word:
        """A word with one letter for its table before it: ``sname`` in students, ``tsex`` in teachers."""
        known = self._vocabulary.read_english((token[1:],)) if len(token) > 3 else ()
        return known[0] if known and known[0].senses else Word(token)


def _legible(asset: Asset) -> Asset:
    """The asset with the names and comments of its columns in the encoding that was meant."""
    texts = [asset.comment]
    texts += [text for column in asset.columns for text in (column.name, column.comment)]
    if all(text.isascii() or repaired(text) == text for text in texts):
        return asset
    columns = (
        replace(column, name=repaired(column.name), comment=repaired(column.comment))
        for column in asset.columns
    )
    return replace(asset, comment=repaired(asset.comment), columns=tuple(columns))


def _common_prefix(columns: Sequence[Column]) -> str:
    """The first token that most columns of the table share, or empty."""
    firsts = Counter(parts[0] for column in columns if len(parts := tokens(column.name)) > 1)
    if not firsts:
        return ""
    token, count = firsts.most_common(1)[0]
    return token if count >= 3 and count * 3 >= len(columns) * 2 else ""


def _few_letters(column: Column, channel: str) -> bool:
    """Whether a name is a few initials beside a Chinese comment: they may stand for anything else."""
    parts = tokens(column.name)
    return (
        channel in ("pinyin", "initials")
        and len(parts) == 1
        and len(parts[0]) <= _FEW_LETTERS
        and is_chinese(column.comment)
    )


def _without_prefix(parts: tuple[str, ...], prefix: str) -> tuple[str, ...]:
    return parts[1:] if len(parts) > 1 and parts[0] == prefix else parts


_PREPOSITIONS = (
    " of ",
    " for ",
    " from ",
    " that ",
    " which ",
    " where ",
    " when ",
    " used ",
    " in ",
    " to ",
    " on ",
    " with ",
    " by ",
)
_ARTICLES = ("the ", "a ", "an ", "this ")


def _head_phrase(sentence: str) -> str:
    """The noun phrase before the first preposition: ``First name of the person`` -> ``first name``."""
    text = sentence.lower()
    for article in _ARTICLES:
        text = text.removeprefix(article)
    cut = min((at for preposition in _PREPOSITIONS if (at := text.find(preposition)) > 0), default=len(text))
    return text[:cut]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameFailure:
    """A name sample of a type that was judged otherwise. ``wanted`` says whether it should be the type."""

    type: str
    origin: str
    name: str
    wanted: bool
    got: str

    def __str__(self) -> str:
        relation = "is not" if self.wanted else "is"
        judged = self.got or "none"
        return f"{self.origin}: {self.type}: name {self.name!r} {relation} {self.type} (judged {judged})"


def test_names(catalogue: Catalogue, lexicon: Mapping[str, Any]) -> tuple[NameFailure, ...]:
    """Judge every type's name samples (``names_true``, ``names_false``) as columns of an unnamed table."""
    judge, weights = NameJudge(catalogue, lexicon), lexicon["fusion"]
    failures = []
    for kind in catalogue.by_id.values():
        for name, wanted in [(n, True) for n in kind.names_true] + [(n, False) for n in kind.names_false]:
            got = _judged(judge, name, weights)
            if (got == kind.id) is not wanted:
                failures.append(
                    NameFailure(type=kind.id, origin=kind.origin, name=name, wanted=wanted, got=got)
                )
    return tuple(failures)


def _judged(judge: NameJudge, name: str, weights: Mapping[str, Any]) -> str:
    column = Column(name=name, position=0)
    asset = Asset(source="-", path=("-",), kind=AssetKind.DICTIONARY, columns=(column,))
    ranked = ranked_types(judge.judge(asset)[0], weights)
    return ranked[0][0] if ranked and ranked[0][1] >= weights["threshold"] else ""
