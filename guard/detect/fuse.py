"""Evidence of names and values into one finding a column: a sum of log-odds for each type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from guard.detect.calibrate import found, nothing, probability
from guard.detect.score import Catalogue, belief, odds_of_types
from guard.model import Asset, Evidence, Finding, Mixed, Shape

_MAJORITY = 0.5
_NAMED = frozenset({"name", "comment", "table"})
_MEASURED = frozenset({"value", "check", "dictionary"})


class Profile(Protocol):
    """What the values of one column said."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Evidence of the values."""
        ...

    @property
    def mixed(self) -> tuple[Mixed, ...]:
        """Types found in a minority of the rows."""
        ...

    @property
    def shape(self) -> Shape:
        """Counts and lengths."""
        ...


def fuse(
    asset: Asset,
    names: Sequence[Sequence[Evidence]],
    profiles: Sequence[Profile] | None,
    catalogue: Catalogue,
    weights: Mapping[str, Any],
) -> tuple[Finding, ...]:
    """One finding for each column of ``asset``; ``profiles`` is None where no value was read.

    ``weights`` is ``lexicon/fusion.yaml``. Empty and all-null columns are judged by name.
    """
    findings = []
    for index, column in enumerate(asset.columns):
        profile = profiles[index] if profiles is not None else None
        evidence = weigh(names[index], profile, catalogue, weights)
        findings.append(_finding(column.name, evidence, profile, weights))
    return tuple(findings)


def weigh(
    names: Sequence[Evidence], profile: Profile | None, catalogue: Catalogue, weights: Mapping[str, Any]
) -> tuple[Evidence, ...]:
    """All evidence on one column: what names say, what values say, and where the two disagree."""
    if profile is None or profile.shape.rows <= profile.shape.nulls:
        return tuple(names)
    measured = _noticed(names, profile.evidence, weights)
    strong = _strong(measured, catalogue, weights)
    said = _softened(names, weights) if strong else list(names)
    said += _narrowed(names, measured, weights)
    said += _settled(names, measured, weights)
    if not names:
        said += _alone(measured, profile.shape, weights)
    return (*said, *measured, *_contradictions(said, profile, strong, catalogue, weights))


def _noticed(
    names: Iterable[Evidence], measured: Sequence[Evidence], weights: Mapping[str, Any]
) -> tuple[Evidence, ...]:
    """The evidence of values without types that fit almost anything and that no name speaks for."""
    narrower: Mapping[str, Sequence[str]] = weights["narrower"]
    named = {kind for item in names for kind in (item.type, *narrower.get(item.type, ()))}
    total = _sums(measured)
    return tuple(
        item for item in measured if item.type in named or abs(total[item.type]) >= weights["noticed"]
    )


def _sums(measured: Iterable[Evidence]) -> dict[str, float]:
    total: defaultdict[str, float] = defaultdict(float)
    for item in measured:
        total[item.type] += item.weight
    return total


def _strong(measured: Iterable[Evidence], catalogue: Catalogue, weights: Mapping[str, Any]) -> frozenset[str]:
    """Types that the values prove on their own."""
    return frozenset(
        kind
        for kind, weight in _sums(measured).items()
        if weight >= weights["proof"] and kind in catalogue.by_id
    )


def _softened(names: Sequence[Evidence], weights: Mapping[str, Any]) -> list[Evidence]:
    """The names' evidence where values prove a type: "no type" (order_no, 备注) weighs little then."""
    against = sum(item.weight for item in names if not item.type)
    share = min(1.0, weights["softened"] / against) if against else 1.0
    return [item if item.type else replace(item, weight=round(item.weight * share, 3)) for item in names]


def _narrowed(
    names: Iterable[Evidence], measured: Iterable[Evidence], weights: Mapping[str, Any]
) -> list[Evidence]:
    """A name for the general (证件号码) also speaks for the particular that the values show (身份证)."""
    seen = {item.type for item in measured}
    narrower: Mapping[str, Sequence[str]] = weights["narrower"]
    return [
        replace(item, type=kind)
        for item in names
        if item.weight > 0
        for kind in narrower.get(item.type, ())
        if kind in seen and not any(other.type == kind for other in names)
    ]


def _settled(
    names: Iterable[Evidence], measured: Sequence[Evidence], weights: Mapping[str, Any]
) -> list[Evidence]:
    """Against the general name where nearly every value passes the check digit of a particular type."""
    rule, narrower = weights["settled"], weights["narrower"]
    checked = {item.type for item in measured if item.kind == "check" and _share(item) >= rule["share"]}
    matched = {item.type: item for item in measured if item.kind == "value" and _share(item) >= rule["share"]}
    against = []
    for general in dict.fromkeys(item.type for item in names if item.type in rule["types"]):
        for kind in narrower.get(general, ()):
            if kind in checked and kind in matched:
                proof = replace(matched[kind], type=general, detail="narrower", weight=rule["weight"])
                against.append(proof)
                break
    return against


def _alone(measured: Sequence[Evidence], shape: Shape, weights: Mapping[str, Any]) -> list[Evidence]:
    """For a column whose name says nothing: what nearly all of many different values look like."""
    total = _sums(measured)
    found = []
    for kind, rule in weights["alone"].items():
        own = [item for item in measured if item.type == kind]
        fits = (
            own
            and all(_share(item) >= rule["share"] for item in own)
            and all(total[kind] > sum_ for other, sum_ in total.items() if other != kind)
            and shape.distinct >= rule["distinct"]
            and rule["shortest"] <= shape.min_length
            and shape.max_length <= rule["longest"]
            and shape.mean_length >= rule["mean"]
        )
        if fits:
            found.append(replace(own[0], detail="alone", weight=rule["weight"]))
    return found


def _share(item: Evidence) -> float:
    return (item.hits or 0) / item.total if item.total else 0.0


def _contradictions(
    said: Sequence[Evidence],
    profile: Profile,
    strong: frozenset[str],
    catalogue: Catalogue,
    weights: Mapping[str, Any],
) -> list[Evidence]:
    rows = profile.shape.rows - profile.shape.nulls
    seen = {item.type for item in profile.evidence}
    against = []
    for kind in dict.fromkeys(item.type for item in said if item.kind in _NAMED and item.weight > 0):
        value = catalogue.by_id[kind].value if kind in catalogue.by_id else None
        if kind in seen:
            continue
        hits = sum(item.hits for item in profile.mixed if item.type == kind and not item.embedded)
        weight = weights["overruled"] if strong else 0.0
        if value is not None and value.pattern and rows >= weights["unmatched"]["rows"]:
            weight += weights["unmatched"].get(value.strength, 0.0) * (1 - hits / rows)
            if value.strength != "weak" and 2 * profile.shape.max_length < len(catalogue.by_id[kind].example):
                weight += weights["short"]
        if weight:
            against.append(
                Evidence(kind="value", type=kind, detail="unmatched", weight=weight, hits=hits, total=rows)
            )
    return against


def _finding(
    name: str, evidence: Sequence[Evidence], profile: Profile | None, weights: Mapping[str, Any]
) -> Finding:
    ranked = odds_of_types(evidence, weights)
    best = ranked[0][0] if ranked and belief(ranked[0][1], weights) >= weights["threshold"] else None
    shape = profile.shape if profile else None
    read = bool(shape and shape.rows > shape.nulls)
    confidence = calibrated(evidence, ranked, best, weights, read=read)
    return Finding(
        column=name,
        type=best,
        confidence=confidence,
        evidence=tuple(evidence),
        alternatives=_alternatives(ranked, best, confidence, weights),
        mixed=_unsaid(profile.mixed, best, evidence) if profile else (),
        shape=shape,
        missed=0.99**shape.rows if shape else None,
    )


def calibrated(
    evidence: Sequence[Evidence],
    ranked: Sequence[tuple[str, float]],
    best: str | None,
    weights: Mapping[str, Any],
    *,
    read: bool,
) -> float:
    """How likely it is that the verdict ``best`` is right; of None, that the column holds no type."""
    fitted, top = weights["calibration"], ranked[0][1] if ranked else None
    if best is None:
        sure = probability(fitted["nothing"], nothing(evidence, top, read=read))
    else:
        second = ranked[1][1] if len(ranked) > 1 else None
        sure = probability(fitted["found"], found(best, evidence, ranked[0][1], second))
    return round(min(float(weights["ceiling"]), sure), 3)


def _alternatives(
    ranked: Sequence[tuple[str, float]], best: str | None, confidence: float, weights: Mapping[str, Any]
) -> tuple[tuple[str, float], ...]:
    """The other types with as much confidence as their belief is of the best one's."""
    rest = [(kind, belief(odds, weights)) for kind, odds in ranked]
    scale = 1.0
    if best:
        scale = confidence / rest[0][1]
        rest = rest[1:]
    scaled = ((kind, round(share * scale, 3)) for kind, share in rest)
    return tuple(item for item in scaled if item[1] >= weights["shown"])[:5]


def _unsaid(mixed: Iterable[Mixed], best: str | None, evidence: Iterable[Evidence]) -> tuple[Mixed, ...]:
    """What the verdict does not say: minorities, and majorities where the values do not speak for it."""
    spoken = any(item.type == best and item.kind == "value" and item.weight > 0 for item in evidence)
    return tuple(
        item
        for item in mixed
        if item.embedded or (item.type != best and (item.share < _MAJORITY or not spoken))
    )
