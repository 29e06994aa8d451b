"""Bad patterns in types of one's own: refused with type, file and line, or harmless."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import yaml

from guard.detect.types import TypeCatalogue
from guard.model import UsageError
from guard.policy.catalogue import load_types
from guard.text import LANGUAGES, t

CASES = yaml.safe_load((Path(__file__).parent / "patterns.yaml").read_text("utf-8"))
TYPE = """\
- id: mine
  name: {{zh: 甲, en: mine}}
  category: 个人信息/其他个人信息
  level: L2
  value:
    embedded: true
    pattern: {pattern}
"""


def pattern_of(case) -> str:
    return case["pattern"] * case.get("times", 1)


def write(folder: Path, case) -> Path:
    path = folder / "mine.yaml"
    path.write_text(TYPE.format(pattern=json.dumps(pattern_of(case), ensure_ascii=False)), "utf-8")
    return path


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["why"])
def test_what_cannot_be_used_is_refused_where_it_stands(tmp_path: Path, case) -> None:
    path = write(tmp_path, case)
    with pytest.raises(UsageError) as caught:
        load_types(tmp_path)
    assert caught.value.id == case["error"]
    assert caught.value.params["type"] == "mine"
    assert (caught.value.params["file"], caught.value.params["line"]) == (str(path), 7)
    assert case.get("found", "") in caught.value.params["found"]
    for lang in LANGUAGES:
        text = t(f"errors.{case['error']}.what", lang, **caught.value.params)
        assert "mine" in text and case.get("found", "") in text


@pytest.mark.parametrize("case", CASES["harmless"], ids=lambda case: case["why"])
def test_what_would_be_a_catastrophe_elsewhere_is_linear_here(tmp_path: Path, case) -> None:
    write(tmp_path, case)
    catalogue = TypeCatalogue(load_types(tmp_path))
    (shaped,) = catalogue.shaped
    text = case["text"] * 20_000
    start = time.process_time()
    shaped.expression.fullmatch(text)
    shaped.expression.search(text)
    assert time.process_time() - start < 2.0
