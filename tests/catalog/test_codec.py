"""Every noun survives the catalogue exactly, whatever it holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from guard.catalog.facts import CatalogFacts
from guard.catalog.store import Store
from guard.model import Classification, Column, Evidence, Finding, Mixed, Reason, Shape

TEXT = st.text(st.characters(codec=None), max_size=12)
NUMBER = st.floats(allow_nan=False)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
COUNT = st.integers(0, 2**62)
PARAMS = st.dictionaries(TEXT, st.one_of(TEXT, COUNT, NUMBER), max_size=3)


def many(strategy):
    return st.lists(strategy, max_size=3).map(tuple)


EVIDENCE = st.builds(
    Evidence,
    kind=TEXT,
    type=TEXT,
    detail=TEXT,
    weight=NUMBER,
    hits=st.none() | COUNT,
    total=st.none() | COUNT,
)
SHAPE = st.builds(
    Shape,
    rows=COUNT,
    nulls=COUNT,
    distinct=COUNT,
    min_length=COUNT,
    max_length=COUNT,
    mean_length=NUMBER,
    flags=many(TEXT),
    facts=st.dictionaries(TEXT, NUMBER, max_size=3),
)
FINDING = st.builds(
    Finding,
    column=TEXT,
    type=st.none() | TEXT,
    confidence=FINITE,
    evidence=many(EVIDENCE),
    alternatives=many(st.tuples(TEXT, NUMBER)),
    mixed=many(st.builds(Mixed, type=TEXT, hits=COUNT, total=COUNT, embedded=st.booleans())),
    shape=st.none() | SHAPE,
    missed=st.none() | FINITE,
)
REASON = st.builds(
    Reason,
    rule=TEXT,
    effect=TEXT,
    standard=TEXT,
    clause=TEXT,
    certainty=TEXT,
    level=TEXT,
    params=PARAMS,
)
CLASSIFICATION = st.builds(
    Classification,
    domain=TEXT,
    category=TEXT,
    level=TEXT,
    reasons=many(REASON),
    candidate=TEXT,
    personal=st.booleans(),
    sensitive=st.booleans(),
    confirmable=st.booleans(),
    review=TEXT,
    confidence=FINITE,
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("codec") / "guard.db") as store:
        yield store


@settings(
    max_examples=60,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(pairs=st.lists(st.tuples(FINDING, CLASSIFICATION), min_size=1, max_size=3), table=CLASSIFICATION)
def test_findings_and_classifications_come_back_exactly(opened, kit, pairs, table):
    columns = tuple(Column(name=f"c{at}", position=at) for at in range(len(pairs)))
    made = kit.result("t")
    result = replace(
        made,
        asset=replace(made.asset, columns=columns),
        findings=tuple(finding for finding, _ in pairs),
        classifications=tuple(answer for _, answer in pairs),
        table=table,
    )
    opened.begin(kit.run("r"))
    opened.record("r", "u", [result])
    [found] = CatalogFacts(opened, "r", {}, (), "en").results()
    assert found == result


def test_numpy_counts_are_stored_as_numbers(tmp_path, kit):
    np = pytest.importorskip("numpy")
    made = kit.result("t", columns=1)
    finding = Finding(
        column="c0",
        type=None,
        confidence=np.float32(0.5),
        evidence=(Evidence(kind="value", type="x", weight=np.float64(1.5), hits=np.int64(3)),),
        shape=Shape(rows=np.int32(4)),
    )
    with Store.open(tmp_path / "guard.db") as store:
        store.begin(kit.run("r"))
        store.record("r", "u", [replace(made, findings=(finding,))])
        [found] = CatalogFacts(store, "r", {}, (), "en").results()
    assert found.findings == (finding,)
    assert type(found.findings[0].shape.rows) is int
