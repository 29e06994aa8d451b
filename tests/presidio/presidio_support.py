"""What the tests of presidio share: the cases, our types, and presidio's own answers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

import guard_policies

pytest.importorskip("presidio_analyzer")

from guard.policy.catalogue import load_lexicon, load_types
from guard.presidio.lanes import Lanes
from guard.presidio.registry import every

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text("utf-8"))
FOLDER = Path(guard_policies.__file__).parent
REGISTRY = """\
supported_languages: [en]
recognizers:
  - name: BadgeRecognizer
    supported_entity: STAFF_BADGE
    supported_language: en
    type: custom
    patterns:
      - {{name: badge, score: {score}, regex: '{regex}'}}
"""


@cache
def types():
    return {kind.id: kind for kind in load_types(FOLDER / "types")}


@cache
def lexicon():
    return load_lexicon(FOLDER / "lexicon")


@cache
def recognizers():
    return tuple(one for one, _ in every())


def of(*entities: str):
    return [one for one in recognizers() if set(entities) & set(one.supported_entities)]


def theirs(chosen, texts):
    """What presidio's own analyze() finds."""
    return [
        {
            (hit.entity_type, hit.start, hit.end, hit.score)
            for one in chosen
            for hit in one.analyze(text, one.supported_entities, None) or ()
        }
        for text in texts
    ]


def ours(chosen, texts):
    """What our lanes find."""
    found = [set() for _ in texts]
    for span in Lanes(chosen).spans(texts):
        found[span.text].add((span.entity, span.start, span.end, span.score))
    return found
