"""Every exit code has a page, in both languages."""

import pytest

from guard.model import GuardError, RefusedError, SourceError, UsageError
from guard.ops import exits
from guard.text import LANGUAGES, area

CODES = ["0", "1", "2", "3", "4", "5", "130"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_says_what_and_what_next(language: str) -> None:
    pages = area("exit_codes", language)
    assert list(pages) == CODES
    for page in pages.values():
        assert {"name", "what", "next"} <= set(page) <= {"name", "what", "why", "next"}
        assert all(isinstance(text, str) and len(text) > 1 for text in page.values())


def test_both_languages_have_the_same_sections() -> None:
    chinese, english = area("exit_codes", "zh"), area("exit_codes", "en")
    assert {code: set(page) for code, page in chinese.items()} == {
        code: set(page) for code, page in english.items()
    }
    assert all(text not in english[code].values() for code, page in chinese.items() for text in page.values())


def test_every_code_that_the_program_can_end_with_has_a_page() -> None:
    ends = {
        exits.DONE,
        exits.FOUND,
        exits.USAGE,
        exits.INCOMPLETE,
        exits.REFUSED,
        exits.INTERNAL,
        exits.INTERRUPTED,
    }
    ends |= {error.exit_code for error in (GuardError, UsageError, SourceError, RefusedError)}
    assert {str(code) for code in ends} == set(CODES)
