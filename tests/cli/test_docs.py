"""Documentation cannot rot: every command, id and promise is checked against what runs."""

import importlib
import re
from pathlib import Path

import click
import pytest

from guard.cli import language
from guard.cli.app import COMMANDS, root
from guard.cli.verb import Verbs
from guard.ops import explain
from guard.ops.engine import rules
from guard.sdk.testing_facts import SyntheticFacts
from guard.sdk.wording import term
from guard.text import LANGUAGES, area, lookup, t

ROOT = Path(__file__).parents[2]
AREAS = sorted({path.stem.partition("-")[0] for path in (ROOT / "guard/text/en").glob("*.yaml")})


def leaves(tree: object, at: tuple[str, ...] = ()) -> dict[tuple[str, ...], str]:
    if isinstance(tree, dict):
        found: dict[tuple[str, ...], str] = {}
        for key, value in tree.items():
            found |= leaves(value, (*at, str(key)))
        return found
    return {at: str(tree)}


@pytest.mark.parametrize("name", AREAS)
def test_both_languages_say_the_same_things(name: str) -> None:
    zh, en = leaves(area(name, "zh")), leaves(area(name, "en"))
    assert zh.keys() == en.keys()
    for key, text in en.items():
        assert text.strip() and zh[key].strip(), key
        assert set(re.findall(r"(?<!\{)\{(\w+)\}", text)) == set(re.findall(r"(?<!\{)\{(\w+)\}", zh[key])), (
            key
        )


def walk(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, Verbs) and path:
        for name in command.list_commands(click.Context(command)):
            child = command.commands[name]
            found += walk(child, (*path, name))
    return found


ENGLISH = re.compile(r"OPTIONS|COMMAND|ARGS|default:|INTEGER|RANGE|FLOAT|<=|Show this message|Arguments|TEXT")


def _describes_arguments(command: click.Command, text: str) -> None:
    names = [one.name for one in command.params if isinstance(one, click.Argument)]
    heading = language.say("cli.arguments") + ":\n"
    assert (heading in text) == bool(names)
    for name in names:
        meaning = language.say(f"commands.{command.text}.arguments.{name}")
        assert "".join(meaning.split()) in "".join(text.split()), (name, text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_command_and_option_has_help(lang: str) -> None:
    before = language.current()
    language.use(lang)
    try:
        for name in COMMANDS:
            module = importlib.reload(importlib.import_module(f"guard.cli.{name}"))
            for path, command in walk(module.command, (name,)):
                text = command.get_help(click.Context(command, info_name=" ".join(path)))
                assert "commands." not in text and "cli." not in text, (path, text)
                assert lang == "en" or not ENGLISH.search(text), (path, text)
                _describes_arguments(command, text)
        text = root().get_help(click.Context(root(), info_name="guard"))
        assert "commands." not in text and "cli." not in text
    finally:
        language.use(before)
        for name in COMMANDS:
            importlib.reload(importlib.import_module(f"guard.cli.{name}"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_id_has_a_page(lang: str) -> None:
    everything = rules()
    ids = explain.ids(everything, lang)
    assert set(everything.types) <= set(ids)
    assert {rule.id for rule in everything.policy.rules} <= set(ids)
    assert set(everything.policy.levels) <= set(ids)
    for id in ids:
        lines = explain.page(id, everything, lang)
        text = "\n".join(lines)
        assert lines and not re.search(r"\bexplain\.\w+", text), id
        if id in everything.types:  # a pattern has braces of its own
            text = "\n".join(line for line in lines if not line.startswith(t("explain.looks_like", lang)))
        text = "\n".join(line for line in text.split("\n") if not line.startswith("    "))  # a script's own
        assert not re.search(r"\{|\}|\[\[|\(\s*\)", text), (id, text)


def test_pages_speak_one_language() -> None:
    everything = rules()
    for kind in everything.types.values():
        zh, en = (explain.page(kind.id, everything, lang) for lang in ("zh", "en"))
        assert not kind.note or not any(kind.note in line for line in zh), kind.id
        assert not kind.note or any(kind.note in line for line in en), kind.id
        category = next(line for line in en if line.startswith("category"))
        assert not re.search("[\u4e00-\u9fff]", category), kind.id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_mask_is_said_in_words(lang: str) -> None:
    masks = {kind.mask for kind in rules().types.values()}
    assert len(masks) > 10
    for mask in masks:
        text = explain.mask_text(mask, lang)
        assert text != mask and not re.search(r"[{}]|explain\.|\bmask_parts", text), mask
        assert bool(re.search("[\u4e00-\u9fff]", text)) == (lang == "zh"), mask


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_name_that_code_looks_up_has_a_text(lang: str) -> None:
    everything = rules()
    facts = SyntheticFacts(language=lang)
    pack = everything.policy.base
    paths = {*pack.categories, *(kind.category for kind in everything.types.values())}
    words = [("categories", part) for path in paths for part in path.split("/")]
    words += [("domains", domain.id) for domain in pack.domains]
    words += [("levels", level.id) for level in pack.levels]
    assert len(words) > 100
    for at, word in words:
        keys = (f"{at}.{word}.name", f"{at}.{word}")
        assert any(lookup(key, lang) for key in keys), (at, word)
        assert lang == "zh" or not re.search("[\u4e00-\u9fff]", term(facts, at, word)), (at, word)
    for kind in everything.types.values():
        assert kind.name[lang], kind.id


SOURCES = [
    path
    for folder in ("guard", "connectors", "reports")
    for path in (ROOT / folder).rglob("*.py")
    if not path.stem.startswith("testing")
]


def raised() -> dict[str, set[str]]:
    pattern = re.compile(r'\b(GuardError|UsageError|SourceError|RefusedError)\(\s*"([a-z0-9-]+)"')
    problem = re.compile(r'\bProblem\(\s*code="([a-z0-9-]+)"')
    errors: set[str] = set()
    problems: set[str] = set()
    for path in SOURCES:
        text = path.read_text("utf-8")
        errors |= {match[1] for match in pattern.findall(text)}
        problems |= set(problem.findall(text))
    return {"errors": errors, "problems": problems}


@pytest.mark.parametrize("kind", ["errors", "problems"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_error_raised_says_what_and_next(kind: str, lang: str) -> None:
    ids = raised()[kind]
    assert len(ids) > 10
    texts = area("unread", lang) | area(kind, lang)  # what ends one script is a reason of the gate
    assert sorted(id for id in ids if not {"what", "next"} <= set(texts.get(id, {}))) == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_names_every_command(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert [command for command in COMMANDS if f"guard {command}" not in text] == []
    for line in (
        "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/guard demo",
        "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest",
    ):
        assert f"\n{line}\n" in text
    for picture in re.findall(r"\]\(([^)]+\.(?:png|svg))\)", text):
        assert (ROOT / picture).is_file(), picture
    assert re.search(r"\.(png|svg)\)", text)


def test_no_lock_or_text_names_a_host() -> None:
    assert not re.search(r"https?://", (ROOT / "requirements.lock").read_text("utf-8"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rule_pages_have_no_holes_and_say_what_their_mark_means(lang: str) -> None:
    everything = rules()
    for id in area("rules", lang):
        text = "\n".join(explain.page(str(id), everything, lang))
        assert "…" not in text and "{" not in text, (id, text)
    marks = area("explain", lang)["marks"]
    assert {"S", "M-h", "M-m", "M-l", "design"} <= set(marks)
    for rule in everything.policy.rules:
        assert marks[rule.certainty] in "\n".join(explain.page(rule.id, everything, lang)), rule.id
    assert all(meaning in "\n".join(explain.page("M-h", everything, lang)) for meaning in marks.values())


@pytest.mark.parametrize(("lang", "words"), [("zh", "识别证据"), ("en", "evidence")])
def test_evidence_is_to_be_read_unless_a_format_is_asked_for(guard, tmp_path, lang, words) -> None:
    (tmp_path / "a.csv").write_text("mobile_phone\n" + "".join(f"138{n:08d}\n" for n in range(60)))
    guard("scan", "a.csv")
    shown = guard("--lang", lang, "finding", "show", "a.csv/mobile_phone")
    assert shown.code == 0 and words in shown.out and "60 / 60" in shown.out and "{" not in shown.out
    assert guard("finding", "show", "a.csv/mobile_phone", "-f", "json").out.startswith("{")


@pytest.mark.parametrize("name", ["commands", "emit", "reports"])
def test_english_counts_go_with_one_as_well(name: str) -> None:
    counted = re.compile(r"\{\w+\} (?:more |other )?(?:objects|assets|columns|issues|departments|failures)\b")
    assert not [text for text in leaves(area(name, "en")).values() if counted.search(text)]
