"""``guard completion SHELL``: a completion script for bash, zsh or fish."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from guard.cli.app import root
from guard.cli.output import payload
from guard.cli.verb import Verb

SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


def run(shell: str) -> int:
    """Print the script; ``eval "$(guard completion bash)"`` turns it on."""
    payload(SHELLS[shell](root(), {}, "guard", "_GUARD_COMPLETE").source())
    return 0


command = Verb(
    "completion", callback=run, params=[click.Argument(["shell"], type=click.Choice(list(SHELLS)))]
)
