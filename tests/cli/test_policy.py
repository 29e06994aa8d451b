"""``guard policy`` with a folder of one's own: types beside guard.yaml, without Python."""

from pathlib import Path

import pytest

TYPE = """
- id: {id}
  name: {{zh: 水表号, en: water meter number}}
  category: 公共数据/政务服务/办件
  level: L2
  value: {{pattern: 'M[0-9]{{6}}', strength: medium}}
  samples: {{true: [{true}], false: [{false}]}}
"""


def local(folder: Path, **words: str) -> Path:
    words = {"id": "water_meter", "true": "M123456", "false": "M12345"} | words
    (folder / "own" / "types").mkdir(parents=True)
    (folder / "own" / "types" / "meters.yaml").write_text(TYPE.format(**words), encoding="utf-8")
    return folder / "own"


def test_a_local_type_is_checked_tested_and_tried(guard, tmp_path: Path) -> None:
    own = local(tmp_path)
    assert guard("policy", "check", own).code == 0
    assert guard("policy", "test", own).code == 0
    done = guard("policy", "try", "water_meter", "--policy", own, stdin="M123456\nM1\n")
    assert done.code == 1
    assert [line.split("\t")[1] for line in done.out.splitlines()] == ["yes", "no"]
    assert "M123456" not in done.out + done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [({"true": "X"}, "true sample 1 is not accepted"), ({"false": "M999999"}, "false sample 1 is accepted")],
)
def test_a_sample_that_misbehaves_is_named(guard, tmp_path: Path, words, said) -> None:
    done = guard("policy", "test", local(tmp_path, **words))
    assert done.code == 1
    assert said in done.out and "water_meter" in done.out


def test_a_built_in_type_is_never_replaced_silently(guard, tmp_path: Path) -> None:
    own = local(tmp_path, id="mobile_phone")
    assert guard("policy", "check", own).code == 2
    done = guard("policy", "try", "mobile_phone", "--policy", own, stdin="")
    assert done.code == 2 and "mobile_phone" in done.err


def test_a_policy_folder_that_holds_nothing_is_an_error(guard, tmp_path: Path) -> None:
    (tmp_path / "guard.yaml").write_text("version: 1\npolicies: {paths: [./none]}\n")
    assert guard("config", "check").code == 2
    (tmp_path / "none").mkdir()
    assert guard("config", "check").code == 2
