"""Packs -> decisions: domain, category and level of every column, with the rules behind them."""

from guard.policy.golden import Failure, Outcome, test
from guard.policy.grade import Graded, grade
from guard.policy.issues import Issue
from guard.policy.lint import check
from guard.policy.load import load_pack
from guard.policy.pack import Pack, Rule
from guard.policy.policy import Policy
from guard.policy.rollup import rollup

__all__ = [
    "Failure",
    "Graded",
    "Issue",
    "Outcome",
    "Pack",
    "Policy",
    "Rule",
    "check",
    "grade",
    "load_pack",
    "rollup",
    "test",
]
