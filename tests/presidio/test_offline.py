"""No model, no download, no request, no cache, and no value in any log."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from presidio.presidio_support import types

from guard.model import UsageError
from guard.presidio.adopt import adopt

ALONE = """
import socket, sys

def refuse(*_, **__):
    raise SystemExit("a socket was opened")

socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
from guard.presidio.lanes import Lanes
from guard.presidio.library import silence
from guard.presidio.registry import every
silence()
recognizers = [one for one, _ in every()]
texts = ["wang@example.com", "http://example.co.uk/x", "+44 20 7946 0123", "943 476 5919"]
found = {span.entity for span in Lanes(recognizers).spans(texts)}
assert {"EMAIL_ADDRESS", "URL", "PHONE_NUMBER", "UK_NHS"} <= found, found
from guard.presidio import recognizers
(one,) = recognizers("zh")
assert one.analyze("手机13800138000", None)
assert not [name for name in sys.modules if name.startswith(("zh_core", "en_core"))]
"""


def test_every_recognizer_runs_without_network_and_writes_nothing_at_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    env = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "TLDEXTRACT"))}
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        env=env | {"HOME": str(home)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_what_presidio_refuses_is_not_logged(caplog) -> None:
    caplog.set_level(logging.DEBUG)
    adopted = adopt([{"entity": "IBAN_CODE"}], types())
    check = adopted.checks["presidio.iban_code"]
    assert not check.accepts("ÄÖ00ABCD1234WXYZ")
    assert not check.accepts("DE88370400440532013000")
    assert all(
        "3704" not in record.getMessage() and "WXYZ" not in record.getMessage() for record in caplog.records
    )


def test_a_recognizer_that_fails_is_named_without_the_text(caplog) -> None:
    from presidio_analyzer import LocalRecognizer

    from guard.presidio.lanes import Lanes

    class Failing(LocalRecognizer):
        def load(self) -> None:
            pass

        def analyze(self, text, entities, nlp_artifacts):
            raise ValueError(text)

    lanes = Lanes([Failing(supported_entities=["X"])])
    assert list(lanes.spans(["canary-7391"] * 9)) == []
    assert len(caplog.records) == 3
    assert "canary" not in caplog.text and "Failing" in caplog.text


def test_without_presidio_the_error_names_the_extra(monkeypatch) -> None:
    from guard import presidio

    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    with pytest.raises(UsageError) as caught:
        presidio.recognizers("zh")
    assert caught.value.id == "presidio-missing"


def test_presidio_is_imported_only_when_used() -> None:
    code = (
        "import sys, guard.presidio, guard.ops.scan, guard.ops.session\n"
        "guard.ops.session.rules()\n"
        "assert 'presidio_analyzer' not in sys.modules and 'spacy' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
