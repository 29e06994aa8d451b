"""JSON Schemas of a pack's files, so that an editor completes names and marks slips while one types.

Made from the tables that the loader itself checks by, with the levels, categories, domains, kinds, word
lists, types and controls of one pack. JSON Schema draft 2020-12.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from guard.checks import EXPLAIN
from guard.policy import catalogue
from guard.policy.condition import (
    BOOL_KEYS,
    BOUNDS,
    CHOICES,
    COMBINE,
    GLOB_KEYS,
    KEYS,
    NUMBER_KEYS,
    SOURCE_KEYS,
    TABLE_KEYS,
    TYPE_KEYS,
    WORD_KEYS,
)
from guard.policy.head import HEAD, STATUSES
from guard.policy.kinds import OTHER
from guard.policy.measures import DEGREES, STAGES
from guard.policy.pack import COMMON, OF_TYPES, SHARING, Pack
from guard.policy.policy import Policy
from guard.policy.rules import CERTAINTIES, EFFECTS, FIELDS, REVIEWS, SCOPES, SOURCE_EFFECTS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILES: Mapping[str, tuple[str, ...]] = {
    "pack": ("pack.yaml",),
    "rules": ("rules/*.yaml",),
    "types": ("types/*.yaml",),
    "controls": ("controls.yaml",),
    "masking": ("masking.yaml",),
    "words": ("words.yaml",),
    "kinds": ("kinds.yaml",),
    "domains": ("domains.yaml",),
    "categories": ("categories.yaml",),
}
"""Each schema with the files of a policy folder that it describes."""
Schema = dict[str, Any]
_TEXT: Schema = {"type": ["string", "number"]}
_FLAG: Schema = {"type": "boolean"}
_NUMBER: Schema = {"type": "number"}
_DATE: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_NAMES: Schema = {
    "type": "object",
    "properties": {"zh": _TEXT, "en": _TEXT},
    "required": ["zh", "en"],
    "additionalProperties": False,
}
_WORDS: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}


def schemas(policy: Policy) -> dict[str, Schema]:
    """A schema for each of ``FILES``, for packs like, or built on, the first one of ``policy``."""
    pack = policy.base
    found = {
        "pack": _pack(pack),
        "rules": {**_listed("rules", _rule()), "$defs": {**_conditions(policy), "then": _then(policy)}},
        "types": {"type": "array", "items": _type(pack)},
        "controls": _listed("controls", _control(pack)),
        "masking": {**_listed("masking", _masking()), "$defs": {"when": _when(policy, KEYS)}},
        "words": _mapping({"words": _map_of(_WORDS)}, ("words",)),
        "kinds": _listed("kinds", _kind()),
        "domains": _domains(policy),
        "categories": _categories(pack),
    }
    return {name: {"$schema": DIALECT, "title": ", ".join(FILES[name]), **found[name]} for name in FILES}


def _mapping(properties: Mapping[str, Any], required: Iterable[str] = ()) -> Schema:
    needed = list(required)
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**schema, "required": needed} if needed else schema


def _listed(key: str, item: Schema) -> Schema:
    return _mapping({key: {"type": "array", "items": item}}, (key,))


def _map_of(value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": value}


def _one_of(words: Iterable[str]) -> Schema:
    return {"enum": sorted(words)}


def _some_of(words: Iterable[str]) -> Schema:
    one = _one_of(words)
    return {"anyOf": [one, {"type": "array", "items": one}]}


def _each(names: Iterable[str], schema: Schema) -> dict[str, Schema]:
    return {name: dict(schema) for name in names}


def _fields(names: Iterable[str], known: Mapping[str, Schema], default: Schema) -> dict[str, Schema]:
    """A schema for every one of ``names``: a field that the loader knows is never left out."""
    return {name: known.get(name, default) for name in names}


def _pack(pack: Pack) -> Schema:
    levels = [level.id for level in pack.levels]
    level = _mapping(
        {
            "id": _TEXT, "name": _NAMES, "candidate": _FLAG, "maps": {"enum": [*COMMON, ""]},
            "from": _some_of({*COMMON, *levels}),
        },
        ("id", "name"),
    )  # fmt: skip
    known: dict[str, Schema] = {
        "name": _NAMES,
        "note": _NAMES,
        "certainty": {"enum": list(CERTAINTIES)},
        "status": {"enum": list(STATUSES)},
        "effective": _DATE,
        "until": _DATE,
        "override": _map_of(_WORDS),
        "drop": _mapping({"rules": _WORDS}),
        "strict": _FLAG,
        "levels": {"type": "array", "items": level, "minItems": 1},
        "impact": _map_of(_map_of(_TEXT)),
        "thresholds": _map_of(_NUMBER),
        "sharing": _map_of({"enum": list(SHARING)}),
        "decisions": _mapping({"expire_days": {"type": "integer", "minimum": 0}}),
        "type_clause": {"anyOf": [_TEXT, _mapping(_each(OF_TYPES, _TEXT))]},
        "beside": _WORDS,
    }
    schema = _mapping(_fields(HEAD, known, _TEXT), ("id", "version", "name", "standard"))
    whole = {"required": ["reading", "strict", "levels", "impact"]}
    return {**schema, "anyOf": [{"required": ["extends"]}, whole]}


def _rule() -> Schema:
    known: dict[str, Schema] = {
        "certainty": {"enum": list(CERTAINTIES)},
        "on": {"enum": ["column", "table", "source"]},
        "when": {"$ref": "#/$defs/when"},
        "then": {"$ref": "#/$defs/then"},
    }
    needed = tuple(name for name in FIELDS if name != "on")
    rule = _mapping(_fields(FIELDS, known, _TEXT), needed)
    narrow = [
        _where("table", {"when": {"$ref": "#/$defs/of-table"}}),
        _where("source", {"when": {"$ref": "#/$defs/of-source"}, "then": _only(SOURCE_EFFECTS)}),
    ]
    return {**rule, "allOf": narrow}


def _where(on: str, properties: Mapping[str, Any]) -> Schema:
    return {
        "if": {"properties": {"on": {"const": on}}, "required": ["on"]},
        "then": {"properties": dict(properties)},
    }


def _only(names: Iterable[str]) -> Schema:
    return {"propertyNames": {"enum": sorted(names)}}


def _conditions(policy: Policy) -> dict[str, Schema]:
    return {
        "when": _when(policy, (*KEYS, *SOURCE_KEYS)),
        "of-table": _only(TABLE_KEYS),
        "of-source": _only(SOURCE_KEYS),
    }


def _when(policy: Policy, keys: Iterable[str]) -> Schema:
    pack = policy.base
    kinds = {OTHER, *(kind.id for kind in pack.kinds)}
    lists = sorted(f"@{word}" for word in pack.words)
    words: Schema = {"anyOf": [{"enum": lists}, _TEXT]}
    types = _some_of(policy.types)
    again = {"$ref": "#/$defs/when"}
    known: dict[str, Schema] = {
        **_each(WORD_KEYS, {"anyOf": [words, {"type": "array", "items": words}]}),
        **_each(GLOB_KEYS, _WORDS),
        **_each(BOOL_KEYS, _FLAG),
        **_each(NUMBER_KEYS, _bounds(pack)),
        **_each(TYPE_KEYS, types),
        **{key: _some_of(choices) for key, choices in CHOICES.items()},
        **_each(COMBINE, {"type": "array", "items": again, "minItems": 1}),
        "together": {"anyOf": [types, {"type": "array", "items": _some_of(policy.types)}]},
        "kind": _some_of(kinds),
        "kinds": _some_of(kinds),
        "category": _some_of({*pack.categories, *(item.category for item in policy.types.values())}),
        "facts": _map_of(_bounds(pack)),
        "not": again,
    }  # fmt: skip
    return _mapping(_fields(sorted(set(keys)), known, _WORDS))


def _bounds(pack: Pack) -> Schema:
    quoted = {"enum": sorted(f"${name}" for name in pack.thresholds)}
    return _mapping(_each(sorted(BOUNDS), {"anyOf": [_NUMBER, quoted]}))


def _then(policy: Policy) -> Schema:
    pack = policy.base
    given: Schema = {"enum": list(policy.general)}
    degrees = {degree for row in pack.impact.values() for degree in row}
    known: dict[str, Schema] = {
        "level": given,
        "floor": given,
        "raise_to": given,
        "raise_by": {"type": "integer", "minimum": 0, "maximum": len(policy.general)},
        "candidate": _one_of(policy.nominated),
        "category": _one_of(pack.categories),
        "domain": _one_of(domain.id for domain in pack.domains),
        "review": {"enum": list(REVIEWS)},
        "scope": {"enum": list(SCOPES)},
        "impact": _mapping(
            {"object": _one_of(pack.impact), "degree": _one_of(degrees)}, ("object", "degree")
        ),
        "sensitive": _FLAG,
        "sharing": {"enum": list(SHARING)},
        "controls": _some_of(item.id for item in pack.controls),
    }
    return {**_mapping(_fields(EFFECTS, known, _TEXT)), "minProperties": 1}


def _type(pack: Pack) -> Schema:
    levels: Schema = {"enum": list(dict.fromkeys((*COMMON, *(level.id for level in pack.levels))))}
    samples = _mapping({"true": {"type": "array"}, "false": {"type": "array"}})
    known: dict[str, Schema] = {
        "name": _map_of(_TEXT),
        "level": levels,
        "organisation_level": levels,
        "strict_level": levels,
        "candidate": {"enum": [*COMMON, "scope-secret"]},
        "personal": _FLAG,
        "sensitive": _map_of(_FLAG),
        "standards": {"type": "array", "items": _TEXT},
        "hints": _map_of({"type": "array", "items": _TEXT}),
        "category": {"anyOf": [_one_of(pack.categories), {"type": "string"}]},
        "value": _mapping(_fields(catalogue.VALUE_FIELDS, _value(), _TEXT)),
        "samples": samples,
        "names": samples,
    }
    return _mapping(_fields(catalogue.FIELDS, known, _TEXT), catalogue.REQUIRED)


def _value() -> dict[str, Schema]:
    return {
        "check": _one_of(EXPLAIN),
        "strength": {"enum": list(catalogue.STRENGTHS)},
        "normalise": {"type": "array", "items": {"enum": list(catalogue.STEPS)}},
        "embedded": _FLAG,
    }


def _control(pack: Pack) -> Schema:
    levels = _mapping(_each((level.id for level in pack.levels), {"enum": list(DEGREES)}))
    return _mapping(
        {
            "id": _TEXT, "stage": {"enum": list(STAGES)}, "standard": _TEXT, "clause": _TEXT,
            "certainty": {"enum": list(CERTAINTIES)}, "name": _NAMES, "evidence": _NAMES, "levels": levels,
        },
        ("id", "stage", "standard", "certainty", "name", "levels"),
    )  # fmt: skip


def _masking() -> Schema:
    when = {"$ref": "#/$defs/when"}
    return _mapping({"id": _TEXT, "when": when, "method": _TEXT}, ("id", "when", "method"))


def _kind() -> Schema:
    words = _each(("ends", "begins", "initials"), _WORDS)
    flags = _each(("technical", "weak", "coded"), _FLAG)
    return _mapping({"id": _TEXT, **words, **flags}, ("id",))


def _domains(policy: Policy) -> Schema:
    item = _mapping(
        {"id": _TEXT, "words": _map_of(_WORDS), "types": _some_of(policy.types), "categories": _WORDS},
        ("id",),
    )
    listed: Schema = {"type": "array", "items": item}
    return _mapping(
        {"default": _TEXT, "fields": _map_of(_NUMBER), "domains": listed}, ("default", "fields", "domains")
    )


def _categories(pack: Pack) -> Schema:
    defaults = _mapping(_each(pack.default_categories, _TEXT))
    return _mapping({"defaults": defaults, "categories": {"type": "object"}}, ("categories",))
