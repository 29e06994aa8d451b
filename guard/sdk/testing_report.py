"""The contract that every report passes: subclass ``ReportContract`` and say how yours is made."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from guard.model import AssetResult
from guard.sdk.display import UNSEEN
from guard.sdk.report import Report
from guard.sdk.testing_facts import SyntheticFacts, hostile, ordinary
from guard.sdk.testing_page import Page

_LANGUAGES = ("zh", "en")


class BrokenFactsError(RuntimeError):
    """Raised by facts that fail half-way, as a full disk or a locked catalogue would."""


@dataclass(frozen=True, kw_only=True)
class FailingFacts(SyntheticFacts):
    """Facts that give one asset and then fail."""

    def results(self) -> Iterator[AssetResult]:
        """One result, then ``BrokenFactsError``."""
        yield self.assets[0]
        raise BrokenFactsError


class ReportContract:
    """What a report promises: complete in both languages, self-contained, inert, whole or not at all."""

    def report(self) -> Report:
        """The report under test."""
        raise AssertionError("override report()")

    def build(self, folder: Path, kind: str, facts: SyntheticFacts) -> Path:
        """Build ``kind`` from ``facts`` into ``folder``."""
        path = folder / f"report-{facts.language}.{kind}"
        self.report().build(facts, kind, path, language=facts.language)
        return path

    def test_every_format_in_every_language_without_a_missing_text(self, tmp_path: Path) -> None:
        """No text key and no unfilled parameter shows."""
        for kind in self.report().info.formats:
            for language in _LANGUAGES:
                text = readable(self.build(tmp_path, kind, SyntheticFacts(language=language)))
                _demand("sfzh" in text, f"{kind}/{language} names no column")
                gaps = re.findall(r"\b(?:reports|emit)\.[a-z_]+\.[a-z_.]+|\{[a-z_]+\}", text)
                _demand(not gaps, f"{kind}/{language} shows {gaps[:5]}")

    def test_packs_with_their_marks_and_who_decided_are_told(self, tmp_path: Path) -> None:
        """Each pack in use with its standard; what is proposed apart from what a person decided."""
        for kind in self.report().info.formats:
            for language in _LANGUAGES:
                facts = SyntheticFacts(language=language)
                text = readable(self.build(tmp_path, kind, facts))
                for info in facts.packs:
                    _demand(info.id in text and info.standard in text, f"{kind} does not tell pack {info.id}")
                    _demand(info.note.get(language, "") in text, f"{kind} hides the note of pack {info.id}")
                for word in ("proposed", "confirm"):
                    _demand(facts.text(f"emit.standing.{word}") in text, f"{kind} does not say {word}")
                _demand("li.wei" in text, f"{kind} does not say who decided")

    def test_languages_differ(self, tmp_path: Path) -> None:
        """The English report is not the Chinese one."""
        for kind in self.report().info.formats:
            made = [readable(self.build(tmp_path, kind, SyntheticFacts(language=one))) for one in _LANGUAGES]
            _demand(made[0] != made[1], f"{kind} is the same in both languages")

    def test_a_run_without_assets(self, tmp_path: Path) -> None:
        """Nothing found is a report too."""
        for kind in self.report().info.formats:
            _demand(
                self.build(tmp_path, kind, SyntheticFacts(assets=())).stat().st_size > 0, f"{kind} is empty"
            )

    def test_hostile_names_stay_data(self, tmp_path: Path) -> None:
        """No name becomes markup, a request, a formula, or an unseen character."""
        for kind in self.report().info.formats:
            path = self.build(tmp_path, kind, SyntheticFacts(assets=hostile()))
            text = readable(path)
            unseen = set(UNSEEN.findall(text)) - {"\n", "\r", "\t"}
            _demand(not unseen, f"{kind} holds {sorted(unseen)!r}")
            if kind == "html":
                requests = list(Page(path).requests())
                _demand(not requests, f"the page asks for {requests[:5]}")
                same = [Page(self.build(tmp_path, kind, SyntheticFacts(assets=one))) for one in _twins()]
                _demand(same[0].skeleton == same[1].skeleton, "a name changed the page's markup")
            if kind == "xlsx":
                parts = _parts(path)
                _demand(
                    "<f>" not in parts and "<hyperlink" not in parts, "the workbook holds a formula or link"
                )

    def test_whole_or_not_at_all(self, tmp_path: Path) -> None:
        """A failure leaves the old file as it was, and nothing beside it."""
        for kind in self.report().info.formats:
            path = tmp_path / f"report-zh.{kind}"
            path.write_bytes(b"old")
            try:
                self.build(tmp_path, kind, FailingFacts())
            except BrokenFactsError:
                pass
            else:
                _fail(f"{kind} hid a failure of its facts")
            _demand(path.read_bytes() == b"old", f"{kind} left a broken file")
            _demand([one.name for one in tmp_path.iterdir()] == [path.name], f"{kind} left strays")
            path.unlink()

    def test_html_is_accessible(self, tmp_path: Path) -> None:
        """Language, title, one h1, table captions and scopes, named pictures, a strict content policy."""
        if "html" not in self.report().info.formats:
            return
        for language in _LANGUAGES:
            page = Page(self.build(tmp_path, "html", SyntheticFacts(language=language)))
            lang = "zh-CN" if language == "zh" else "en"
            _demand(page.all("html")[0].get("lang") == lang, "no language")
            _demand(len(page.all("h1")) == 1 and page.all("title"), "no heading or title")
            policy = page.policy()
            _demand("default-src 'none'" in policy and "unsafe" not in policy, "no strict content policy")
            _demand(len(page.all("table")) == len(page.all("caption")), "a table without caption")
            _demand(all("scope" in one for one in page.all("th")), "a heading cell without scope")
            named = {"aria-label", "aria-labelledby"}
            pictures = [one for one in page.all("svg") if one.get("aria-hidden") != "true"]
            hidden = [one for one in pictures if not named & one.keys()]
            _demand(not hidden, "a picture without a name")


def readable(path: Path) -> str:
    """The text of a report file: of a zip based one, all its XML parts."""
    return _parts(path) if zipfile.is_zipfile(path) else path.read_text("utf-8")


def _twins() -> tuple[tuple[AssetResult, ...], tuple[AssetResult, ...]]:
    """The same asset twice: once with plain names, once with markup in every name."""
    plain = ordinary()[0]
    evil = "\"'><script>x</script><b onclick=x {{x}}"
    columns = tuple(
        replace(one, name=evil, comment=evil if one.comment else "") for one in plain.asset.columns
    )
    asset = replace(
        plain.asset, source=evil, path=(evil, evil), columns=columns, comment=evil, department=evil
    )
    return (plain,), (replace(plain, asset=asset),)


def _parts(path: Path) -> str:
    with zipfile.ZipFile(path) as book:
        names = [name for name in book.namelist() if "/sheet" in name or "sharedStrings" in name]
        return "\n".join(book.read(name).decode("utf-8") for name in names)


def _demand(met: object, otherwise: str) -> None:
    if not met:
        _fail(otherwise)


def _fail(why: str) -> NoReturn:
    raise AssertionError(why)
