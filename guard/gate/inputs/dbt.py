"""dbt projects: models are views of their queries, descriptions are comments, ``meta: {guard: …}`` declares.

Models follow the models that they refer to. Everything else of Jinja is left to the reader of queries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from guard.gate.inputs.piece import Part
from guard.gate.inputs.reading import Reader, is_sql, unread
from guard.gate.script.dialect import Dialect
from guard.gate.script.statement import Text
from guard.model import SourceError, UsageError
from guard.model.gate import Change, CommentOn, Create, DdlColumn, Name, Place, Query, RelationKind
from guard.yamldoc import Document, parse, read

PROJECT = "dbt_project.yml"

_REFERS = re.compile(r"\{\{-?\s*+ref\s*+\(\s*+(?>(?:['\"][^'\"\n]*+['\"]\s*+,\s*+)?)['\"]([^'\"\n]++)['\"]")
_CONFIG = re.compile(r"\{\{-?\s*+config\b(?>(?:[^{}]|\{(?!\{)|\}(?!\}))*)\}\}")
_THIS = re.compile(r"\{\{-?\s*+this\s*+-?\}\}")
_SNAPSHOT = re.compile(r"\{%-?\s*+snapshot\s++(\w++)")
_KIND = re.compile(r"\bmaterialized\s*+=\s*+['\"](\w++)")
_TAG = re.compile(r"\{%-?\s*+(\w++)(?>(?:[^%{]|%(?!\})|\{(?!%))*)%\}")
_SKIPPED = {"else": "endif", "elif": "endif", "macro": "endmacro", "set": "endset", "docs": "enddocs"}
_TABLES = ("table", "incremental", "snapshot")
_LISTS = ("models", "seeds", "snapshots")
_DECLARES = ("level", "category", "mask", "retention", "zone")


def project(path: Path, root: Path) -> Path | None:
    """The folder of the dbt project that ``path`` belongs to."""
    above = (folder for folder in path.parents if folder.is_relative_to(root))
    return next((folder for folder in above if (folder / PROJECT).is_file()), None)


def is_part(path: Path, folder: Path) -> bool:
    """Whether ``path`` defines something in the project ``folder``: no macro, test or analysis."""
    return path.suffix.lower() != ".json" and path.relative_to(folder).parts[0] in _homes(folder)


def parts(paths: Iterable[Path], reader: Reader, wanted: Dialect | None) -> Iterator[Part]:
    """What the files of one project declare and define: sources, then models in order, then their words."""
    documents: list[Document] = []
    models: dict[str, Text] = {}
    for path in paths:
        try:
            if is_sql(path):
                text = reader.text(path)
                snapshot = _SNAPSHOT.search(text.text)
                models.setdefault(snapshot[1] if snapshot else path.stem, text)
            else:
                documents.append(_document(reader.text(path)))
        except SourceError as error:
            problem = unread(error)
            yield Part(file=problem.place.file, content=problem, dialect=wanted, editable=False)
    found: list[Change] = [change for document in documents for change in _sources(document)]
    types = _types(documents)
    found += [_model(name, models[name], types.get(name, {})) for name in _ordered(models)]
    found += [change for document in documents for change in _words(document)]
    for change in found:
        yield Part(file=change.place.file, content=change, dialect=wanted, editable=False)


@cache
def _homes(folder: Path) -> frozenset[str]:
    try:
        said = read(folder / PROJECT).data
    except (OSError, UsageError):
        said = None
    homes = (
        (said.get(f"{kind}-paths") if isinstance(said, dict) else None) or [f"{kind}s"]
        for kind in ("model", "snapshot", "seed")
    )
    return frozenset(str(home).split("/")[0] for some in homes if isinstance(some, list) for home in some)


def _document(text: Text) -> Document:
    try:
        return parse(text.text, text.file)
    except UsageError as error:
        line, detail = error.params.get("line", 1), error.params.get("detail", "")
        raise SourceError("log-broken", file=text.file, line=line, detail=detail) from None


def _model(name: str, text: Text, types: Mapping[str, str]) -> Create:
    kind = _KIND.search(text.text)
    place = Place(file=text.file, line=1, end=text.text.count("\n") + 1)
    query = _THIS.sub(name, _CONFIG.sub(_blank, _without_branches(text.text)))
    return Create(
        name=(name,),
        place=place,
        kind=RelationKind.TABLE if kind and kind[1] in _TABLES else RelationKind.VIEW,
        columns=tuple(DdlColumn(name=one, type=type_, place=place) for one, type_ in types.items()),
        query=Query(text=query, place=place),
    )


def _types(documents: Iterable[Document]) -> dict[str, dict[str, str]]:
    """The types of the columns of each model, where they are said."""
    found: dict[str, dict[str, str]] = {}
    for document in documents:
        for _, model in _entries(document.data, "models"):
            said = {one["name"]: one.get("data_type") for _, one in _entries(model, "columns")}
            found.setdefault(model["name"], {}).update(
                {key: str(type_) for key, type_ in said.items() if type_}
            )
    return found


def _without_branches(text: str) -> str:
    """``text`` with one branch of every condition, without macros and blocks that only set a name."""
    out, at, until, depth = [], 0, "", 0
    for tag in _TAG.finditer(text):
        word = tag[1]
        if until and word == until and not depth:
            out.append(_blank(text[at : tag.start()]))
            at, until = tag.start(), ""
        elif until:
            depth += (word == until.removeprefix("end")) - (word == until)
        elif word in _SKIPPED and not (word == "set" and "=" in tag[0]):
            out.append(text[at : tag.start()])
            at, until, depth = tag.start(), _SKIPPED[word], 0
    out.append(_blank(text[at:]) if until else text[at:])
    return "".join(out)


def _blank(found: str | re.Match[str]) -> str:
    return "\n" * (found if isinstance(found, str) else found[0]).count("\n")


def _ordered(models: Mapping[str, Text]) -> Iterator[str]:
    """Each after those that it refers to; a circle ends where it began."""
    refers = {name: _REFERS.findall(text.text) for name, text in models.items()}
    done: set[str] = set()
    for start in models:
        pending = [(start, False)]
        while pending:
            name, ready = pending.pop()
            if ready:
                yield name
            elif name not in done and name in models:
                done.add(name)
                pending += [(name, True), *((other, False) for other in reversed(refers[name]))]


def _sources(document: Document) -> Iterator[Change]:
    for at, source in _entries(document.data, "sources"):
        for index, table in _entries(source, "tables"):
            keys = ("sources", at, "tables", index)
            yield _table(document, keys, (source["name"], table["name"]), table)
    for kind in ("seeds", "snapshots"):
        for at, table in _entries(document.data, kind):
            yield _table(document, (kind, at), (table["name"],), table)


def _table(document: Document, keys: tuple[str | int, ...], name: Name, table: Any) -> Create:
    columns = tuple(
        DdlColumn(
            name=column["name"],
            type=str(column.get("data_type") or ""),
            comment=_comment(column),
            place=Place(file=document.path, line=document.line(*keys, "columns", at)),
        )
        for at, column in _entries(table, "columns")
    )
    place = Place(file=document.path, line=document.line(*keys))
    return Create(name=name, place=place, columns=columns, comment=_comment(table))


def _words(document: Document) -> Iterator[Change]:
    for at, model in _entries(document.data, "models"):
        name = (model["name"],)
        if comment := _comment(model):
            place = Place(file=document.path, line=document.line("models", at))
            yield CommentOn(table=name, comment=comment, place=place)
        for index, column in _entries(model, "columns"):
            place = Place(file=document.path, line=document.line("models", at, "columns", index))
            yield CommentOn(table=name, column=column["name"], comment=_comment(column), place=place)


def _entries(data: Any, key: str) -> Iterator[tuple[int, Any]]:
    found = data.get(key) if isinstance(data, dict) else None
    for at, entry in enumerate(found if isinstance(found, list) else ()):
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            yield at, entry


def _comment(entry: Any) -> str:
    """Its description, and what its ``meta`` declares as people write it in a comment."""
    description = str(entry.get("description") or "")
    config = entry.get("config")
    metas = [entry.get("meta"), config.get("meta") if isinstance(config, dict) else None]
    guards = [meta.get("guard") for meta in metas if isinstance(meta, dict)]
    said: Mapping[str, Any] = next((guard for guard in guards if isinstance(guard, dict)), {})
    words = [f"{key}={_quoted(str(said[key]))}" for key in _DECLARES if said.get(key)]
    return f"{description} [{' '.join(words)}]".strip() if words else description


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word
