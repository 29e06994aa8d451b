"""Scripts judged as ``guard gate`` judges them, without its command: for the cases of rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import guard_policies
from guard.detect.by_name import ByName
from guard.gate.check import check
from guard.gate.context import Context
from guard.gate.declare.declaration import Terms
from guard.gate.declare.declarations import Declarations
from guard.gate.declare.methods import methods
from guard.gate.declare.schema_file import schema_text
from guard.gate.judge import Known, PolicyJudge
from guard.gate.literal_values import LiteralValues
from guard.gate.rule import Rule, rules
from guard.gate.script.dialect import dialect
from guard.gate.script.read import read_script
from guard.gate.script.statement import Text
from guard.gate.state.replay import replay
from guard.lineage import columns
from guard.model import DataType
from guard.model.gate import Relation, Script, Violation
from guard.policy.catalogue import load_lexicon, load_types
from guard.policy.load import load_pack
from guard.policy.policy import Policy

FOLDER = Path(guard_policies.__file__).parent


@cache
def types() -> Mapping[str, DataType]:
    return {one.id: one for one in load_types(FOLDER / "types")}


@cache
def policy() -> Policy:
    return Policy([load_pack(FOLDER / "gov_cn")], types().values())


@cache
def findings() -> ByName:
    return ByName(types().values(), load_lexicon(FOLDER / "lexicon"))


@cache
def literals() -> LiteralValues:
    return LiteralValues(types().values())


def scripts(files: Mapping[str, str], name: str) -> list[Script]:
    return [read_script(Text(file=file, text=sql), dialect(name)) for file, sql in files.items()]


def context(
    files: Mapping[str, str],
    name: str = "postgres",
    schema: str = "",
    known: Iterable[Relation] = (),
    levels: Known | None = None,
    **more,
) -> Context:
    file = schema_text(schema)
    terms = Terms(policy().levels, policy().base.categories, frozenset(file.zones))
    read = scripts(files, name)
    declarations = Declarations(terms, file, read)
    steps, state = replay(
        read,
        known=known,
        declare=declarations,
        lineage=lambda query, written, tables: columns(
            query.text, dialect(written).reads, tables, file.masking_functions
        ),
    )
    judge = PolicyJudge(findings=findings(), policy=policy(), terms=terms, find=state.recall, known=levels)
    return Context(
        scripts=tuple(read),
        steps=steps,
        schema=state,
        judge=judge,
        levels=policy().levels,
        types=types(),
        literals=literals(),
        file=file,
        methods=methods(),
        wrong=declarations.wrong(state),
        **more,
    )


def violations(
    sql: str | Mapping[str, str], name: str = "postgres", schema: str = "", *, only: str = "", **more
) -> tuple[Violation, ...]:
    files = {"a.sql": sql} if isinstance(sql, str) else sql
    chosen: list[Rule] = [one for one in rules().values() if not only or one.id == only]
    return check(context(files, name, schema, **more), chosen)
