"""The entry point: runs a command, turns errors into messages and exit codes. Only this module exits."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import traceback
from pathlib import Path

import click

from guard.cli import language
from guard.cli.app import root
from guard.cli.output import error_text, message
from guard.model import GuardError, UsageError
from guard.sdk.display import visible

INTERNAL = 5
INTERRUPTED = 130


_EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)")


def main(arguments: list[str] | None = None) -> None:
    """Run ``guard`` and exit with its code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run ``guard`` with ``arguments`` and return the exit code (``guard explain exit-codes``)."""
    language.settle(arguments)
    _tolerant_streams()
    try:
        result = root().main(args=arguments, prog_name="guard", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except (GuardError, ModuleNotFoundError) as error:
        return _told(error)
    except click.ClickException as error:
        message(_usage_text(error))
        return 2
    except (KeyboardInterrupt, click.Abort, EOFError):
        message(language.say("cli.interrupted"))
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away (``guard … | head``): nothing more to say, nothing went wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        message(_internal(error))
        return INTERNAL


def _told(error: GuardError | ModuleNotFoundError) -> int:
    """Say what went wrong; the exit code. A dependency that is missing is told as what it means."""
    if isinstance(error, ModuleNotFoundError):
        if (error.name or "guard").partition(".")[0].startswith("guard"):
            message(_internal(error))
            return INTERNAL
        # Installed from requirements-gate.lock, to gate schema changes: what reads data is not there.
        error = UsageError("light-install", module=error.name)
    message(error_text(error))
    return error.exit_code


def _tolerant_streams() -> None:
    # A name that the terminal's encoding lacks must not end a scan.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _usage_text(error: click.ClickException) -> str:
    text = error.message
    context = getattr(error, "ctx", None)
    if isinstance(error, click.NoSuchOption):
        hint = ", ".join(error.possibilities or ())
        text = language.say("cli.no_such_option", option=error.option_name)
        text += f" {language.say('cli.did_you_mean', word=hint)}" if hint else ""
    elif context is not None and (extra := _EXTRA.match(text)):
        to = next((f"--to {extra[1]}" for param in context.command.params if param.name == "to"), "")
        text = language.say("cli.unexpected", words=visible(extra[1]), option=visible(to))
    elif isinstance(error, click.MissingParameter) and error.param is not None:
        text = language.say("cli.missing", name=error.param.human_readable_name)
    elif isinstance(error, click.BadParameter) and error.param is not None:
        text = language.say("cli.bad_value", name=error.param.human_readable_name, why=error.message)
    lines = [f"error[usage] {text}"]
    if context is not None:
        lines.append(f"  {language.say('cli.next')} {context.command_path} --help")
    return "\n".join(lines)


def _internal(error: Exception) -> str:
    """Write where it happened to a private file: frames and types, no message and no locals."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    handle, name = tempfile.mkstemp(prefix="guard-error-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join([type(error).__name__, *lines, ""]))
    return language.say("cli.internal", error=type(error).__name__, file=name)


if __name__ == "__main__":
    main()
