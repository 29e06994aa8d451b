"""Passwords by reference only, and never shown."""

from __future__ import annotations

import sys
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard import secrets
from guard.model import UsageError

URLS = {
    "postgresql://u:geheim@h:5432/d": ("postgresql://u@h:5432/d", True),
    "postgresql://u@h:5432/d@x": ("postgresql://u@h:5432/d@x", False),
    "mysql://u:ge/he/im@h/d": ("mysql://u@h/d", True),
    "mysql://u:ge@he@im@h/d": ("mysql://u@h/d", True),
    "mysql://u:#geheim?@h/d": ("mysql://u@h/d", True),
    "mysql://:geheim@h/d": ("mysql://@h/d", True),
    "mysql://u:@h/d": ("mysql://u@h/d", False),
    "mysql://[::1]:3306/d": ("mysql://[::1]:3306/d", False),
    "mysql://u:geheim@[::1]:3306/d": ("mysql://u@[::1]:3306/d", True),
    "postgresql://h/d?password=geheim&sslmode=require": ("postgresql://h/d?sslmode=require", True),
    "postgresql://h/d?PASSWORD=geheim": ("postgresql://h/d", True),
    "postgresql://h/d?sslmode=require": ("postgresql://h/d?sslmode=require", False),
    "sqlite:///a:b@c.db": ("sqlite:///a:b@c.db", False),
    "./folder:with@signs": ("./folder:with@signs", False),
    "mysql://[broken": ("mysql://[broken", False),
}


@pytest.mark.parametrize("url", URLS)
def test_split_url(url):
    assert secrets.split_url(url) == URLS[url]


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_no_password_survives(password):
    clean, found = secrets.split_url(f"mysql://user:geheim{password}@host:3306/db")
    assert (clean, found) == ("mysql://user@host:3306/db", True)


@given(st.text(max_size=40))
def test_any_text_is_split_without_failing(text):
    clean, found = secrets.split_url(text)
    assert secrets.split_url(clean)[0] == clean or found
    secrets.split_url(f"x://{text}")


def test_from_the_environment(monkeypatch):
    monkeypatch.setenv("GUARD_X", " gehe:im ")
    assert secrets.resolve("env:GUARD_X").reveal() == " gehe:im "
    monkeypatch.delenv("GUARD_X")
    with pytest.raises(UsageError) as error:
        secrets.resolve("env:GUARD_X")
    assert (error.value.id, error.value.params["name"]) == ("secret-env", "GUARD_X")


def test_from_a_private_file(tmp_path):
    path = tmp_path / "pw"
    path.write_text("geheim\n")
    path.chmod(0o600)
    assert secrets.resolve(f"file:{path}").reveal() == "geheim"


def test_a_file_that_others_can_read_is_refused_or_warned_of(tmp_path):
    path = tmp_path / "pw"
    path.write_text("geheim")
    path.chmod(0o640)
    with pytest.raises(UsageError) as error:
        secrets.resolve(f"file:{path}")
    assert (error.value.id, error.value.params["mode"]) == ("secret-readable", "0640")
    warned: list[UsageError] = []
    assert secrets.resolve(f"file:{path}", warn=warned.append).reveal() == "geheim"
    assert [item.id for item in warned] == ["secret-readable"]


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe", b"x" * 100_000])
def test_files_that_hold_no_password(tmp_path, content):
    path = tmp_path / "pw"
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o600)
    with pytest.raises(UsageError) as error:
        secrets.resolve(f"file:{path}")
    assert error.value.id == "secret-file"


def test_a_folder_is_no_password(tmp_path):
    with pytest.raises(UsageError) as error:
        secrets.resolve(f"file:{tmp_path}")
    assert error.value.id == "secret-file"


def _keyring(monkeypatch, get):
    module = types.ModuleType("keyring")
    module.get_password = get
    monkeypatch.setitem(sys.modules, "keyring", module)


def test_from_a_keyring(monkeypatch):
    _keyring(monkeypatch, lambda service, name: f"{service}|{name}")
    assert secrets.resolve("keyring:guard/hr/scanner").reveal() == "guard/hr|scanner"


def test_a_keyring_that_fails_or_is_empty(monkeypatch):
    def fail(service, name):
        raise RuntimeError("backend says geheim")

    for get in (fail, lambda service, name: None):
        _keyring(monkeypatch, get)
        with pytest.raises(UsageError) as error:
            secrets.resolve("keyring:guard/hr")
        assert error.value.id == "secret-keyring"
        assert "geheim" not in str(error.value)


def test_a_missing_keyring_names_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(UsageError) as error:
        secrets.resolve("keyring:guard/hr")
    assert error.value.id == "secret-keyring-missing"


@pytest.mark.parametrize("text", ["geheim", "", "env:", "vault:geheim", "http://geheim"])
def test_anything_else_is_a_literal_and_not_echoed(text):
    with pytest.raises(UsageError) as error:
        secrets.resolve(text)
    assert error.value.id == "literal-password"
    assert "geheim" not in str(error.value)
