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
from guard.text import LANGUAGES, area

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
        assert lines and not re.search(r"\bexplain\.\w+", "\n".join(lines)), id


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
    texts = area(kind, lang)
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
