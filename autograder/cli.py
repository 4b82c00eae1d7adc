"""The command `heinit`: its verbs, and how every error becomes one sentence."""

import difflib
import errno
import io
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import click

from autograder.commands.checkout import attack, bench, test
from autograder.commands.collecting import collect
from autograder.commands.course import course, demo, export, report
from autograder.commands.grading import feedback, grade, receipt
from autograder.commands.lessons import author, lab, site
from autograder.commands.watching import watch
from autograder.errors import HeinitError
from autograder.solver.process_limits import low_limits
from autograder.surroundings import settle
from autograder.text import printable

# The bootstrap `heinit` reads this table too, before anything is installed.
VERBS = {
    "lab": "copy the lessons to your workspace and open them in JupyterLab",
    "author": "edit a lesson in JupyterLab, kept in its canonical form",
    "test": "run the whole test suite",
    "site": "write the course as static pages to read",
    "course": "make an nbgrader course directory with every lesson released",
    "collect": "take hand-ins from the archives of a learning platform",
    "grade": "grade what was submitted to a course directory",
    "feedback": "make the feedback pages of what was graded",
    "watch": "grade hand-ins as they arrive, with feedback, until you stop it",
    "report": "write the class report: scores, mistakes, exercises, whom to write to",
    "export": "write the grades, or a bank of questions, for Canvas, Moodle, or as a table",
    "receipt": "show how a submission was graded, and verify it by grading it again",
    "demo": "make a course with a made-up class: graded, with feedback and a report",
    "attack": "grade hostile notebooks here, and say what each one gained",
    "bench": "measure the lessons and print tables",
}


AGAIN = "What is done so far is kept: make room, and run this again."
NO_ROOM = {  # what is said of an error of the operating system's, whichever file has met it
    errno.ENOSPC: f"the disk is full. {AGAIN}",
    errno.EDQUOT: f"your share of the disk is full. {AGAIN}",
    errno.EFBIG: "a file would be larger than it may be.",
    errno.EMFILE: "more files would be open than may be.",
    errno.EAGAIN: "no further process can be started.",
}
LIMITED = {errno.EFBIG, errno.EMFILE, errno.EAGAIN}  # by a limit of a process's


class Verbs(click.Group):
    """The group of verbs. An error is one sentence on standard error, with its exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in VERBS:
            return super().get_command(ctx, cmd_name)
        near = difflib.get_close_matches(cmd_name, VERBS, n=1)
        meant = f" Did you mean `{near[0]}`?" if near else ""
        verbs = ", ".join(VERBS)
        raise click.UsageError(f"there is no verb {cmd_name!r} here.{meant} The verbs are: {verbs}.", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        # nbgrader's queries make SQLAlchemy warn about objects that it has not saved yet
        warnings.filterwarnings("ignore", module="nbgrader")
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a path can have bytes that are no text
                stream.reconfigure(errors="backslashreplace")
        try:
            settle()
            code = super().main(args, *rest, **{**extra, "standalone_mode": False})
        except HeinitError as error:
            code = _say(str(error), error.exit_code)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            code = 2
        except click.ClickException as error:
            ctx = getattr(error, "ctx", None)
            more = f" See `{ctx.command_path} --help`." if ctx and ctx.parent else ""
            code = _say(error.format_message() + more, error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            code = _say("stopped.", 130)
        except BrokenPipeError:  # the program that read our output has gone, so nothing is left to say
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 1
        except MemoryError:
            code = _say(f"there was not enough memory.{low_limits('')} Make room, and run this again.", 1)
        except OSError as error:
            for number, words in NO_ROOM.items():  # an error about many files has the numbers in its text
                if error.errno == number or f"[Errno {number}]" in str(error):
                    sys.exit(_say(words + (low_limits("") if number in LIMITED else ""), 1))
            if error.filename is None or error.strerror is None:
                raise
            code = _say(
                f"{os.fsdecode(error.filename)} cannot be used ({error.strerror}). See that it is there and "
                "yours to read and write, or name another place.",
                1,
            )
        except Exception as error:
            if "sqlalchemy" not in sys.modules:  # then no gradebook was opened, and none need be imported
                raise
            from autograder.database import unusable

            if (sentence := unusable(error)) is None:
                raise
            code = _say(str(sentence), sentence.exit_code)
        sys.exit(code if isinstance(code, int) else 0)


def _say(sentence: str, exit_code: int) -> int:
    click.echo("\n".join(map(printable, f"heinit: {sentence}".splitlines())), err=True)
    return exit_code


@click.group(
    "heinit",
    cls=Verbs,
    commands=[
        lab,
        author,
        test,
        site,
        course,
        collect,
        grade,
        feedback,
        watch,
        report,
        export,
        receipt,
        demo,
        attack,
        bench,
    ],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="heinit", prog_name="heinit")
def main() -> None:
    """A Jupyter course on He initialization, with its autograder."""
