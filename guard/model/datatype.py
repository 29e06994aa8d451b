"""A data type: what a field can be, how to recognise it, and its default level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueShape:
    """How a value of the type looks.

    ``pattern`` is RE2 syntax matched against the whole normalised value; ``check``
    names a function in ``guard.checks``; ``dictionary`` names a lexicon list;
    ``strength`` says how much pattern and check prove without a name: ``strong``
    (a verdict on their own), ``medium`` (with a little name evidence), ``weak``
    (only confirm what the name says). ``normalise`` lists steps of ``guard.detect.normalise``.
    ``embedded`` allows hits inside longer text.
    """

    pattern: str = ""
    check: str = ""
    dictionary: str = ""
    strength: str = "weak"
    normalise: tuple[str, ...] = ()
    embedded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DataType:
    """One item of the data-type catalogue (``policies/guard_policies/types``).

    ``hints`` maps ``zh``, ``pinyin`` and ``en`` to column-name words. ``level``,
    ``organisation_level`` and ``strict_level`` are names of the pack's levels.
    ``sensitive`` maps a standard (``gbt45574``, ``gbt35273``) to whether it lists
    the type as sensitive personal information. ``example`` is synthetic.
    ``certainty`` is the mark of the source of the facts: high, medium or low.
    ``samples_*`` are values and ``names_*`` column names that must, or must not, be recognised.
    ``origin`` is ``file:line`` of the item.
    """

    id: str
    name: Mapping[str, str]
    category: str
    level: str
    hints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    value: ValueShape | None = None
    organisation_level: str = ""
    strict_level: str = ""
    personal: bool = False
    sensitive: Mapping[str, bool] = field(default_factory=dict)
    candidate: str = ""
    mask: str = "none"
    example: str = ""
    masked_example: str = ""
    standards: tuple[str, ...] = ()
    certainty: str = "medium"
    note: str = ""
    samples_true: tuple[str, ...] = ()
    samples_false: tuple[str, ...] = ()
    names_true: tuple[str, ...] = ()
    names_false: tuple[str, ...] = ()
    origin: str = ""
