"""A broken pack ends in issues with file, line and the nearest right name; never in a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from policy.policy_support import FOLDER, PACK, policy

from guard.model import UsageError
from guard.policy import Policy, check, load_pack
from guard.policy.lint import check_types
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
    codes |= {"policy-rule", "policy-file", "policy-none"}
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
    [
        "",
        "[]",
        "7",
        "a: b",
        "words: {1: [a], null: [b], true: [c], x: [d]}",
        "{kinds: [{id: 1, ends: {a: b}}], words: [1], domains: [2], categories: 5}",
    ],
)
def test_odd_parts_are_usage_errors(pack: Path, name: str, text: str) -> None:
    (pack / f"{name}.yaml").write_text(text, "utf-8")
    with pytest.raises(UsageError):
        load_pack(pack)


def test_a_missing_or_foreign_file_is_a_usage_error(pack: Path) -> None:
    (pack / "words.yaml").write_bytes("words: {a: [密码]}".encode("gb18030"))
    with pytest.raises(UsageError, match="encoding"):
        load_pack(pack)
    (pack / "words.yaml").unlink()
    with pytest.raises(UsageError, match="policy-alone"):
        load_pack(pack)


def test_types_the_pack_cannot_grade_are_found() -> None:
    from dataclasses import replace

    name = policy().types["person_name"]
    odd = [replace(name, level="L9"), replace(policy().types["gender"], category="个人数据/性别")]
    codes = {issue.code for issue in check_types([*policy().types.values(), *odd], [load_pack(PACK)])}
    assert codes == {"policy-type-level", "policy-type-category"}


SHIPPED = sorted(path.parent for path in FOLDER.glob("*/pack.yaml"))


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_nothing_is_wrong_in_what_is_shipped(folder: Path) -> None:
    assert check(folder, policy().types.values()) == ()
    assert check_types(policy().types.values(), [load_pack(folder)]) == ()


HEAD = """
id: own
version: "1"
name: {{zh: 本地, en: own}}
standard: local
certainty: design
extends: {extends}
{more}
"""


def own(folder: Path, more: str = "", extends: str = "gov_cn", name: str = "own", **files: str) -> Path:
    """A pack beside the shipped one that builds on it."""
    if not (folder / "gov_cn").exists():
        shutil.copytree(PACK, folder / "gov_cn")
    made = folder / name
    (made / "rules").mkdir(parents=True)
    (made / "pack.yaml").write_text(HEAD.format(extends=extends, more=more), "utf-8")
    for file, text in files.items():
        (made / "rules" / f"{file}.yaml").write_text(text, "utf-8")
    return made


def rule(id: str = "own-rule", when: str = "{kind: [order]}", then: str = "{floor: L2}") -> str:
    return (
        f"rules: [{{id: {id}, standard: local, clause: '1', certainty: design, when: {when}, then: {then}}}]"
    )


@pytest.mark.parametrize(
    ("more", "rules", "code", "nearest"),
    [
        ("", rule(then="{level: L5}"), "policy-level", None),
        ("", rule(when="{type: [persn_name]}"), "policy-type", "person_name"),
        ("", rule(then="{floor: L2, controls: [C-STO-98]}"), "policy-control", None),
        ("", rule("kind-order"), "policy-hidden", None),
        ("override: {rules: [kind-ordr]}", rule(), "policy-override", None),
        ("drop: {rules: [kind-ordr]}", rule(), "policy-drop", "kind-order"),
        ("", rule(when="{rows: {at_least: $many}}"), "policy-threshold", None),
        ("levels: [{id: low, name: {zh: a, en: a}, maps: L7, from: [L1, L2, L3, L4]}]", rule(then="{floor: low}"),
         "policy-level", None),
        ("levels: [{id: low, name: {zh: a, en: a}, maps: L1, from: [L1]}]", rule(then="{floor: low}"),
         "policy-level-untaken", None),
        ("", rule() + "\n" + "#", "", None),
        ("", "rules: []\nrule: []", "policy-field", "rules"),
        ("", rule(when="{kind: [order]}", then="{level: L1}"), "policy-shadowed", None),
        ("masking: []", rule(), "policy-field", None),
    ],
)  # fmt: skip
def test_a_pack_that_builds_on_another(tmp_path: Path, more, rules, code, nearest) -> None:
    folder = own(tmp_path, more, a=rules)
    issues = check(folder, policy().types.values())
    assert {issue.code for issue in issues} == ({code} if code else set())
    for issue in issues:
        assert issue.file.startswith(str(folder)) and issue.line >= 1
        if nearest:
            assert issue.params["nearest"] == nearest


def test_packs_that_extend_each_other_are_refused_with_the_chain(tmp_path: Path) -> None:
    first = own(tmp_path, extends="other")
    own(tmp_path, extends="own", name="other")
    (issue,) = check(first)
    assert issue.code == "policy-cycle"
    assert issue.params["chain"].split(" > ") == ["own", "other", "own"]
    assert issue.line == 7
    with pytest.raises(UsageError, match="policy-cycle"):
        load_pack(first)
    (issue,) = check(own(tmp_path, extends="gov_c", name="third"))
    assert (issue.code, issue.params["nearest"]) == ("policy-extends", "gov_cn")


MANY = [
    rule("own-types", when="{types: [x]}"),
    rule("own-type", when="{type: [resident_id_19]}"),
    rule("own-level", then="{level: L5}"),
]


@pytest.mark.parametrize(
    ("head", "code", "line"),
    [("extend: gov_cn", "policy-field", 7), ("extends: gov_c", "policy-extends", 7), ("", "policy-alone", 2)],
)
def test_a_wrong_extends_is_told_with_everything_else_that_is_wrong(
    tmp_path: Path, head: str, code: str, line: int
) -> None:
    folder = own(tmp_path, **{f"a{at}": text for at, text in enumerate(MANY)}, broken="rules: [")
    path = folder / "pack.yaml"
    path.write_text(path.read_text("utf-8").replace("extends: gov_cn", head) + "status: odd\n", "utf-8")
    found = [(issue.code, issue.line) for issue in check(folder, policy().types.values())]
    assert (code, line) in found
    assert {one for one, _ in found} == {
        code, "policy-choice", "policy-field", "policy-type", "policy-level", "yaml-broken",
    }  # fmt: skip
    assert not any(issue.file.endswith("categories.yaml") for issue in check(folder))


def test_a_broken_vocabulary_does_not_blame_the_rules_that_use_it(tmp_path: Path) -> None:
    folder = own(tmp_path, a=rule(when='{says: "@ours"}'))
    (folder / "words.yaml").write_text("words: {ours: [", "utf-8")
    assert [issue.code for issue in check(folder)] == ["yaml-broken"]
    (folder / "words.yaml").write_text("words: {theirs: [x]}", "utf-8")
    assert [issue.code for issue in check(folder)] == ["policy-words"]


def test_a_field_that_is_missing_is_told_once(tmp_path: Path) -> None:
    text = "rules: [{id: a, standard: x, clause: '1'}]"
    issues = check(own(tmp_path, a=text))
    assert [(issue.code, issue.params["word"]) for issue in issues] == [
        ("policy-missing", word) for word in ("certainty", "when", "then")
    ]


@pytest.mark.parametrize(
    ("when", "then", "lost"),
    [
        ("{type: [resident_id_18]}", "{level: L1}", True),
        ("{all: [{personal: true}, {kind: [remark]}]}", "{level: L1, category: 个人信息}", True),
        ("{any: [{type: [resident_id_18]}, {typed: true}]}", "{level: L1}", True),
        ("{any: [{type: [resident_id_18]}, {kind: [remark]}]}", "{level: L1}", False),
        ("{type: [resident_id_18]}", "{floor: L4}", False),
        ("{kind: [remark]}", "{level: L1}", False),
    ],
)
def test_a_level_that_only_typed_columns_could_get_is_told(
    tmp_path: Path, when: str, then: str, lost: bool
) -> None:
    issues = check(own(tmp_path, a=rule(when=when, then=then)), policy().types.values())
    assert [issue.code for issue in issues if issue.code != "policy-category"] == (
        ["policy-level-typed"] if lost else []
    )


def test_two_rules_of_one_id_in_two_files(tmp_path: Path) -> None:
    issues = check(own(tmp_path, a=rule(), b=rule(when="{kind: [link]}")))
    assert [(issue.code, issue.params["word"]) for issue in issues] == [("policy-duplicate", "own-rule")]
    assert issues[0].file.endswith("b.yaml")


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
