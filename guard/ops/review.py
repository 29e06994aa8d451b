"""Human review: what the machine proposes, what a person answers, and how both come to one level.

``Work.open(session)`` finds the run; ``select`` and ``groups`` say what may be decided; ``plan`` turns
answers into decisions without storing any; ``carry_out`` stores them with the audit log, all or nothing.
``approve``, ``refuse``, ``undo`` and ``rename`` change what was decided. ``decisions`` is what grading needs.
"""

from guard.catalog.reviewing import Item
from guard.ops.review_answer import Answer, Outcome, Plan, Planned, Wish, check, check_answer
from guard.ops.review_change import approve, refuse, rename, undo
from guard.ops.review_decide import carry_out, plan
from guard.ops.review_lost import Question, questions
from guard.ops.review_queue import Group, Selection, groups, select
from guard.ops.review_work import Work, decisions, settle

__all__ = [
    "Answer",
    "Group",
    "Item",
    "Outcome",
    "Plan",
    "Planned",
    "Question",
    "Selection",
    "Wish",
    "Work",
    "approve",
    "carry_out",
    "check",
    "check_answer",
    "decisions",
    "groups",
    "plan",
    "questions",
    "refuse",
    "rename",
    "select",
    "settle",
    "undo",
]
