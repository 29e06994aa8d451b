"""Passwords kept in clear, and personal data and secrets that stand in scripts as values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from guard.checks.scalar.secret import explain_real
from guard.gate.context import Context, JudgedColumn
from guard.gate.evidence import made_up
from guard.gate.evidence.newest import Newest
from guard.gate.evidence.protected import declared_method, is_text, type_word, width
from guard.gate.evidence.spoken import Spoken, spoken
from guard.gate.rule import Rule
from guard.gate.script.secrets_in import PASSWORD
from guard.model.gate import Place, RelationKind, Violation

_TABLES = (RelationKind.TABLE, RelationKind.FOREIGN, RelationKind.TEMPORARY)
_LEAST = 4  # characters of a secret
_NUMBERS = re.compile(r"\d{7}|@")
_DIGEST = re.compile(
    r"(?i)\$2[abxy]?\$|\$(?:1|5|6|y|argon2\w*|pbkdf2[\w-]*|scrypt)\$|\{[a-z0-9-]{3,12}\}|pbkdf2_|scram-sha-|md5[0-9a-f]{32}$|"
    r"\*[0-9a-f]{40}$|0x[0-9a-f]{32,}$|[st]:[0-9a-f]{40,}|(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{48,})$"
)
_ONE_NUMBER = re.compile(r"[\d\s+Xx-]*")
# Labels of secrets, marks of connections and keys, and runs that may be one.
_SECRETS = re.compile(
    r"(?i:pass|pwd|secret|token|key|credential|access)|密|口令|令牌|授权码|://|-----BEGIN|[A-Za-z0-9_+/=-]{16}"
)
_CREDENTIALS = re.compile(r"://[^:/@\s]*:(?P<one>[^@/\s]{2,})@|(?i:password|pwd)=(?P<two>[^;&\s]{2,})")


def password(rule: Rule, context: Context) -> Iterator[Violation]:
    """Password columns of which nothing says that a digest stands in them.

    An error where a digest has no room in the column; else a warning where another mask is declared. Where
    none is, that is asked for anyway.
    """
    seeded: frozenset[tuple[str, str]] | None = None
    for column, violation in _passwords(rule, context):
        method = declared_method(column.column)
        if (method is not None and method.stored) or _hashed(column, rule):
            continue
        seeded = _seeded(context) if seeded is None else seeded
        narrow = 0 < width(column.column.column.type) < rule.params["shortest"]
        if (narrow or _masked(column)) and (violation.table.casefold(), column.name.casefold()) not in seeded:
            yield violation if narrow else replace(violation, severity="warning")


def _masked(column: JudgedColumn) -> bool:
    declaration = column.column.declaration
    return declaration is not None and bool(declaration.mask)


def _seeded(context: Context) -> frozenset[tuple[str, str]]:
    """The columns, as relation and name in small letters, of which all seed rows hold digests."""
    told = dict[tuple[str, str], bool]()
    for one in spoken(context):
        if one.column and one.text:
            key = (one.relation.ref.casefold(), one.column.casefold())
            told[key] = told.get(key, True) and _DIGEST.match(one.text) is not None
    return frozenset(key for key, digests in told.items() if digests)


def reversible(rule: Rule, context: Context) -> Iterator[Violation]:
    """Password columns declared with a cipher that a key opens again."""
    for column, violation in _passwords(rule, context):
        method = declared_method(column.column)
        if method is not None and method.kind == "encrypt":
            yield replace(violation, params={**violation.params, "cipher": method.name})


def _passwords(rule: Rule, context: Context) -> Iterator[tuple[JudgedColumn, Violation]]:
    newest = Newest(context)
    for relation in newest.relations(context, _TABLES):
        for column in context.judge(relation).columns:
            place, type_ = column.column.place, column.column.column.type
            asked = column.type in rule.params["types"] and newest.written(place)
            if asked and (not type_ or is_text(type_)):
                yield column, rule.broken(place, relation, column)


def _hashed(column: JudgedColumn, rule: Rule) -> bool:
    """Whether name, comment or type tell of a digest: ``pwd_hash``, 口令摘要, bcrypt, char(60)."""
    ddl = column.column.column
    said = f"{ddl.name} {ddl.comment}".casefold()
    fixed = type_word(ddl.type) in ("char", "character", "nchar")
    digest = fixed and width(ddl.type) in rule.params["digests"]
    return digest or any(word in said for word in rule.params["words"])


def personal(rule: Rule, context: Context) -> Iterator[Violation]:
    """Values of real persons in seed rows, defaults and comments; not those of documents and tests."""
    texts = [one for one in spoken(context) if _NUMBERS.search(one.text)]
    kinds: Mapping[str, Mapping[str, Any]] = rule.params["kinds"]
    told, columns = _Told(rule, context), _Columns(context)
    for one, types in zip(texts, context.literals([one.text for one in texts]), strict=True):
        held = (kind for kind in kinds if kind in types and _fits(one, columns.type(one), kind, kinds[kind]))
        if kind := next(held, ""):
            told.add(one, kind, made_up.addresses(one.text) if kind == "email" else made_up.numbers(one.text))
    yield from told.violations({kind: int(entry.get("least", 1)) for kind, entry in kinds.items()})


def secret(rule: Rule, context: Context) -> Iterator[Violation]:
    """Passwords, keys and tokens in seed rows, defaults, comments and definitions of accounts."""
    kinds: Sequence[str] = rule.params["kinds"]
    told, columns = _Told(rule, context), _Columns(context)
    own: Mapping[str, str] = rule.params["columns"]
    texts = [one for one in spoken(context) if len(one.text) >= _LEAST]
    texts = [one for one in texts if _SECRETS.search(one.text) or columns.type(one) in own]
    for one, types in zip(texts, context.literals([one.text for one in texts]), strict=True):
        found = (kind for kind in kinds if kind in types and _opens(one.text, kind))
        if kind := next(found, "") or _own_secret(one.text, columns.type(one), own):
            told.add(one, kind, {one.text})
    yield from told.violations({})


class _Columns:
    """The data types of the columns whose values texts are."""

    def __init__(self, context: Context) -> None:
        self._judge = context.judge
        self._types: dict[tuple[int, str], str] = {}

    def type(self, one: Spoken) -> str:
        """The type, empty where there is none; the column of an account or connection is called as it is."""
        key = (id(one.relation), one.column)
        if key not in self._types:
            self._types[key] = self._found(one)
        return self._types[key]

    def _found(self, one: Spoken) -> str:
        if not one.relation.name:
            return "password_plain" if one.column == PASSWORD else ""
        column = self._judge(one.relation).column(one.column) if one.column else None
        return column.type if column else ""


def _fits(one: Spoken, own: str, kind: str, entry: Mapping[str, Any]) -> bool:
    """Whether a value of ``kind`` is one in a column of type ``own``: an order number may look like a
    mobile number."""
    if entry["where"] == "anywhere" or own == kind or own in entry.get("also", ()):
        return True
    return bool(entry["where"] == "text" and not _ONE_NUMBER.fullmatch(one.text))


def _opens(text: str, kind: str) -> bool:
    """Whether a value of ``kind`` is a secret: a connection string is one where a password is in it."""
    if kind != "db_connection_string":
        return True
    found = _CREDENTIALS.search(text)
    return found is not None and _real("password", found["one"] or found["two"])


def _own_secret(text: str, own: str, columns: Mapping[str, str]) -> str:
    """``own`` where a column of that type holds secrets and ``text`` is one, no digest and no placeholder."""
    label = columns.get(own, "")
    if not label or (label == "password" and _DIGEST.match(text)):
        return ""
    return own if _real(label, text) else ""


def _real(label: str, text: str) -> bool:
    """Whether ``text`` may be the secret that ``label`` names, judged as it is beside a label in a text."""
    return not re.search(r"[\s'\"]", text) and not explain_real(f"{label}='{text}'")


class _Told:
    """What was found, counted by statement, column and type: one violation for each."""

    def __init__(self, rule: Rule, context: Context) -> None:
        self._rule, self._context = rule, context
        self._found: dict[tuple[Place, str, str, str], list[Spoken]] = {}
        self._values: dict[tuple[Place, str, str, str], set[str]] = {}
        self._cells: set[tuple[Place, str]] = set()

    def add(self, one: Spoken, kind: str, values: Iterable[str]) -> None:
        """Note that ``one`` holds ``values`` of ``kind``; nothing where there are none. What stands in one
        place is told once, though it is looked at alone and beside its key."""
        cell = (one.place, one.column)
        if (values := set(values)) and cell not in self._cells:
            self._cells.add(cell)
            key = (one.group, one.relation.ref, one.column, kind)
            self._found.setdefault(key, []).append(one)
            self._values.setdefault(key, set()).update(values)

    def violations(self, least: Mapping[str, int]) -> Iterator[Violation]:
        """The violations, of kinds that tell only in numbers where ``least`` different values are there."""
        for key, found in self._found.items():
            if len(self._values[key]) >= least.get(key[3], 1):
                yield self._violation(found, key[3])

    def _violation(self, found: Sequence[Spoken], kind: str) -> Violation:
        first, item = found[0], self._context.types[kind]
        column = first.column if first.relation.name else ""
        told: dict[str, Any] = {
            "column": column,
            "type": kind,
            "level": item.level,
            "category": item.category,
        }
        more = any(one.more for one in found)
        count = f"≥ {len(found)}" if more else len(found) if len(found) > 1 else ""
        return replace(self._rule.broken(first.place, first.relation, count=count, mask="", **told), **told)


CHECKS: Mapping[str, Callable[[Rule, Context], Iterator[Violation]]] = {
    "plaintext-password": password,
    "password-reversible": reversible,
    "personal-in-literal": personal,
    "secret-in-literal": secret,
}
