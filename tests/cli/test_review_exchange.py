"""``guard review export|import|learn`` as their user sees them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

FIELDS = ("ref", "decision", "level", "reason")


def filled(path: Path, answers: dict[str, dict[str, str]]) -> None:
    """Write answers into an exported file, by the end of the reference."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        head, names, *rows = csv.reader(stream)
    for row in rows:
        for ending, answer in answers.items():
            if row[head.index("ref")].endswith(ending):
                for name, text in answer.items():
                    row[head.index(name)] = text
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, names, *rows])


def test_a_review_in_a_spreadsheet_teaches_the_rules(guard: Any, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.csv").write_text("ktdh,yhdm\n" + "".join(f"K{n},M{n}\n" for n in range(40)))
    assert guard("scan", "a.csv", "b.csv", "c.csv").code in (0, 1)
    assert guard("review", "export", "r.csv").code == 0
    answer = {"decision": "correct", "level": "L3", "reason": "groups of pupils"}
    filled(tmp_path / "r.csv", {"a.csv/ktdh": answer, "b.csv/ktdh": {**answer, "level": "L33"}})

    bad = guard("review", "import", "r.csv")
    assert bad.code == 2 and "error[review-import-bad]" in bad.err
    assert '"L33" is no level' in bad.out and "b.csv/ktdh" in bad.out and "row " in bad.out
    assert "decisions: 0" in guard("review", "list").err

    filled(tmp_path / "r.csv", {"b.csv/ktdh": {"level": "", "reason": ""}})
    told = guard("--lang", "zh", "review", "import", "r.csv", "--dry-run").out
    assert (
        "请填写“新级别”“新类型”或“新类别”" in told and told.count("b.csv/ktdh") == 1 and "correct" not in told
    )

    filled(tmp_path / "r.csv", {"b.csv/ktdh": answer})
    tried = guard("review", "import", "r.csv", "--dry-run")
    assert tried.code == 0 and "nothing was stored" in tried.err
    done = guard("review", "import", "r.csv", "--as", "wang")
    assert done.code == 0 and "in force: 2" in done.err
    again = guard("review", "import", "r.csv")
    assert again.code == 0 and "already decided so: 2" in again.err

    shown = guard("review", "learn", "--policy", "local")
    assert shown.code == 0 and "+++ b/local/rules/90-learned.yaml" in shown.out and "ktdh" in shown.out
    assert "as people decided: 2" in shown.err and not (tmp_path / "local").exists()
    assert guard("review", "learn", "--policy", "local", "--write", "x.patch").code == 0
    assert (tmp_path / "x.patch").read_text("utf-8") == shown.out
    assert guard("review", "learn", "--policy", "local", "--apply").code == 0
    assert guard("policy", "check", "local").code == 0
    logged = guard("audit", "list").out
    assert "policy.learn" in logged and "review.import" in logged and guard("audit", "verify").code == 0
