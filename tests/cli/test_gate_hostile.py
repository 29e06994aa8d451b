"""Names that attack and names that tell: inert and masked in everything that ``guard gate`` writes."""

import json
import re
from pathlib import Path

import pytest

FORMATS = ("table", "json", "sarif", "junit", "gitlab", "github", "md", "schema")
ID, MOBILE = "110101199003074514", "13800138000"
ESCAPES = "\x1b[2J\x1b]0;owned\x08\u202e\x9b31m"
HOSTILE = "".join(
    f'CREATE TABLE "t{at} {name}" (\n  id int,\n  sfzh varchar(18)\n);\n'
    for at, name in enumerate((
        ESCAPES, "\n::error file=x,line=1::forged\n##[error]forged", "</failure><script>", "|` [x](y) ![z](http://a.test/)",
    ))
)  # fmt: skip
TELLING = (
    f'CREATE TABLE "人员{ID}" (\n  id int,\n  "sfzh {MOBILE}" varchar(18),\n  c{ID} varchar(18),\n'
    f'  "身份证号 138 0013 8000" varchar(18)\n);\n'
    f'COMMENT ON COLUMN "人员{ID}"."sfzh {MOBILE}" IS \'例如 {ID}，电话 {MOBILE}\';\n'
    f'GRANT SELECT ON "人员{ID}" TO PUBLIC;\n'
    f'ALTER TABLE "人员{ID}" FROBNICATE c{ID};\n'
)


def everything(inside, folder: Path, *arguments: str) -> dict[str, str]:
    """What every format says in both languages, and what stands on stderr."""
    said = {}
    for kind in FORMATS:
        for language in ("zh", "en") if kind == "table" else ("en",):
            done = inside("gate", "--lang", language, "--color", "never", "-f", kind, *arguments)
            said[f"{kind} {language}"] = done.out
            said[f"{kind} {language} stderr"] = done.err
    return said


def test_no_escape_and_no_line_of_a_name_gets_through(inside, tmp_path):
    (tmp_path / "a.sql").write_text(HOSTILE, "utf-8")
    said = everything(inside, tmp_path, "--dialect", "postgres", "a.sql")
    assert all(f"t{at} " in said["table en"] for at in range(4))
    for name, text in said.items():
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), name
        assert not re.search(r"(?m)^\s*(::error file=x|##\[)", text), name
    assert "<script>" not in said["junit en"] + re.sub("(?s)```.*?```", "", said["md en"])
    json.loads(said["json en"])
    assert [line for line in said["github en"].splitlines() if not line.startswith("::")] == []


@pytest.mark.parametrize("isolated", [(), ("--isolated",)])
def test_a_number_in_a_name_or_comment_is_masked_everywhere(inside, tmp_path, isolated):
    (tmp_path / "a.sql").write_text(TELLING, "utf-8")
    said = everything(inside, tmp_path, "--dialect", "postgres", *isolated, "a.sql")
    assert "110*************14" in said["json en"] and "138******00" in said["schema en"]
    for name, text in said.items():
        for part in (ID, MOBILE, ID[3:-2], "0013", MOBILE[3:-2]):
            assert part not in text, (name, part)


def test_neither_baseline_nor_waivers_nor_a_fix_holds_it(inside, tmp_path):
    script = tmp_path / "a.sql"
    script.write_text(TELLING.replace(f'ALTER TABLE "人员{ID}" FROBNICATE c{ID};\n', ""), "utf-8")
    assert inside("baseline", "write", "a.sql").code == 0
    shown = inside("baseline", "show")
    written = (tmp_path / "guard-baseline.txt").read_text("utf-8")
    assert "110*************14" in written
    assert not any(value in written + shown.out + shown.err for value in (ID, MOBILE))
    assert inside("gate", "a.sql").code == 0
    done = inside("gate", "--fix", "--dry-run", "a.sql")
    assert not any(value in done.out + done.err for value in (ID, MOBILE))


def test_the_fingerprint_does_not_tell_the_number(inside, tmp_path):
    """A number has too few values to hide in a hash: two tables that differ in its middle alone have the same."""

    def fingerprints(number: str) -> list[str]:
        (tmp_path / "a.sql").write_text(f"CREATE TABLE t_{number} (sfzh varchar(18));\n", "utf-8")
        found = json.loads(inside("gate", "-q", "-f", "json", "a.sql").out)["violations"]
        return [one["fingerprint"] for one in found]

    assert fingerprints("13800138000") == fingerprints("13812345600") != []
