"""Where recognizers come from: presidio's own by entity, installed packages, and registry files.

A recognizer that needs a language model, a download or a service is refused by name, before it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from guard.model import UsageError
from guard.presidio.library import offline, presidio
from guard.yamldoc import Document, nearest, parse

GROUP = "guard.presidio"
Found = tuple[Any, str]  # a recognizer and where it comes from
_FLAGS = 26  # IGNORECASE | MULTILINE | DOTALL, as presidio itself sets them
_HOLD_MODELS = frozenset(("ner", "third_party", "nlp_engine_recognizers"))
_PACKAGE = "presidio_analyzer.predefined_recognizers."


def every() -> list[Found]:
    """presidio's predefined recognizers that stand on their own, then those of installed packages.

    A package offers a class or an instance by the entry-point group ``guard.presidio``.
    """
    origin = f"presidio-analyzer {_version()}"
    found = [(offline(made()), origin) for made in _classes()]
    for entry in sorted(entry_points(group=GROUP), key=lambda item: item.name):
        try:
            loaded = entry.load()
            made = loaded() if isinstance(loaded, type) else loaded
        except Exception as error:
            raise UsageError("plugin-broken", plugin=entry.name, code=type(error).__name__) from None
        found.append((offline(made), entry.value))
    return found


def _version() -> str:
    from importlib.metadata import version

    return version("presidio-analyzer")


def _classes() -> Iterator[Any]:
    presidio()
    import presidio_analyzer.predefined_recognizers as library
    from presidio_analyzer import EntityRecognizer

    for name in sorted(library.__all__):
        made = getattr(library, name)
        if isinstance(made, type) and issubclass(made, EntityRecognizer) and _alone(made):
            yield made


def _alone(made: type) -> bool:
    """Whether a recognizer of the class works without model and service."""
    from presidio_analyzer import RemoteRecognizer

    path = made.__module__.removeprefix(_PACKAGE)
    models = path != made.__module__ and path.split(".")[0] in _HOLD_MODELS
    return not models and not issubclass(made, RemoteRecognizer) and not _lineage(made)


def _lineage(made: type) -> bool:
    return any(
        base.__module__.startswith(_PACKAGE)
        and base.__module__.removeprefix(_PACKAGE).split(".")[0] in _HOLD_MODELS
        for base in made.__mro__[1:]
    )


def of_entity(entity: str, found: Iterable[Found], where: str) -> list[Found]:
    """Of ``found``, the recognizers of an entity. Raises UsageError ``presidio-unknown-entity``."""
    pool = list(found)
    chosen = [one for one in pool if entity in one[0].supported_entities]
    if not chosen:
        known = {name for one, _ in pool for name in one.supported_entities}
        near = nearest(entity, known) or "-"
        raise UsageError(
            "presidio-unknown-entity", word=entity, where=where, nearest=near, known=", ".join(sorted(known))
        )
    return chosen


def of_file(path: Path) -> list[Found]:
    """The recognizers of a presidio registry file, each with ``file:line``.

    Raises:
        UsageError: ``presidio-bad-registry``, ``presidio-bad-pattern``, ``presidio-needs-model``,
            ``config-missing`` or ``yaml-broken``, with file and line.
    """
    presidio()
    document = parse(_text(path), str(path))
    top = document.data
    if not isinstance(top, dict) or not isinstance(top.get("recognizers"), list):
        raise UsageError("presidio-bad-registry", file=str(path), line=1, type="-", code="recognizers")
    found: list[Found] = []
    for index, item in enumerate(top["recognizers"]):
        if isinstance(item, str):
            item = {"name": item, "type": "predefined"}  # noqa: PLW2901 - the short form, spelt out
        if not isinstance(item, dict) or item.get("enabled", True) is False:
            continue
        _check_patterns(document, index, item)
        origin = f"{path}:{document.line('recognizers', index)}"
        found += [(offline(one), origin) for one in _made(document, index, item, top)]
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("config-unreadable", file=str(path), code="not-utf-8") from None
    except OSError as error:
        raise UsageError("config-unreadable", file=str(path), code=type(error).__name__) from None


def _check_patterns(document: Document, index: int, item: Mapping[str, Any]) -> None:
    import regex

    patterns = item.get("patterns")
    for place, pattern in enumerate(patterns if isinstance(patterns, list) else []):
        text = pattern.get("regex") if isinstance(pattern, dict) else None
        try:
            regex.compile(str(text))
        except (regex.error, RecursionError, OverflowError) as error:
            line = document.line("recognizers", index, "patterns", place, "regex")
            code = str(getattr(error, "msg", "")) or type(error).__name__
            raise UsageError(
                "presidio-bad-pattern", file=document.path, line=line, type=_entity(item), code=code
            ) from None


def _made(document: Document, index: int, item: dict[str, Any], top: Mapping[str, Any]) -> list[Any]:
    from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider
    from presidio_analyzer.recognizer_registry.recognizers_loader_utils import (
        PredefinedRecognizerNotFoundError,
        RecognizerListLoader,
    )

    line = document.line("recognizers", index)
    about = {"file": document.path, "line": line, "type": _entity(item)}
    name = item.get("class_name") or item.get("name")
    try:
        if item.get("type") == "predefined" and not _alone(
            RecognizerListLoader.get_existing_recognizer_cls(name)
        ):
            raise UsageError("presidio-needs-model", **about)
        configuration = {
            "supported_languages": _languages(item) or top.get("supported_languages") or ["en"],
            "global_regex_flags": top.get("global_regex_flags", _FLAGS),
            "recognizers": [item],
        }
        provider = RecognizerRegistryProvider(registry_configuration=configuration)
        made: list[Any] = provider.create_recognizer_registry().recognizers
    except PredefinedRecognizerNotFoundError:
        raise UsageError("presidio-bad-registry", **about, code="name") from None
    except (ValueError, TypeError, KeyError, AttributeError, ImportError) as error:
        raise UsageError("presidio-bad-registry", **about, code=type(error).__name__) from None
    return made


def _languages(item: Mapping[str, Any]) -> list[str]:
    listed = item.get("supported_languages")
    names = [one.get("language") if isinstance(one, dict) else one for one in listed or []]
    return [str(name) for name in names if name] or [
        str(one) for one in [item.get("supported_language")] if one
    ]


def _entity(item: Mapping[str, Any]) -> str:
    entities = item.get("supported_entities") or [None]
    return str(item.get("supported_entity") or entities[0] or item.get("name") or "-")
