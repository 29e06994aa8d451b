"""The engines that ours is measured against, each given the same patterns and the same values."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.detectors import PYTHON, RE2, alternation, bounded

Over = Callable[[list[str]], object]


def presidio(patterns: dict[str, str]) -> Over:
    """presidio's analyser with one pattern recogniser a detector, without a language model."""
    analyzer = pytest.importorskip("presidio_analyzer", reason="presidio-analyzer is not installed")
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    registry = analyzer.RecognizerRegistry(supported_languages=["zh"])
    for name, pattern in patterns.items():
        registry.add_recognizer(
            analyzer.PatternRecognizer(
                supported_entity=name.upper(),
                patterns=[analyzer.Pattern(name, bounded(pattern, PYTHON), 0.5)],
                supported_language="zh",
                global_regex_flags=re.ASCII | re.DOTALL | re.MULTILINE,
            )
        )
    language = NoOpNlpEngine([{"lang_code": "zh", "model_name": "none"}])
    language.load()
    engine = analyzer.AnalyzerEngine(registry=registry, nlp_engine=language, supported_languages=["zh"])
    return lambda values: [engine.analyze(value, language="zh") for value in values]


def re2_set(patterns: dict[str, str]) -> Over:
    """google-re2's set of patterns, which says of one value which of them occur."""
    re2 = pytest.importorskip("re2", reason="google-re2 is not installed")
    found = re2.Set.SearchSet()
    for pattern in patterns.values():
        found.Add(bounded(pattern, RE2))
    found.Compile()
    return lambda values: [found.Match(value) for value in values]


def ripgrep(patterns: dict[str, str], path: Path) -> Callable[[], object]:
    """ripgrep on a file: every match with its line, on one core."""
    program = shutil.which("rg")
    if not program:
        pytest.skip("ripgrep is not installed (Debian: ripgrep)")
    one = alternation(list(patterns.values()))
    command = [program, "--threads", "1", "--no-config", "-a", "-o", "-n", "-e", one, str(path)]
    return lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
