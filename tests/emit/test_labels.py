"""Scripts of labels in every dialect: each literal and name ends where it should, whatever stands in it."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest

from guard.emit.dialect import Dialect, dialect, dialects
from guard.emit.labels import LabelOptions, write
from guard.model import (
    Asset,
    AssetKind,
    AssetResult,
    Classification,
    Column,
    Coverage,
    Decided,
    Finding,
    Status,
)
from guard.sdk.label import labelled, unlabelled
from guard.sdk.testing_facts import HOSTILE, SyntheticFacts
from guard.text import LANGUAGES, t

NASTY = (*HOSTILE, "it's", "a]]b]", "c``d`", 'e""f"', "g\\'h\\", "x\n-- y;\nDROP TABLE z;", "l\nGO\n:r x\n$(p)", "&v",
         "m\r\n/\n@n", "end-", "end;", "a\x1ab")  # fmt: skip
DECIDED = Decided(id="d", act="confirm", by="li", at="2026-01-02T03:04:05Z", reason="seen")


def result(
    *names: str, kind: AssetKind = AssetKind.TABLE, path: tuple[str, ...] = ("s", "t"), **more
) -> AssetResult:
    columns = tuple(Column(name=name, position=n, comment=name) for n, name in enumerate(names, 1))
    answer = Classification(domain="", category="个人信息/身份", level="L3", **more)
    return AssetResult(
        asset=Asset(source="hr", path=path, kind=kind, columns=columns, comment="人员"),
        coverage=Coverage(status=Status.SCANNED, rows=1, of=1),
        findings=tuple(Finding(column=name, type="cn_resident_id", confidence=0.9) for name in names),
        classifications=(answer,) * len(names),
        table=answer,
    )


def script(name: str, *results: AssetResult, **options) -> str:
    facts = SyntheticFacts(language="en", assets=results)
    stream = io.StringIO()
    write(facts, stream, "en", dialect(name), LabelOptions(**options))
    return stream.getvalue()


def bare(text: str, to: Dialect) -> str:
    """``text`` without its literals, quoted names and comments, as a server and its client read it."""
    opens, closes = re.escape(to.identifier.open), re.escape(to.identifier.close)
    backslash = to.id in ("mariadb", "mysql")
    literal = r"(?:E|N)?'(?:[^'\\]|''|\\.)*'" if backslash else r"(?:E'(?:[^'\\]|''|\\.)*'|N?'(?:[^']|'')*')"
    name = rf"{opens}(?:[^{closes}]|{closes}{closes})*{closes}"
    return re.sub(rf"(?s:{literal}|{name})|--[^\n]*", "~", text)


@pytest.mark.parametrize("name", dialects())
def test_nothing_breaks_out(name: str) -> None:
    to = dialect(name)
    text = script(name, *(result(nasty, path=("s", nasty)) for nasty in NASTY))
    assert text.encode()
    body = text.removeprefix(text[: text.index("\n\n")]).replace(to.head, "").replace(to.tail, "")
    left = bare(body, to)
    assert not re.search(r"(?i)drop|\bGO\b|:r|\$\(|title|select", left), left
    words = set(re.findall(r"[A-Za-z@_]+", left))
    assert words <= {
        "COMMENT", "ON", "TABLE", "COLUMN", "VIEW", "IS", "ALTER", "SET", "EXECUTE", "guard_label", "USING", "@s", "@t",
        "@c", "@w", "ADD", "SENSITIVITY", "CLASSIFICATION", "TO", "WITH", "LABEL", "INFORMATION_TYPE", "RANK", "MEDIUM",
        "BEGIN", "IMMEDIATE", "CHR", "NCHAR", "END", "EXEC", "@guard_label",
    }, (name, words)  # fmt: skip
    assert not re.search("[\u202a-\u202e]", "".join(x for x in text.splitlines() if x.startswith("-- ")))


@pytest.mark.parametrize("name", ["oracle", "dameng", "sqlserver"])
def test_a_client_that_reads_lines_sees_whole_statements(name: str) -> None:
    text = script(name, *(result(nasty, path=("s", nasty)) for nasty in NASTY))
    for line in text.replace(dialect(name).head, "").splitlines():
        assert not line or line.startswith(
            ("-- ", "COMMENT ON ", "ADD SENS", "BEGIN EXEC", "SET @guard_label", "/")
        )
        assert line.endswith(";") or line == "/" or not line.startswith(("COMMENT", "ADD", "BEGIN", "SET"))
        assert not (line.startswith("--") and line.endswith((";", "-")))
        assert not re.search(r"\$\(", line) or name != "sqlserver" or line.startswith("--")


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("postgresql", """COMMENT ON COLUMN "s"."t"."a'b" IS 'a''b [guard: L3 个人信息/身份 gov_cn 2026.1]';"""),
        ("kingbase", """COMMENT ON TABLE "s"."t" IS '人员 [guard: L3 个人信息/身份 gov_cn 2026.1]';"""),
        ("oracle", """COMMENT ON COLUMN "s"."t"."a'b" IS 'a''b [guard: L3 个人信息/身份 gov_cn 2026.1]';"""),
        ("mysql", "ALTER TABLE `s`.`t` COMMENT = '人员 [guard: L3 个人信息/身份 gov_cn 2026.1]';"),
        ("sqlserver", "ADD SENSITIVITY CLASSIFICATION TO [s].[t].[a'b] WITH (LABEL = N'L3 gov_cn 2026.1', "
         "INFORMATION_TYPE = N'个人信息/身份', RANK = MEDIUM);"),
    ],
)  # fmt: skip
def test_statements(name: str, statement: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        SyntheticFacts, "run", replace(SyntheticFacts(language="zh").run, pack="gov_cn 2026.1")
    )
    facts = SyntheticFacts(language="zh", assets=(result("a'b"),))
    stream = io.StringIO()
    write(facts, stream, "zh", dialect(name), LabelOptions())
    assert statement in stream.getvalue().splitlines()


def test_what_cannot_be_labelled_is_named() -> None:
    text = script(
        "mysql",
        result("a", kind=AssetKind.FILE, path=("x.csv",)),
        result("a", kind=AssetKind.VIEW, path=("s", "v")),
        result("n", "1**********8~0badcafe", path=("s", "t")),
        result("l" * 1100),
    )
    for said in (
        "hr/x.csv (a file has",
        "hr/s/v (MySQL cannot",
        "badcafe (its name holds",
        "longer than 1024",
    ):
        assert said in text, said
    assert "Not labelled, each named above with its reason: 4" in text
    assert "no such name" in script("oracle", result('a"b'))


def test_decided_and_proposed() -> None:
    rows = [result("a", decision=DECIDED), result("b", path=("s", "u"))]
    text = script("postgresql", *rows)
    assert "hr/s/t/a · Resident identity number · L3 · decided by li on 2026-01-02" in text
    assert re.search(r"-- gov_cn: GB/T 43697-2024 \[\S+\]", text)
    assert re.search(r"hr/s/u/b · .* · L3 · proposed", text)
    only = script("postgresql", *rows, confirmed=True)
    assert '"a"' in only and '"b"' not in only and "nobody has decided on yet: 1" in only
    assert '"a"' not in script("postgresql", *rows, level="L4")


def test_a_label_takes_the_place_of_an_earlier_one() -> None:
    assert labelled("姓名", "L2 [x] y") == "姓名 [guard: L2 (x) y]"
    assert (
        labelled(labelled("姓名", "L2"), "L3")
        == "姓名 [guard: L3]"
        == labelled("[guard: L1]姓名 [guard: L2]", "L3")
    )
    assert unlabelled("a [guard: L2 x]") == "a" and unlabelled("[guard") == "[guard"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_help_names_every_dialect(lang: str) -> None:
    text = t("commands.asset.options.dialect", lang)
    assert [name for name in dialects() if name not in text] == []


def test_databases_of_one_source() -> None:
    text = script("sqlserver", result("a", path=("d]1", "s", "t")), result("a", path=("d2", "s", "t")))
    assert "USE [d]]1];" in text and "USE [d2];" in text
