"""The command: lazy, and every mistake one sentence with its exit code."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from autograder.cli import VERBS
from autograder.cli import main as cli
from autograder.errors import HeinitError, UsageError


def heinit(*arguments: str):
    return CliRunner().invoke(cli, arguments)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_its_command_and_help(verb):
    assert cli.commands[verb].name == verb
    result = heinit(verb, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: heinit {verb}")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["lba"], "Did you mean `lab`?"),
        (["lab", "--prot", "1"], "See `heinit lab --help`."),
        (["lab", "--port", "0"], "--port"),
        (["lab", "--port", "many"], "--port"),
        (["author"], "LESSON"),
        (["author", "9-nowhere"], "The lessons are: "),
        (["bench", "nothing"], "The benchmarks are: "),
        (["course"], "DIRECTORY"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_two(arguments, expected):
    result = heinit(*arguments)
    assert result.exit_code == 2
    assert expected in result.stderr
    assert result.stderr.startswith("heinit: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_no_verb_gives_the_help_and_exit_code_two():
    result = heinit()
    assert result.exit_code == 2
    assert all(verb in result.output for verb in VERBS)


@pytest.mark.parametrize(("error", "code"), [(HeinitError, 1), (UsageError, 2)])
def test_an_error_is_its_sentence_with_its_exit_code(monkeypatch, error, code):
    @click.command()
    def failing() -> None:
        raise error("this cannot be done. Do that.")

    monkeypatch.setitem(cli.commands, "bench", failing)
    result = heinit("bench")
    assert (result.exit_code, result.stderr) == (code, "heinit: this cannot be done. Do that.\n")


def test_a_place_that_cannot_be_used_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    for arguments in (["course", f"{tmp_path}/file/he101"], ["lab", "--dir", f"{tmp_path}/file/mine"]):
        result = heinit(*arguments)
        assert result.exit_code == 1, arguments
        assert result.stderr.startswith(f"heinit: {tmp_path}/file")
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full."),
        (shutil.Error([("a", "b", f"[Errno {errno.ENOSPC}] No space left")]), "the disk is full."),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "a"), "your share of the disk is full."),
        (OSError(errno.EMFILE, "Too many open files", "/dev/null"), "more files would be open than may be."),
        (BlockingIOError(errno.EAGAIN, "Resource unavailable"), "no further process can be started."),
        (MemoryError(), "there was not enough memory."),
    ],
    ids=repr,
)
def test_what_has_no_room_is_one_sentence_whoever_meets_it(monkeypatch, error, words):
    @click.command()
    def failing() -> None:
        raise error

    monkeypatch.setitem(cli.commands, "bench", failing)
    result = heinit("bench")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"heinit: {words}")
    assert result.stderr.count("\n") == 1


def test_an_error_of_ours_is_not_mistaken_for_one_of_the_file_system(monkeypatch):
    @click.command()
    def failing() -> None:
        raise OSError("no file is named")

    monkeypatch.setitem(cli.commands, "bench", failing)
    assert isinstance(heinit("bench").exception, OSError)


def test_a_command_that_is_interrupted_ends_without_a_traceback(monkeypatch):
    @click.command()
    def endless() -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(cli.commands, "bench", endless)
    result = heinit("bench")
    assert result.exit_code == 130
    assert result.stderr.strip() == "heinit: stopped."


def test_starting_a_verb_imports_no_more_than_it_needs():
    code = """
import sys
from autograder.cli import main
try:
    main(["lab", "--help"])
except SystemExit:
    pass
import autograder.lessons.workspace, autograder.jupyterlab
slow = {"nbgrader", "numpy", "matplotlib", "jupyterlab", "nbformat", "heinit_solutions"} & set(sys.modules)
sys.exit(f"imported {slow}" if slow else 0)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
