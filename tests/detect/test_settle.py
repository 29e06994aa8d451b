"""Normalising only what would change gives what normalising everything gives."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.checks import native
from guard.detect import normalise

pytestmark = pytest.mark.skipif(
    native.unavailable() is not None, reason=f"compiled code: {native.unavailable()}"
)
MARKS = st.one_of(
    st.sampled_from(
        " ab1号，：！（）１ＡＺ～。、\t\n\x00\u3000\u00a0\u200b\u2028\ufeff한각ᄀ\u1161é\u0301①㎏ﬁ😀"
    ),
    st.characters(codec="utf-8"),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.text(MARKS, max_size=10), max_size=8))
def test_it_equals_normalising_everything(values: list[str]) -> None:
    from guard.detect import settle

    array = pa.array(values, pa.string())
    settled, _ = settle.plain(array)
    assert settled.to_pylist() == normalise.plain(array).to_pylist()


def test_settled_values_are_not_copied() -> None:
    from guard.detect import settle

    array = pa.array(["13800138000", "张伟", "北京市海淀区中关村大街27号"])
    settled, garbled = settle.plain(array)
    assert settled is array
    assert not garbled.any()


def test_mojibake_is_suspected() -> None:
    from guard.detect import settle

    assert settle.plain(pa.array(["锟斤拷", "å§“", "正常"]))[1].tolist() == [True, False, False]
