#!/usr/bin/env python3
"""Measure how DDL is read on the scripts in $GUARD_EVAL: tables, columns, time, statements left unread."""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guard.gate.script.dialect import Dialect, dialect
from guard.gate.script.encoding import read_text
from guard.gate.script.read import read_script, sniff
from guard.gate.script.statement import Text
from guard.gate.state.replay import replay
from guard.gate.state.schema_lines import schema_line
from guard.model.gate import Unread

ROOT = Path(__file__).resolve().parent.parent
SLOW = 5.0
Line = dict[str, Any]


@dataclass(frozen=True)
class Read:
    """One file or row as it was read: its line for the scorer, seconds, statements unread."""

    line: Line
    seconds: float
    unread: tuple[Unread, ...]


def rows(path: Path) -> list[Line]:
    """The rows of a JSON-lines file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def scripts(folder: Path) -> Iterable[tuple[Text, Dialect]]:
    """Every row of sqlfluff and every SQL file, with its dialect."""
    for row in rows(folder / "ddl" / "sqlfluff_ddl.jsonl"):
        yield Text(file=row["id"], text=row["sql"]), dialect(row["dialect"])
    told = {row["file"]: row["dialect"] for row in rows(folder / "ddl" / "expected_tables.jsonl")}
    for part in ("ddl/migrations", "schemas"):
        for path in sorted((folder / part).rglob("*.sql")):
            text = read_text(path, folder)
            name = path.relative_to(folder).as_posix()
            found = Text(file=name, text=text.text)
            yield found, dialect(told[name]) if name in told else sniff(found)


def read(text: Text, grammar: Dialect) -> Read:
    """``text`` by the gate, on its own."""
    start = time.perf_counter()
    script = read_script(text, grammar)
    steps, _ = replay([script], declare=lambda _s, _c, _b, after: after, lineage=lambda *_: ())
    line = schema_line(script.file, steps, isolated=True)
    unread = tuple(change for change in script.changes if isinstance(change, Unread))
    return Read(line, time.perf_counter() - start, unread)


def sqlglot_alone(text: Text, grammar: Dialect) -> Line:
    """The CREATE TABLE columns that plain sqlglot gives, statement by statement: the baseline."""
    import sqlglot
    from sqlglot import exp

    from guard.gate.script.split import split

    tables = []
    for statement in split(text, grammar):
        try:
            tree = sqlglot.parse_one(text.text[statement.start : statement.end], read=grammar.reads or None)
        except Exception:  # noqa: S112 - what it cannot read is what is counted
            continue
        if isinstance(tree, exp.Create) and tree.kind == "TABLE" and isinstance(tree.this, exp.Schema):
            columns = [item.name for item in tree.this.expressions if isinstance(item, exp.ColumnDef)]
            tables.append({"name": tree.this.this.name, "columns": columns})
    return {"file": text.file, "tables": tables}


def score(folder: Path, title: str, lines: Iterable[Line], errors: int) -> None:
    """Print what the scorer says of ``lines``."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "tables.jsonl"
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
        gold = [str(folder / "ddl" / f"{name}.jsonl") for name in ("sqlfluff_ddl", "expected_tables")]
        command = [sys.executable, str(folder / "score_ddl.py"), str(path), *gold, "--errors", str(errors)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    show(f"== {title}\n{done.stdout}{done.stderr}")


def show(text: str) -> None:
    """To the terminal."""
    print(text)  # noqa: T201


def equal(found: Iterable[Read]) -> None:
    """Whether the dialects of one schema give the same tables and columns."""
    forms: dict[str, frozenset[tuple[str, tuple[str, ...]]]] = {}
    for one in found:
        if "/yudao/" in one.line["file"]:
            forms[one.line["file"].rsplit("/", 1)[-1]] = frozenset(
                (
                    table["name"].lower().split(".")[-1],
                    tuple(column["name"].lower() for column in table["columns"]),
                )
                for table in one.line["tables"]
                if table["name"].lower() != "dual"  # a helper of the dialects that lack it
            )
    same = Counter(forms.values()).most_common(1)
    show(f"one schema in {len(forms)} dialects: {same[0][1] if same else 0} equal")
    for name, form in forms.items():
        for table in sorted(form ^ same[0][0]):
            show(f"  {name}: {table[0]} differs")


def main() -> int:
    """Read, score, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", type=int, default=0, help="print this many wrong tables")
    parser.add_argument("--unread", type=int, default=0, help="print this many statements left unread")
    options = parser.parse_args()
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    folder = Path(os.environ.get("GUARD_EVAL") or ROOT.parent / "shared" / "eval")
    if not (folder / "ddl" / "sqlfluff_ddl.jsonl").is_file():
        show(f"ddl: no evaluation set at {folder} (set GUARD_EVAL)")
        return 0
    inputs = list(scripts(folder))
    found = [read(*one) for one in inputs]
    score(folder, "guard", (one.line for one in found), options.errors)
    score(folder, "sqlglot alone", (sqlglot_alone(*one) for one in inputs), 0)
    equal(found)
    return tell(found, options.unread)


def tell(found: list[Read], shown: int) -> int:
    """The times, and what was left unread."""
    files = [one for one in found if one.line["file"].startswith("ddl/migrations")]
    unread = [(one.line["file"], item) for one in found for item in one.unread]
    slow = sum(one.seconds > SLOW for one in found)
    seconds = sum(one.seconds for one in found)
    show(f"{len(found)} scripts ({len(files)} migrations) in {seconds:.2f} s, over 5 s: {slow}")
    show(f"statements unread: {len(unread)} {dict(Counter(item.reason for _, item in unread))}")
    for file, item in unread[:shown]:
        show(f"  {file}:{item.place.line} {item.reason} {item.word}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
