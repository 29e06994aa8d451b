"""``guard policy`` with a folder of one's own: types beside guard.yaml, without Python."""

import json
from html.parser import HTMLParser
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


RULES = """
rules:
  - {id: own-meter, standard: local, clause: "1", certainty: design, when: {kind: [remark]}, then: {floor: L4}}
"""
HEAD = """
id: draft
version: "1"
name: {zh: 草案, en: draft}
standard: local
certainty: design
status: draft
extends: gov_cn
"""


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    folder = tmp_path / "work" / "draft"
    (folder / "rules").mkdir(parents=True)
    (folder / "pack.yaml").write_text(HEAD, "utf-8")
    (folder / "rules" / "own.yaml").write_text(RULES, "utf-8")
    return folder


@pytest.fixture
def scanned(guard, tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    lines = ["xm,sjhm,bz"] + [f"王{'伟芳娜敏静'[at % 5]},1380013{at:04d},text {at}" for at in range(50)]
    (data / "people.csv").write_text("\n".join(lines), "utf-8")
    assert guard("scan", data).code in (0, 1)
    return data


def test_packs_are_listed_with_their_standing(guard) -> None:
    done = guard("policy", "list")
    assert done.code == 0
    rows = {line.split()[0]: line for line in done.out.splitlines()}
    assert "legacy" in rows["zhejiang"] and "2025-12-31" in rows["zhejiang"]
    assert "M-h" in rows["gov_cn"]


def test_a_pack_is_shown_with_what_it_takes_over(guard) -> None:
    done = guard("policy", "show", "pipl")
    assert done.code == 0
    for said in (
        "sensitive personal information",
        "= L4",
        "PIPL Art 28",
        "Rules of gov_cn",
        "in force: 2021-11-01",
    ):
        assert said in done.out, said


def test_a_local_pack_is_checked_and_tested_through_either_word(guard, draft: Path) -> None:
    for words in ((draft.parent,), ("--policy", draft.parent)):
        assert guard("policy", "check", *words).code == 0
        assert guard("policy", "test", *words).code == 0
    (draft / "rules" / "own.yaml").write_text(RULES.replace("floor", "flor"), "utf-8")
    done = guard("policy", "check", draft.parent)
    assert done.code == 2
    assert "own.yaml:3: policy-field" in done.out and "floor" in done.out


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("公共数据/政务服务/办件", "公共数据/政务服务x", "policy-type-category"),
        ("level: L2", "level: L9", "policy-type-level"),
        ("level: L2", "levle: L2", "type-unknown-field"),
    ],
)
def test_a_local_type_that_no_pack_can_grade_is_found(guard, tmp_path: Path, old, new, code) -> None:
    own = local(tmp_path)
    path = own / "types" / "meters.yaml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    done = guard("policy", "check", own)
    assert done.code == 2
    assert f": {code}: " in done.out and str(path) in done.out


def test_two_packs_and_two_versions_are_compared(guard, draft: Path, tmp_path: Path) -> None:
    done = guard("policy", "diff", "gov_cn", draft)
    assert done.code == 1
    assert "+ own-meter" in done.out and "added: 1" in done.err
    assert guard("policy", "diff", draft, draft).code == 0
    found = json.loads(guard("policy", "diff", "gov_cn", "gbt35273", "-f", "json").out)
    changed = {(item["part"], item["id"]): item["fields"] for item in found["changes"]}
    assert {"name": "reading", "before": "gbt45574", "after": "gbt35273"} in changed["pack", "pack"]
    assert ("rules", "appb-identity-number") in changed
    assert guard("policy", "diff", "gov_cn", "gov_c").code == 2


def test_a_draft_is_simulated_and_nothing_is_stored(guard, scanned: Path, draft: Path) -> None:
    before = guard("asset", "list", "-f", "csv").out
    told = json.loads(guard("policy", "simulate", "--policy", draft.parent, "-f", "json").out)
    (flip,) = [item for item in told["flips"] if item["column"] == "bz"]
    assert (flip["before"], flip["after"], flip["rule"], flip["clause"]) == ("L2", "L4", "own-meter", "1")
    assert sum(item["columns"] for item in told["matrix"]) == told["columns"] == 3
    for what, count in told["also"].items():
        assert sum(item["columns"] for item in told["also_names"] if item["what"] == what) == count
    table = guard("policy", "simulate", "--policy", draft.parent)
    assert table.code == 0
    assert all(f"{item['name']} × {item['columns']}" in table.out for item in told["also_names"])
    assert "own-meter" in table.out and "nothing was stored" in table.err
    lines = guard("policy", "simulate", "--policy", draft.parent, "-f", "csv").out.splitlines()
    assert len(lines) == 1 + len(told["flips"]) + len(told["tables"])
    assert guard("asset", "list", "-f", "csv").out == before
    assert guard("grade", "--dry-run").out == ""


def test_several_packs_are_tried_side_by_side(guard, scanned: Path) -> None:
    words = ("--pack", "gov_cn", "--pack", "gbt35273", "-f", "json")
    told = json.loads(guard("policy", "simulate", *words).out)
    assert "gbt35273" in told["draft"]
    assert any(item["rule"].startswith("gbt35273/") for item in told["flips"])
    chinese = guard("--lang", "zh", "policy", "simulate", *words[:4]).out
    assert "按数据类型的级别定级 [gbt35273/type-level]" in chinese and "GB/T 35273-2020 App" in chinese
    assert "undetermined" not in chinese and "[resident_id_18]" not in chinese


@pytest.mark.parametrize(
    ("packs", "level"), [("pipl", "sensitive"), ("gdpr", "criminal"), ("health_cn", "H3")]
)
def test_a_common_level_stands_for_the_packs_own(inside, tmp_path: Path, packs: str, level: str) -> None:
    (tmp_path / "guard.yaml").write_text(f"policies: {{use: [{packs}]}}\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("sjhm\n13800130001\n", "utf-8")
    done = inside("scan", "data")
    assert done.code == 0 and f"nothing at or above {level}" in done.err
    assert inside("scan", "data", "--fail-on", "L1").code == 1
    for words in (("asset", "list"), ("finding", "list"), ("finding", "list", "--show", "L3", "-f", "junit")):
        assert inside(*words).code == 0
    for words in (("asset", "list"), ("finding", "list")):
        assert inside(*words, "--level", "L3").code == 0
    assert "unknown-level" not in inside("review", "confirm", "--proposed", "L3", "--reason", "seen").err
    assert inside("asset", "list", "--level", "L7").code == 2


def test_the_first_of_several_packs_has_a_level_for_each(inside, tmp_path: Path) -> None:
    (tmp_path / "guard.yaml").write_text("policies: {use: [gdpr, zhejiang]}\n")
    done = inside("config", "check")
    assert done.code == 2 and "zhejiang" in done.err and "first" in done.err
    (tmp_path / "guard.yaml").write_text("policies: {use: [zhejiang, gdpr]}\n")
    assert inside("config", "check").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("subjects-many: -5", "subjects-many"),
        ("small-class: 0", "small-class"),
        ("subjects-most: 20000000", "Art 28"),
        ("faces-many: 100001", "Art 15"),
        ("subjects-mny: 5", "subjects-many"),
    ],
)
def test_thresholds_that_would_say_nothing_or_less_than_a_law_are_refused(
    inside, tmp_path, words, said
) -> None:
    (tmp_path / "guard.yaml").write_text(f"policies: {{thresholds: {{{words}}}}}\n")
    (tmp_path / "a.csv").write_text("sjhm\n13800130001\n")
    done = inside("scan", "a.csv")
    assert done.code == 2 and said in done.err
    fine = "population: 0, divisions: 3200, subjects-most: 5000000, subjects-many: 2000000"
    (tmp_path / "guard.yaml").write_text(f"policies: {{thresholds: {{{fine}}}}}\n")
    assert inside("scan", "a.csv").code == 0


def test_a_pack_is_checked_with_its_neighbours(inside, tmp_path: Path) -> None:
    for name, above in (("x1", "x2"), ("x2", "gov_cn")):
        (tmp_path / "p" / name).mkdir(parents=True)
        head = HEAD.replace("id: draft", f"id: {name}").replace("extends: gov_cn", f"extends: {above}")
        (tmp_path / "p" / name / "pack.yaml").write_text(head, "utf-8")
    assert inside("policy", "check", "p/x1").code == 0
    assert inside("policy", "check", "p").code == 0


def test_rules_levels_and_packs_are_explained_by_both_commands(guard) -> None:
    for command in (("explain",), ("policy", "explain")):
        said = guard(*command, "agg-id-bundle").out
        assert "GB/T 45574-2025" in said and "70-table.yaml:" in said and "levels.test.yaml:" in said
    assert "Regulation (EU) 2016/679" in guard("explain", "gdpr").out
    assert guard("policy", "explain", "special_category").code == 0
    done = guard("policy", "explain", "agg-id-bundel")
    assert done.code == 2 and "agg-id-bundle" in done.err


def test_schemas_are_written_for_an_editor(guard, tmp_path: Path) -> None:
    assert guard("policy", "export", "-f", "schema=schemas").code == 0
    rules = json.loads((tmp_path / "schemas" / "rules.schema.json").read_text("utf-8"))
    assert "C-STO-01" in str(rules["$defs"]["then"]) and "@guardian-words" in str(rules["$defs"]["when"])
    assert set(json.loads(guard("policy", "export", "-f", "schema").out)["schemas"]) >= {
        "pack",
        "rules",
        "types",
    }


class Page(HTMLParser):
    """What a page refers to, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.ids: set[str] = set()
        self.inside: set[str] = set()
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                assert value not in self.ids, value
                self.ids.add(value)
            elif name in ("src", "href", "action", "data", "srcset", "style"):
                (self.inside.add(value[1:]) if value.startswith("#") else self.outside.append(value))


def test_the_book_of_rules_is_one_page_that_asks_nobody(guard, draft: Path, tmp_path: Path) -> None:
    text = (draft / "rules" / "own.yaml").read_text("utf-8")
    (draft / "rules" / "own.yaml").write_text(
        text.replace("standard: local", "standard: '<img src=x onerror=y>'"), "utf-8"
    )
    assert guard("policy", "export", "--policy", draft.parent, "-f", "html=book.html").code == 0
    book = (tmp_path / "book.html").read_text("utf-8")
    page = Page(book)
    assert page.outside == [] and page.inside <= page.ids
    assert not page.tags & {"script", "img", "link", "iframe", "object"}
    assert "&lt;img src=x" in book
    for said in (
        "PIPL",
        "Art 28",
        "规则手册",
        "Book of rules",
        "pipl-sensitive-type",
        "C-STO-01",
        "resident_id_18",
    ):
        assert said in book, said


def test_a_draft_takes_the_place_of_the_pack_it_extends_and_the_others_stay(
    guard, scanned: Path, draft: Path, tmp_path: Path
) -> None:
    (tmp_path / "guard.yaml").write_text("version: 1\npolicies: {use: [gov_cn, pipl, zhejiang]}\n", "utf-8")
    done = guard("policy", "simulate", "--policy", draft, "-f", "json")
    assert json.loads(done.out)["draft"].startswith("draft 1 + pipl ")
    assert "gov_cn" not in json.loads(done.out)["draft"]
    assert "did not grade" not in done.err and "zhejiang" in done.err  # legacy, and said so
    done = guard("policy", "simulate", "--policy", draft, "--pack", "draft")
    assert "did not grade here: pipl, zhejiang;" in done.err
    for words in (("grade", "--dry-run"), ("config", "check")):
        assert "zhejiang" in guard(*words).err


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("gbt35273/type-level", "type-level"),
        ("待定", "undetermined"),
        ("App J", "graded again"),
        ("candidate", "candidate"),
        ("confirmable", "sure enough"),
        ("gbt45574", "GB/T 45574-2025"),
        ("refused-by-law", "Decree 809"),
        ("C-STO-01", "L4:must"),
        ("$subjects-many", "1,000,000"),
        ("subjects-many", "1,000,000"),
    ],
)
def test_every_word_that_is_printed_is_explained(guard, word: str, said: str) -> None:
    done = guard("explain", word)
    assert done.code == 0 and said in done.out


def test_check_tells_what_to_choose_from(guard, draft: Path) -> None:
    (draft / "rules" / "own.yaml").write_text(RULES.replace("when: {kind", "when: {kinde"), "utf-8")
    done = guard("policy", "check", draft)
    assert 'there is no field "kinde"; the fields are: all, any' in done.out
    assert ". Did you mean kind?" in done.out


def test_a_folder_that_is_no_option_is_answered_with_the_option(guard) -> None:
    done = guard("demo", "./demo")
    assert done.code == 2 and "--to ./demo" in done.err
