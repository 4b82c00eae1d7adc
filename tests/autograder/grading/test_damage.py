"""A file of a course that is damaged, locked or of a later version: a sentence, or mended without a loss."""

from __future__ import annotations

import csv
import io
import json
import logging
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nbgrader.apps import ZipCollectApp

from autograder.cli import main
from autograder.course import nbgrader_api, release, renew_course
from autograder.errors import HeinitError
from autograder.grading.run import Grading
from autograder.judge.seed import SECRET, secret
from autograder.report.files import make_report
from autograder.site.build import MANIFEST, build_site
from autograder.site.execute import kept_run
from tests.autograder.classroom import hand_in
from tests.autograder.grading.conftest import ONE
from tests.tools import FULL

ANNA = "student001"
PAGE = f"feedback/{ANNA}/{ONE.name}/{ONE.name}.html"
ALL = ("grade", "feedback", "report", "export", "receipt", "course")
GRADEBOOK = "heinit: the gradebook cannot be used ("
# a file of the course, the verbs that read it, what they end with, and what they say then
FILES = {
    "gradebook.db": (ALL, 1, GRADEBOOK),
    "nbgrader_config.py": (ALL, 2, "heinit: {root}"),
    f"source/{ONE.name}/{ONE.name}.ipynb": (ALL, 2, ".ipynb is damaged (it "),
    f"autograded/{ANNA}/{ONE.name}/{ONE.name}.ipynb": (
        ("feedback",),
        1,
        "its graded notebook cannot be read",
    ),
    PAGE: (("feedback",), 0, "1 made."),
    "report/report.json": (("report",), 0, "and nothing is compared with it"),
    "students.csv": (("course",), 2, "students.csv"),
}
DAMAGES: dict[str, Callable[[bytes], bytes] | None] = {
    "empty": lambda _: b"",
    "cut off": lambda content: content[: len(content) // 3],
    "another type": lambda _: b"[1]",
    "nested": lambda _: b"[" * 100_000,
    "not UTF-8": lambda content: b"\xff\xfe\x80" + content[:100],
    "a folder": None,
}


@pytest.fixture(scope="module")
def course(reference: tuple[Path, object], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graded class with a page and a report, and a gradebook that nobody waits for."""
    root = Path(shutil.copytree(reference[0], tmp_path_factory.mktemp("damage") / "he101"))
    (root / "students.csv").write_text(f"id,first_name\n{ANNA},Anna\n")
    configure(root, f"sqlite:///{root}/gradebook.db?timeout=0.05")
    assert {heinit(root, verb).exit_code for verb in ("feedback", "report")} == {0}
    return root


def configure(root: Path, address: str) -> None:
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = {address!r}\n")


def heinit(root: Path, verb: str) -> Result:
    """A verb on a course, in this process; where it ends in a traceback, the test does."""
    more = {
        "grade": ("--student", ANNA),
        "feedback": ("--student", ANNA),
        "export": ("--to", "csv"),
        "receipt": (ANNA, ONE.name),
        "course": ("--roster", str(root / "students.csv")),
    }
    return CliRunner().invoke(main, [verb, str(root), *more.get(verb, ())], catch_exceptions=False)


def kept_receipt(root: Path, change: Callable[[str], str] = lambda text: text) -> str:
    """What the gradebook keeps of Anna's result, changed."""
    with closing(sqlite3.connect(root / "gradebook.db")) as gradebook, gradebook:
        ((text,),) = gradebook.execute("SELECT result FROM heinit_receipt WHERE student = ?", (ANNA,))
        gradebook.execute("UPDATE heinit_receipt SET result = ? WHERE student = ?", (change(text), ANNA))
    return str(text)


@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file_is_a_sentence_or_mended_in_each_verb_that_reads_it(course, file):
    path, (verbs, code, says) = course / file, FILES[file]
    content = path.read_bytes()
    for damage, spoilt in list(DAMAGES.items())[:: 1 if FULL else 3]:
        for verb in verbs:
            path.unlink()
            path.mkdir() if spoilt is None else path.write_bytes(spoilt(content))
            try:
                ended = heinit(course, verb)
            finally:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                path.write_bytes(content)
                shutil.rmtree(course / "report" / "earlier", ignore_errors=True)
            where = f"{file} is {damage}, {verb}: {ended.stderr}"
            if not (file == PAGE and spoilt is None):  # a folder is not ours to remove
                assert ended.exit_code == code, where
                assert says.format(root=course) in ended.stderr, where
            assert len(ended.stderr.splitlines()) <= 2, where
    assert {heinit(course, verb).exit_code for verb in verbs if verb != "receipt"} == {0}


def test_a_gradebook_that_is_locked_or_whose_server_is_down_is_a_sentence_in_every_verb(course):
    config = course / "nbgrader_config.py"
    content = config.read_text()
    with closing(sqlite3.connect(course / "gradebook.db", isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        for verb in ALL:
            ended = heinit(course, verb)
            assert ended.stderr.startswith(f"{GRADEBOOK}database is locked)"), verb
            assert (ended.exit_code, ended.stderr.count("\n")) == (1, 1)
        with pytest.raises(HeinitError, match="database is locked"):
            release(course, [ONE.name])
    for address in ("postgresql+psycopg://a@127.0.0.1:1/b", "postgresql://a@127.0.0.1:1/b", "no address"):
        configure(course, address)
        for verb in ALL:
            ended = heinit(course, verb)
            assert ended.stderr.startswith(GRADEBOOK), (address, verb)
            assert (ended.exit_code, ended.stderr.count("\n")) == (1, 1)
        config.write_text(content)


def test_a_gradebook_of_an_older_nbgrader_is_told_with_its_way_out(course):
    with closing(sqlite3.connect(course / "gradebook.db")) as gradebook:
        gradebook.execute("ALTER TABLE student RENAME COLUMN lms_user_id TO lms")
        ended = heinit(course, "export")
        gradebook.execute("ALTER TABLE student RENAME COLUMN lms TO lms_user_id")
    assert ended.stderr.startswith(f"{GRADEBOOK}no such column: student.lms_user_id)")
    assert "nbgrader db upgrade" in ended.stderr


def test_what_is_handed_in_and_not_graded_ends_no_report_and_no_export(course, tmp_path):
    root = Path(shutil.copytree(course, tmp_path / "he101"))
    configure(root, f"sqlite:///{root}/gradebook.db")
    for student, content in {
        "digits": '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 1, "n": %s}' % ("9" * 5000),
        "minor": '{"nbformat": 3, "nbformat_minor": "x", "metadata": {}, "worksheets": [{"cells": [1]}]}',
        "version": '{"nbformat": true, "cells": 1}',
        "nested": "[" * 100_000,
        "surrogate": '{"nbformat": 4, "nbformat_minor": 5, "metadata": {"\\ud800": 1}, "cells": ["\\udfff"]}',
    }.items():
        hand_in(root, student, ONE, content)
    for verb in ("report", "export"):
        assert heinit(root, verb).exit_code == 0, verb
    with (root / "report" / "report.csv").open(encoding="utf-8") as file:
        told = {row["student"]: row for row in csv.DictReader(file) if row["lesson"] == ONE.name}
    for student in ("digits", "minor", "version", "nested", "surrogate"):
        assert told[student]["status"] == "ungradable", student
        assert told[student]["reason"], student


def test_nbgraders_zip_collect_says_it_too(course, monkeypatch):
    archives = course / "downloaded" / ONE.name / "archive"
    archives.mkdir(parents=True)
    with zipfile.ZipFile(archives / "a.zip", "w") as archive:
        archive.writestr("adalovelace_101_9001_a.ipynb", "{}")
    monkeypatch.chdir(course)
    config = (course / "nbgrader_config.py").read_text()
    configure(course, f"sqlite:///{course}/students.csv")
    app, log = ZipCollectApp(), io.StringIO()
    app.log.addHandler(logging.StreamHandler(log))
    app.initialize([ONE.name])
    with pytest.raises(SystemExit):
        app.start()
    (course / "nbgrader_config.py").write_text(config)
    assert "the gradebook cannot be used (file is not a database)" in log.getvalue()


def test_a_receipt_of_a_later_version_is_read_and_a_damaged_one_is_made_again(course):
    kept = kept_receipt(course)
    later = {**json.loads(kept), "mood": 1}
    later["receipt"]["weather"], later["cells"]["relu"]["colour"] = "fine", None
    kept_receipt(course, lambda _: json.dumps(later))
    (result,) = Grading(course, student=ANNA)
    assert result.status == "unchanged"
    wrong = ({"cells": [1]}, {"receipt": {}}, {"score": "much"}, {"repairs": None})
    for damaged in ("", kept[:50], "[]", *(json.dumps(json.loads(kept) | each) for each in wrong)):
        kept_receipt(course, lambda _, damaged=damaged: damaged)
        assert heinit(course, "export").exit_code == 0, damaged
        assert "has no receipt of a grade for" in heinit(course, "receipt").stderr, damaged
    (again,) = Grading(course, student=ANNA)
    assert again.status == "graded"
    assert {**json.loads(kept_receipt(course)), "work": 0} == {**json.loads(kept), "work": 0}


def test_a_report_is_compared_with_one_of_a_later_version(course):
    path = course / "report" / "report.json"
    later = json.loads(path.read_text())
    later["mood"] = later["students"][0]["shoe_size"] = 43
    path.write_text(json.dumps(later))
    written = make_report(course)
    assert written.changed is not None
    assert written.damaged == ""


def test_a_configuration_that_cannot_be_read_is_renewed_and_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.course.release", lambda root, names: None)
    (tmp_path / "nbgrader_config.py").write_bytes(b"c.CourseDirectory.course_id = 'he101'\n(\n\xff\0")
    kept, readable = renew_course(tmp_path)
    assert not readable
    assert (kept / "nbgrader_config.py").read_bytes().endswith(b"\xff\0")
    assert nbgrader_api(tmp_path).coursedir.course_id == "he101"


def test_a_secret_that_is_cut_off_is_told_and_no_hidden_input_follows_from_it(tmp_path):
    whole = secret(tmp_path)
    assert secret(tmp_path) == whole
    assert len(whole) == 64
    for rest in (b"", b"\n", whole[:7]):
        (tmp_path / SECRET).write_bytes(rest)
        with pytest.raises(HeinitError, match=r"is empty or cut off\. Put back a copy; or"):
            secret(tmp_path)


def test_a_run_of_the_site_that_is_damaged_counts_as_none_and_a_damaged_manifest_is_told(tmp_path):
    run_file, site = tmp_path / "run.ipynb", tmp_path / "site"
    site.mkdir()
    for damage in (b"", b"{", b"[]", b"{}", b"\xff", b"[" * 100_000):
        run_file.write_bytes(damage)
        assert kept_run(run_file) is None
    for damage in (b"", b"[]", b'{"a": 1}', b'{"../mine": "0"}', b"\xff"):
        (site / MANIFEST).write_bytes(damage)
        with pytest.raises(HeinitError, match="is damaged, and is left as it is"):
            build_site(site, tmp_path, lambda name, ran: None)
