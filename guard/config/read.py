"""guard.yaml to located entries: every leaf with its file and line, every wrong word refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guard.config.settings import BY_KEY, PLANNED, children
from guard.config.values import EXAMPLES, KINDS, LiteralSecretError
from guard.model import UsageError
from guard.secrets import is_reference, names_secret, split_url
from guard.yamldoc import Document, nearest, parse

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One value as it is used, and where it came from. A line of 0 is no file: ``file`` names the origin."""

    value: Any
    file: str
    line: int = 0

    @property
    def origin(self) -> str:
        """``file:line``, or the environment variable."""
        return f"{self.file}:{self.line}" if self.line else self.file


def entries(path: Path, chain: tuple[Path, ...] = ()) -> dict[Key, Entry]:
    """The entries of ``path`` over those of what it extends. Raises UsageError with file and line."""
    document = parse(_text(path), str(path))
    found: dict[Key, Entry] = {}
    for key, entry in _walk(document, (), (), "", path.parent):
        if key in found:
            raise _wrong("config-twice", document, (*key,), entry.line, other=found[key].line)
        found[key] = entry
    parent = found.pop(("extends",), None)
    if parent is None:
        return found
    above = (*chain, path.resolve())
    base = Path(parent.value)
    if base.resolve() in above:
        files = " > ".join(item.name for item in (*above, base))
        raise UsageError("config-cycle", file=str(path), line=parent.line, chain=files)
    if not base.is_file():
        raise UsageError("config-missing", file=str(base), origin=parent.origin)
    return entries(base, above) | found


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UsageError("config-unreadable", file=str(path), line=line, code="not-utf-8") from None
    except OSError as error:
        raise UsageError("config-unreadable", file=str(path), code=type(error).__name__) from None


def _walk(document: Document, at: Key, as_: Key, pattern: str, base: Path) -> Iterator[tuple[Key, Entry]]:
    """Walk the node at ``at``. ``as_`` is its key with aliases resolved, ``pattern`` that with ``*``."""
    node = _node(document, at)
    line = document.line(*at)
    if pattern in BY_KEY and pattern != "sources.*.options":
        yield as_, Entry(value=_value(document, at, as_, node, base), file=document.path, line=line)
        return
    if node is not None and not isinstance(node, Mapping):
        raise _wrong("config-value", document, at, line, wanted=EXAMPLES["map"])
    if pattern == "sources.*.options":
        yield from _options(document, at, as_, node or {})
        return
    if pattern == "sources.*":  # a source is there even when nothing is set for it
        yield as_, Entry(value=None, file=document.path, line=line)
    for word in node or {}:
        inner, name = _step(document, (*at, word), pattern)
        yield from _walk(document, (*at, word), (*as_, name), inner, base)


def _step(document: Document, at: tuple[Any, ...], pattern: str) -> tuple[str, str]:
    """The pattern of the node at ``at`` under ``pattern``, and its proper name."""
    word = at[-1]
    if pattern == "sources":
        if not isinstance(word, str) or not word or "/" in word:
            raise _wrong("config-name", document, at, document.line(*at))
        return "sources.*", word
    known = children(pattern)
    if word in known:
        inner = known[word]
        return inner, inner.rpartition(".")[2]
    key = f"{pattern}.{word}" if pattern else str(word)
    code = "config-planned" if key in PLANNED else "config-unknown-key"
    near = nearest(str(word), known) or "-"
    raise _wrong(code, document, at, document.line(*at), nearest=near, known=", ".join(known))


def _node(document: Document, at: Key) -> Any:
    node = document.data
    for word in at:
        node = node[word]
    return node


def _value(document: Document, at: Key, as_: Key, node: Any, base: Path) -> Any:
    kind = _kind(as_)
    if isinstance(node, str) and kind != "secret" and split_url(node)[1]:
        raise _wrong("literal-password", document, at, document.line(*at))
    try:
        return KINDS[kind][0](node, base)
    except LiteralSecretError:
        raise _wrong("literal-password", document, at, document.line(*at)) from None
    except (ValueError, OverflowError, RuntimeError):  # RuntimeError: "~nobody" has no home
        raise _wrong("config-value", document, at, document.line(*at), wanted=EXAMPLES[kind]) from None


def _kind(as_: Key) -> str:
    pattern = ".".join(("sources", "*", *as_[2:]) if as_[0] == "sources" else as_)
    return BY_KEY[pattern].kind


def _options(document: Document, at: Key, as_: Key, node: Mapping[Any, Any]) -> Iterator[tuple[Key, Entry]]:
    for name, value in node.items():
        where = (*at, name)
        _refuse_literal(document, where, value)
        yield (*as_, str(name)), Entry(value=value, file=document.path, line=document.line(*where))


def _refuse_literal(document: Document, at: tuple[Any, ...], value: Any) -> None:
    if isinstance(value, (Mapping, list)):
        inner = value.items() if isinstance(value, Mapping) else enumerate(value)
        for name, item in inner:
            _refuse_literal(document, (*at, name), item)
        return
    text = str(value)
    secret = names_secret(str(at[-1])) and value is not None and not is_reference(text)
    if secret or split_url(text)[1]:
        raise _wrong("literal-password", document, at, document.line(*at))


def _wrong(code: str, document: Document, at: tuple[Any, ...], line: int, **params: object) -> UsageError:
    key = ".".join(str(word) for word in at)
    return UsageError(code, file=document.path, line=line, key=key, where=f"{document.path}:{line}", **params)
