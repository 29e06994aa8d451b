"""What judges scripts: types, policy, declarations and rules, loaded once for any number of versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from guard.detect.by_name import ByName
from guard.gate.check import check
from guard.gate.concealed import Concealed
from guard.gate.context import Context
from guard.gate.declare.declaration import Terms
from guard.gate.declare.declarations import Declarations
from guard.gate.declare.methods import methods
from guard.gate.declare.schema_file import SchemaFile
from guard.gate.judge import Known, PolicyJudge
from guard.gate.literal_values import LiteralValues
from guard.gate.rule import rules as gate_rules
from guard.gate.script.dialect import dialect as named
from guard.gate.state.replay import Tables, replay
from guard.lineage import Output, columns
from guard.model import UsageError
from guard.model.gate import Query, Relation, Script, Step, Unread, Violation
from guard.ops.engine import Rules
from guard.ops.levels import known_level
from guard.ops.session import Session
from guard.yamldoc import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One set of scripts judged. ``columns`` counts the columns that they define."""

    scripts: tuple[Script, ...]
    steps: tuple[Step, ...] = field(repr=False)
    violations: tuple[Violation, ...]
    unread: tuple[Unread, ...]
    columns: int


class GateEngine:
    """Judges scripts with the packs, levels and rules that guard.yaml sets."""

    def __init__(self, session: Session) -> None:
        self.rules: Rules = session.rules()
        self._settings = session.config.gate
        self._findings = ByName(self.rules.types.values(), self.rules.lexicon)
        self._literals = LiteralValues(self.rules.types.values())
        self.concealed = Concealed(self._literals)
        policy = self.rules.policy
        for level in (self._settings.declare_from, self._settings.mask_from):
            known_level(level, policy.levels)
        for rule in self._settings.rules:
            if rule not in gate_rules():
                near = nearest(rule, gate_rules()) or "-"
                raise UsageError("gate-rule", word=rule, nearest=near, known=", ".join(gate_rules()))

    def judge(
        self,
        scripts: Sequence[Script],
        file: SchemaFile,
        *,
        known: Iterable[Relation] = (),
        levels: Known | None = None,
    ) -> Judged:
        """What ``scripts``, applied in order to the relations ``known``, break; ``file`` declares more."""
        policy = self.rules.policy
        terms = Terms(policy.levels, policy.base.categories, frozenset(file.zones))
        declarations = Declarations(terms, file, scripts)
        lineage = partial(_lineage, functions=file.masking_functions)
        steps, schema = replay(scripts, known=known, declare=declarations, lineage=lineage)
        judge = PolicyJudge(
            findings=self._findings,
            policy=policy,
            terms=terms,
            find=schema.recall,
            known=levels,
            mask_from=min(self._settings.declare_from, self._settings.mask_from, key=policy.levels.index),
        )
        context = Context(
            scripts=tuple(scripts),
            steps=steps,
            schema=schema,
            judge=judge,
            levels=policy.levels,
            types=self.rules.types,
            literals=self._literals,
            file=file,
            methods=methods(),
            declare_from=self._settings.declare_from,
            mask_from=self._settings.mask_from,
            today=date.today(),
            waiver_days=self._settings.waiver_days,
            wrong=declarations.wrong(schema),
        )
        found = check(context, gate_rules().values(), self._settings.rules)
        return Judged(
            scripts=tuple(scripts),
            steps=steps,
            violations=tuple(map(self.concealed.violation, found)),
            unread=tuple(map(self.concealed.unread, dict.fromkeys(_unread(steps)))),
            columns=sum(len(one.columns) for one in schema.relations if not one.known),
        )


def _unread(steps: Iterable[Step]) -> Iterator[Unread]:
    return (step.change for step in steps if isinstance(step.change, Unread))


def _lineage(query: Query, dialect: str, tables: Tables, functions: Sequence[str]) -> tuple[Output, ...]:
    return columns(query.text, named(dialect).reads, tables, functions)
