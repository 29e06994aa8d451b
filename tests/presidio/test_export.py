"""Our types in anyone's AnalyzerEngine: the documented lines, run as they are written."""

from __future__ import annotations

import contextlib
import io

import presidio.presidio_support  # noqa: F401 - skips where the extra is not installed
import pytest
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine

import guard.presidio
from guard.model import UsageError
from guard.presidio import recognizers

TEXT = "联系人：王小明，住北京市海淀区中关村大街27号院3号楼，邮箱wang@example.com，身份证11010519491231002X"


def analyzer(language: str, *types: str) -> AnalyzerEngine:
    models = [{"lang_code": language, "model_name": "none"}]
    registry = RecognizerRegistry(
        recognizers=recognizers(language, types=types), supported_languages=[language]
    )
    return AnalyzerEngine(
        registry=registry, nlp_engine=NoOpNlpEngine(models=models), supported_languages=[language]
    )


def found(engine: AnalyzerEngine, text: str, language: str) -> dict[str, str]:
    return {hit.entity_type: text[hit.start : hit.end] for hit in engine.analyze(text, language=language)}


def test_the_documented_lines_run_as_they_are_written() -> None:
    lines = [line for line in guard.presidio.__doc__.splitlines() if line.startswith("    ") or not line]
    code = "\n".join(line[4:] for line in lines if line)
    assert len(code.splitlines()) <= 10
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(code, {})
    assert [line.rsplit(" ", 1)[0] for line in sorted(said.getvalue().splitlines())] == [
        "MOBILE_PHONE 25 36",
        "RESIDENT_ID_18 4 22",
    ]


def test_chinese_text_gives_numbers_and_names() -> None:
    assert found(analyzer("zh"), TEXT, "zh") == {
        "PERSON": "王小明",
        "LOCATION": "北京市海淀区中关村大街27号院3号楼",
        "EMAIL": "wang@example.com",
        "RESIDENT_ID_18": "11010519491231002X",
    }


def test_english_has_the_numbers_alone() -> None:
    assert found(analyzer("en"), "ID 11010519491231002X", "en") == {"RESIDENT_ID_18": "11010519491231002X"}


def test_types_and_entities_choose() -> None:
    assert set(found(analyzer("zh", "resident_*"), TEXT, "zh")) == {"RESIDENT_ID_18"}
    (one,) = recognizers("zh")
    assert {hit.entity_type for hit in one.analyze(TEXT, ["EMAIL"])} == {"EMAIL"}
    with pytest.raises(UsageError):
        recognizers("zh", types=["resident_idd"])


def test_a_wrong_check_digit_is_no_identity_number() -> None:
    assert "RESIDENT_ID_18" not in found(analyzer("zh", "resident_id_18"), "编11010519491231002Y 号", "zh")


def test_it_stands_beside_presidios_own() -> None:
    from presidio_analyzer.predefined_recognizers import NhsRecognizer

    engine = analyzer("en", "resident_id_18")
    engine.registry.add_recognizer(NhsRecognizer())
    text = "943 476 5919 and 11010519491231002X"
    assert set(found(engine, text, "en")) == {"UK_NHS", "RESIDENT_ID_18"}
