"""Every reason for which a statement is not read has its text in both languages, and no text is without one."""

import ast
from pathlib import Path

import pytest

import guard.gate
from guard.text import LANGUAGES, area

FOLDER = Path(guard.gate.__file__).parent
MODULES = sorted(FOLDER.rglob("*.py"))


def reasons(path):
    """The reasons that a module names: ``Unread(reason=…)``, ``unread("…")``, ``NotRead("…")``, ``reason = …``, and the
    errors of files that are then reported as unread."""
    of_files = path.parent.name == "inputs" or path.name == "encoding.py"
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called == "Unread":
                yield from (words(one.value) for one in node.keywords if one.arg == "reason")
            elif (called in ("unread", "NotRead") or (called == "SourceError" and of_files)) and node.args:
                yield words(node.args[0])
        elif isinstance(node, ast.Assign) and any(getattr(one, "id", "") == "reason" for one in node.targets):
            yield words(node.value)


def words(value):
    """The texts that an expression can be: a literal, or either side of a choice."""
    if isinstance(value, ast.IfExp):
        return words(value.body) | words(value.orelse)
    return {value.value} if isinstance(value, ast.Constant) and isinstance(value.value, str) else set()


def named():
    return {word for path in MODULES for found in reasons(path) for word in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_text_and_every_text_its_reason(language):
    texts = area("unread", language)
    assert set(texts) == named()
    for reason, parts in texts.items():
        assert set(parts) == {"what", "why", "next"}, reason
