"""The stored run that a command reads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from guard.cli.language import current, use
from guard.cli.verb import Globals

if TYPE_CHECKING:
    from guard.ops.session import Session
    from guard.sdk.report import Facts


def session_of(settings: Globals) -> Session:
    """The session that the global options describe."""
    from guard.ops.session import Session  # rules bring numpy and re2

    session = Session.open(
        config=settings.config, catalog=settings.catalog, language=current(), actor=settings.actor
    )
    wished = session.config.language
    if wished and not settings.lang and wished != session.language:
        # guard.yaml speaks where neither --lang nor the environment did.
        session = replace(session, language=use(wished))
    return session


def facts_of(settings: Globals, run: str) -> Facts:
    """The facts of a stored run. Raises UsageError where there is none."""
    session = session_of(settings)
    rules = session.rules()
    store = session.store(create=False)
    return session.facts(store, store.find_run(run).id, rules)
