"""Numbers glued to their Chinese labels in free text: every one is found, by either engine, in a whole profile."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from benchmarks import data
from detect.names_support import detector, table

from guard.model import Column
from guard.sdk import Sample

TYPES = {
    "resident_id": "resident_id_18",
    "phone": "mobile_phone",
    "bank_card": "bank_card",
    "credit_code": "uscc",
    "email": "email",
}


@pytest.fixture(scope="module")
def texts() -> tuple[pa.StringArray, np.ndarray]:
    """Texts of which every one holds a value."""
    return data.texts(20_000, share=1.0)


@pytest.mark.parametrize("label", TYPES)
@pytest.mark.parametrize("rows", [400, None], ids=["few", "many"])
def test_every_one_is_found(texts: tuple[pa.StringArray, np.ndarray], label: str, rows: int | None) -> None:
    lines, kinds = texts
    chosen = lines.filter(pa.array(kinds == list(data.LABELS).index(label))).slice(0, rows)
    asset = table(Column(name="c1", position=0))
    profile = detector().profile(1)
    profile.add(Sample(asset, pa.RecordBatch.from_arrays([chosen], names=["c1"]), complete=True))
    found = {item.type: item.hits for item in profile.columns()[0].mixed if item.embedded}
    assert found.get(TYPES[label]) == len(chosen)


def test_texts_without_a_value_hold_none() -> None:
    lines, _ = data.texts(5_000, share=0.0)
    asset = table(Column(name="c1", position=0))
    profile = detector().profile(1)
    profile.add(Sample(asset, pa.RecordBatch.from_arrays([lines], names=["c1"]), complete=True))
    assert not {item.type for item in profile.columns()[0].mixed} & set(TYPES.values())
