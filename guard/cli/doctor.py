"""``guard doctor``: does everything this machine needs work?"""

from __future__ import annotations

import click

from guard.cli.language import say
from guard.cli.output import payload
from guard.cli.stored import session_of
from guard.cli.verb import Verb, globals_of
from guard.sdk.display import visible


@click.pass_context
def run(context: click.Context) -> int:
    """Check each part and say what to do about what fails; 3 when something does."""
    from guard.ops import doctor

    fine = True
    for check in doctor.checks(session_of(globals_of(context))):
        fine &= check.ok
        mark = say("commands.doctor.ok" if check.ok else "commands.doctor.bad")
        payload(f"{mark}  {say(f'doctor.{check.id}.what'):<28} {visible(check.detail)}")
        if not check.ok:
            payload(f"      {say('cli.next')} {say(f'doctor.{check.id}.next')}")
    return 0 if fine else 3


command = Verb("doctor", callback=run)
