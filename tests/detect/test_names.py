from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from detect.names_support import detector, lexicon, table, types
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.detect import names
from guard.detect.names import NameJudge
from guard.detect.split import is_chinese, phrases, tokens
from guard.detect.types import TypeCatalogue
from guard.detect.vocabulary import Vocabulary
from guard.model import Column

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "names.yaml").read_text("utf-8"))


def column(name: str, case: dict | str | None, position: int) -> tuple[Column, str | None]:
    case = case if isinstance(case, dict) else {"type": case}
    made = Column(name=name, position=position, type=case.get("sql", ""), comment=case.get("comment", ""))
    return made, case["type"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["table"])
def test_tables_as_people_name_them(case: dict) -> None:
    pairs = [column(name, item, place) for place, (name, item) in enumerate(case["columns"].items())]
    asset = table(*(made for made, _ in pairs), name=case["table"], comment=case.get("comment", ""))
    found = {finding.column: finding.type for finding in detector().findings(asset)}
    assert found == {made.name: wanted for made, wanted in pairs}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("userIDCard_no2", ("user", "id", "card", "no", "2")),
        ("HTTPServer", ("http", "server")),
        ("f_sfzh", ("f", "sfzh")),
        ("客户name", ("客户", "name")),
        ("ＩＤ１", ("id", "1")),
        ("", ()),
    ],
)
def test_identifiers_fall_into_parts(name: str, parts: tuple[str, ...]) -> None:
    assert tokens(name) == parts


@pytest.mark.parametrize(
    ("comment", "first"),
    [
        ("性别 1男 2女", "性别"),
        ("用户类型（0:普通 1:管理员）", "用户类型"),
        ("用户的邮箱", "用户邮箱"),
        ("电话/手机", "手机"),
        ("登录 IP", "登录IP"),
        ("1、姓名", "姓名"),
        ("密码，加密存储", "密码"),
        ("人员类型 P 个人 C 公司", "人员类型"),
    ],
)
def test_the_leading_phrase_of_a_comment_decides(comment: str, first: str) -> None:
    assert phrases(comment)[0] == first


def test_a_comment_outweighs_the_name_and_both_together_are_surest() -> None:
    def confidence(name: str, comment: str) -> float:
        return detector().findings(table(Column(name=name, position=0, comment=comment)))[0].confidence

    both, comment, pinyin = (
        confidence("sjhm", "手机号码"),
        confidence("c1", "手机号码"),
        confidence("sjhm", ""),
    )
    assert both >= 0.97
    assert 0.7 <= pinyin < comment < both


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("phone", "date"),
        ("xm", "int"),
        ("email", "tinyint(1)"),
        ("id_card", "char(2)"),
        ("xb", "datetime"),
    ],
)
def test_an_sql_type_that_cannot_hold_the_type_speaks_against_it(name: str, declared: str) -> None:
    finding = detector().findings(table(Column(name=name, position=0, type=declared)))[0]
    assert "declared" in {item.kind for item in finding.evidence}
    assert finding.type is None


def test_the_table_and_the_neighbours_say_whose_name_it_is() -> None:
    bare = Column(name="name", position=0)
    beside = (Column(name="sfzh", position=1), Column(name="csrq", position=2))
    assert detector().findings(table(bare))[0].type is None
    assert detector().findings(table(bare, name="patient"))[0].type == "person_name"
    assert detector().findings(table(bare, name="menu"))[0].type is None
    assert detector().findings(table(bare, name="company"))[0].type == "org_name"
    assert detector().findings(table(bare, *beside))[0].type == "person_name"


def test_a_prefix_that_all_columns_share_says_nothing() -> None:
    named = tuple(
        Column(name=f"abc_{name}", position=i) for i, name in enumerate(("name", "sex", "birthday"))
    )
    assert [f.type for f in detector().findings(table(*named))] == ["person_name", "gender", "birth_date"]


def test_types_left_out_of_the_catalogue_are_never_named() -> None:
    few = TypeCatalogue(kind for kind in types() if kind.id in {"gender", "email"})
    judge = NameJudge(few, lexicon())
    asset = table(*(Column(name=n, position=i) for i, n in enumerate(("xm", "qlrmc", "gender", "phone"))))
    named = {item.type for column in judge.judge(asset) for item in column if item.type}
    assert named == {"gender"}


def test_name_samples_are_judged_and_a_wrong_one_is_reported() -> None:
    assert names.test_names(TypeCatalogue(types()), lexicon()) == ()
    wrong = [
        replace(kind, names_true=("qwzx",), names_false=("mobile",)) if kind.id == "mobile_phone" else kind
        for kind in types()
    ]
    failures = names.test_names(TypeCatalogue(wrong), lexicon())
    assert [(failure.name, failure.wanted) for failure in failures] == [("qwzx", True), ("mobile", False)]
    assert "mobile_phone" in str(failures[0])


@pytest.mark.parametrize("language", ["zh", "en", "pinyin"])
def test_every_hint_of_a_type_is_found_again(language: str) -> None:
    """A hint that another word, a class or a rule hides is a dead hint."""
    dead = []
    for kind in types():
        for word in kind.hints.get(language, ()):
            evidence = detector().findings(table(Column(name=word, position=0)))[0].evidence
            if not any(item.type == kind.id for item in evidence):
                dead.append(f"{kind.id}: {word}")
    assert dead == []


def test_every_word_that_letters_or_codes_stand_for_is_in_the_vocabulary() -> None:
    vocabulary = Vocabulary(types(), lexicon())
    written = lexicon()["pinyin"]
    tables = ("whole", "front", "tail", "initials_of_words")
    words = [word for name in tables for word in written[name].values()]
    words += [word for item in lexicon()["names"]["stored"] for word in item["words"].values()]
    assert [word for word in words if word.lower() not in vocabulary.chinese] == []
    elements = {code: vocabulary.read_chinese(word) for code, word in lexicon()["elements"].items()}
    assert [code for code, row in elements.items() if not all(word.senses for word in row)] == []
    read = set("".join(written["readings"].values()))
    characters = {c for word in vocabulary.chinese for c in word if is_chinese(c)}
    assert characters - read == set()


def test_the_rules_name_only_types_and_classes_that_exist() -> None:
    ids, rules = {kind.id for kind in types()}, lexicon()["names"]
    classes = ids | set(lexicon()["names_zh"]) | set(lexicon()["names_en"]) | set(rules["kinds"])
    named = {*rules["coded"], *rules["numbered"], *rules["person_columns"], *rules["declared"]["shortest"]}
    named.update(*rules["declared"]["allowed"].values(), *lexicon()["fusion"]["narrower"].values())
    every = [*rules["compose"], *rules["topical"], *rules["self"]]
    named.update(rule["type"] for rule in every if rule["type"] != "none")
    assert named - ids == set()
    used = {word for rule in every for key in ("head", "of", "after", "beside") for word in rule.get(key, ())}
    used.update(*rules["kinds"].values())
    used.update(rules["settled_by_name"], *rules["settled_by_name"].values())
    assert used - classes == set()


def test_evidence_shows_words_of_the_lexicon_and_nothing_else_of_a_name() -> None:
    planted = (
        "欧阳修竹人",
        "欧阳修竹联系人电话",
        "oyxzr_dh",
        "身份证号110101199003070011",
        "欧阳修竹单位名称",
    )
    columns = [
        Column(name=n, position=i, comment=n, type="enum('欧阳修竹','x')") for i, n in enumerate(planted)
    ]
    shown = repr(
        [finding.evidence for finding in detector().findings(table(*columns, comment="欧阳修竹名单"))]
    )
    assert "person_name" in shown
    assert not any(secret in shown for secret in ("欧阳", "修竹", "oyxz", "19900307"))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=60), st.text(max_size=20)), max_size=5))
def test_any_text_is_judged_without_error(items: list[tuple[str, str, str]]) -> None:
    asset = table(*(Column(name=n, position=i, comment=c, type=t) for i, (n, c, t) in enumerate(items)))
    findings = detector().findings(asset)
    assert [finding.column for finding in findings] == [name for name, _, _ in items]
    assert all(0 <= finding.confidence <= 1 and finding.missed is None for finding in findings)


def test_80_000_names_take_less_than_half_a_minute() -> None:
    started = time.process_time()
    for batch in range(100):
        columns = (
            Column(name=f"sqr{batch}_lxdh{i}", position=i, comment=f"申请人{i}联系电话{batch}")
            for i in range(20)
        )
        detector().findings(table(*columns, name=f"t{batch}"))
    each = (time.process_time() - started) / 2000
    assert each * 80_000 < 30
