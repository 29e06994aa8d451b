"""A broken pack ends in issues with file, line and the nearest right name; never in a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from policy.policy_support import PACK, policy

from guard.model import UsageError
from guard.policy import Policy, check, load_pack
from guard.text import LANGUAGES, lookup

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text("utf-8"))["broken"]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACK, tmp_path / "pack"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_each_mistake_is_found_where_it_stands(pack: Path, case) -> None:
    path = pack / case["file"]
    text = path.read_text("utf-8")
    assert case["old"] in text, "the shipped pack changed: adapt the case"
    line = text[: text.index(case["old"])].count("\n") + 1
    path.write_text(text.replace(case["old"], case["new"], 1), "utf-8")
    issues = [issue for issue in check(pack, policy().types.values()) if issue.code == case["code"]]
    assert issues
    assert all(issue.file.endswith(case["file"]) for issue in issues)
    assert any(abs(issue.line - line) <= 12 for issue in issues), (line, [issue.line for issue in issues])
    if "nearest" in case:
        assert any(issue.params["nearest"] == case["nearest"] for issue in issues)


def test_every_issue_has_its_text_in_both_languages() -> None:
    codes = {case["code"] for case in CASES}
    codes |= {"policy-rule", "policy-file", "policy-encoding", "policy-none"}
    codes |= {"policy-type-level", "policy-type-category"}
    for code in codes:
        for lang in LANGUAGES:
            for part in ("what", "why", "next"):
                assert lookup(f"errors.{code}.{part}", lang), (code, lang, part)


@pytest.mark.parametrize("name", ["pack.yaml", "words.yaml", "rules/10-kinds.yaml"])
def test_broken_yaml_is_a_usage_error_with_its_line(pack: Path, name: str) -> None:
    path = pack / name
    path.write_text(path.read_text("utf-8") + "\nbroken: [1, 2\nnext: {", "utf-8")
    with pytest.raises(UsageError) as caught:
        load_pack(pack)
    assert caught.value.id == "yaml-broken"
    assert caught.value.params["line"] > 1


@pytest.mark.parametrize(
    "text",
    ["", "[]", "just text", "rules: 7", "rules: [7]", "rules: [{id: [], when: 3, then: []}]", "rules: [{}]"],
)
def test_odd_documents_are_usage_errors(pack: Path, text: str) -> None:
    (pack / "rules" / "10-kinds.yaml").write_text(text, "utf-8")
    with pytest.raises(UsageError):
        load_pack(pack)


@pytest.mark.parametrize("name", ["pack", "categories", "domains", "kinds", "words"])
@pytest.mark.parametrize(
    "text",
    ["", "[]", "7", "a: b", "{kinds: [{id: 1, ends: {a: b}}], words: [1], domains: [2], categories: 5}"],
)
def test_odd_parts_are_usage_errors(pack: Path, name: str, text: str) -> None:
    (pack / f"{name}.yaml").write_text(text, "utf-8")
    with pytest.raises(UsageError):
        load_pack(pack)


def test_a_missing_or_foreign_file_is_a_usage_error(pack: Path) -> None:
    (pack / "words.yaml").write_bytes("words: {a: [密码]}".encode("gb18030"))
    with pytest.raises(UsageError, match="policy-encoding"):
        load_pack(pack)
    (pack / "words.yaml").unlink()
    with pytest.raises(UsageError, match="policy-file"):
        load_pack(pack)


def test_types_the_pack_cannot_grade_are_found() -> None:
    from dataclasses import replace

    name = policy().types["person_name"]
    odd = [replace(name, level="L9"), replace(policy().types["gender"], category="个人数据/性别")]
    codes = {issue.code for issue in check(PACK, [*policy().types.values(), *odd])}
    assert codes == {"policy-type-level", "policy-type-category"}


def test_the_digest_changes_with_content_and_only_then(pack: Path) -> None:
    same = Policy([load_pack(pack)], reversed(list(policy().types.values())))
    assert same.digest == policy().digest
    path = pack / "rules" / "70-table.yaml"
    path.write_text(path.read_text("utf-8").replace("raise_by: 1", "raise_by: 2", 1), "utf-8")
    assert Policy([load_pack(pack)], policy().types.values()).digest != policy().digest
    fewer = list(policy().types.values())[1:]
    assert Policy([load_pack(PACK)], fewer).digest != policy().digest


def test_an_unknown_rule_names_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        policy().rule("agg-id-bundel")
    assert caught.value.params["nearest"] == "agg-id-bundle"
    assert policy().rule("agg-id-bundle").clause == "4.1"
