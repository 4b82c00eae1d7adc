"""The command `heinit`: one verb, one module in autograder/commands, imported when the verb is used."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from autograder.errors import HeinitError

# The module autograder.commands.<verb> has a click command of the verb's name. The help lines
# stand here, so that listing the verbs imports none of them: nbgrader alone takes seconds.
VERBS = {
    "lab": "copy the lessons to your workspace and open them in JupyterLab",
    "author": "edit a lesson in JupyterLab, kept in its canonical form",
    "test": "run the whole test suite",
    "site": "write the course as static pages to read",
    "course": "make an nbgrader course directory with every lesson released",
    "grade": "grade what was submitted to a course directory",
    "feedback": "make the feedback pages of what was graded",
    "report": "write the class report: scores, mistakes, exercises, whom to write to",
    "export": "write the grades for Canvas, for Moodle, or as a plain table",
    "receipt": "show how a submission was graded, and verify it by grading it again",
    "demo": "make a course with a made-up class: graded, with feedback and a report",
    "attack": "grade hostile notebooks here, and say what each one gained",
    "bench": "measure the lessons and print tables",
}


class Verbs(click.Group):
    """The group of verbs. An error is one sentence on standard error, with its exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            near = difflib.get_close_matches(cmd_name, VERBS, n=1)
            meant = f" Did you mean `{near[0]}`?" if near else ""
            verbs = ", ".join(VERBS)
            raise click.UsageError(f"there is no verb {cmd_name!r} here.{meant} The verbs are: {verbs}.", ctx)
        module = importlib.import_module(f"autograder.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        extra["standalone_mode"] = False
        try:
            code = super().main(args, *rest, **extra)
        except HeinitError as error:
            _say(str(error))
            code = error.exit_code
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            code = 2
        except click.ClickException as error:
            ctx = getattr(error, "ctx", None)
            more = f" See `{ctx.command_path} --help`." if ctx and ctx.parent else ""
            _say(error.format_message() + more)
            code = error.exit_code
        except (click.Abort, KeyboardInterrupt):
            _say("stopped.")
            code = 130
        except BrokenPipeError:  # the program that read our output has gone, so nothing is left to say
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 1
        except OSError as error:
            if error.filename is None or error.strerror is None:
                raise
            _say(
                f"{os.fsdecode(error.filename)} cannot be used ({error.strerror}). See that it is there and "
                "yours to read and write, or name another place."
            )
            code = 1
        sys.exit(code if isinstance(code, int) else 0)


def _say(sentence: str) -> None:
    click.echo(f"heinit: {sentence}", err=True)


@click.group(
    "heinit", cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="heinit", prog_name="heinit")
def main() -> None:
    """A Jupyter course on He initialization, with its autograder."""
