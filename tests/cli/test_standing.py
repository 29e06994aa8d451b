"""A pack that is not in force says so."""

from __future__ import annotations

import pytest

from guard.cli.standing import standing
from guard.model import PackInfo


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, ""),
        ({"effective": "2025-01-01"}, ""),
        ({"effective": "2027-01-01"}, "early"),
        ({"until": "2026-01-01"}, "over"),
        ({"until": "2026-11-22"}, ""),
        ({"status": "legacy"}, "legacy"),
        ({"status": "draft"}, "draft"),
    ],
)
def test_where_a_pack_stands(given, told):
    pack = PackInfo(id="p", version="1", name={}, standard="", certainty="S", **given)
    assert standing(pack, "2026-11-22") == told
