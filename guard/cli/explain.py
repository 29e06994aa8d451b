"""``guard explain ID``: any type, rule, level, exit code, error or skip reason."""

from __future__ import annotations

import click

from guard.cli.language import current, say
from guard.cli.output import payload
from guard.cli.stored import session_of
from guard.cli.verb import Verb, globals_of, option


@click.pass_context
def run(context: click.Context, id: str | None, list_: bool) -> int:
    """Print the page, or all ids."""
    from guard.ops import explain, policy_explain

    session = session_of(globals_of(context))
    rules = session.rules()
    if list_ or id is None:
        payload("\n".join(explain.ids(rules, current())) if list_ else say("commands.explain.usage"))
        return 0
    payload("\n".join(explain.page(id, rules, current(), lambda: policy_explain.every_pack(session))))
    return 0


command = Verb(
    "explain",
    callback=run,
    params=[click.Argument(["id"], required=False), option("explain", "--list", "list_", is_flag=True)],
)
