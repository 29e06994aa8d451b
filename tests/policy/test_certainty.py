"""How sure a level is: measured weights of the pack; without them nothing untyped is confirmed by itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from policy.policy_support import PACK, asset, finding, policy, types

from guard.model import UsageError
from guard.policy import Policy, grade, load_pack

COLUMNS = [("create_time", "创建时间"), ("sfzh", "身份证号"), ("zk7", "")]
FOUND = [finding("create_time", None), finding("sfzh", "resident_id_18"), finding("zk7", None)]


def copy(folder: Path, text: str | None) -> Path:
    pack = folder / "gov_cn"
    shutil.copytree(PACK, pack)
    certainty = pack / "certainty.yaml"
    certainty.unlink()
    if text is not None:
        certainty.write_text(text, "utf-8")
    return pack


def test_a_technical_column_told_by_its_comment_is_surer_than_one_that_nothing_tells() -> None:
    time, _, unknown = grade(asset(COLUMNS, name="t_order", comment="订单"), FOUND, policy()).columns
    assert time.confidence > unknown.confidence
    assert not unknown.confirmable


def test_the_limit_of_the_pack_decides_what_a_person_must_see(tmp_path: Path) -> None:
    strict = copy(tmp_path, "sure: 1.0\nlevel: {bias: 2.0}\n")
    answers = grade(asset(COLUMNS), FOUND, Policy([load_pack(strict)], types())).columns
    assert [answer.confirmable for answer in answers] == [False, False, False]
    (strict / "certainty.yaml").write_text("sure: 0.5\nlevel: {bias: 2.0}\n", "utf-8")
    answers = grade(asset(COLUMNS), FOUND, Policy([load_pack(strict)], types())).columns
    assert answers[0].confirmable and answers[1].confirmable


def test_a_surer_type_makes_a_surer_level() -> None:
    def sure(confidence: float) -> float:
        found = [finding("sfzh", "resident_id_18", confidence)]
        return grade(asset([("sfzh", "身份证号")]), found, policy()).columns[0].confidence

    steps = [sure(0.55), sure(0.8), sure(0.95), sure(0.99)]
    assert steps == sorted(steps)
    assert steps[0] < steps[-1]


def test_a_pack_that_was_never_measured_confirms_nothing_untyped(tmp_path: Path) -> None:
    answers = grade(asset(COLUMNS), FOUND, Policy([load_pack(copy(tmp_path, None))], types())).columns
    assert answers[0].review == "low-confidence"
    assert answers[1].confidence == FOUND[1].confidence


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("sure: much\nlevel: {bias: 1}\n", 1),
        ("sure: 0.9\nlevel:\n  bias: none\n", 3),
        ("level: {bias: 1}\n", 1),
    ],
)
def test_a_wrong_certainty_is_named_with_file_and_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(UsageError) as caught:
        load_pack(copy(tmp_path, text))
    assert caught.value.params["line"] == line
    assert str(caught.value.params["file"]).endswith("certainty.yaml")
