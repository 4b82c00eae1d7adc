"""A course directory: a standard nbgrader one, with every lesson composed and released.

`make_course` makes it, `nbgrader_api` opens it, and `renew_course` brings the configuration and the
lessons of a course that an earlier heinit made up to date.
"""

import ast
import importlib.util
import logging
import os
import re
import shutil
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any

from autograder import command_lines
from autograder.database import gradebook_in_words, refuse_empty
from autograder.errors import HeinitError, UsageError
from autograder.files import parse_json, typed, write_atomically
from autograder.gradebook import Student
from autograder.lessons import APPENDIX, Lesson, lessons
from autograder.lessons.canonical import text
from autograder.lessons.compose import compose
from autograder.lms.roster import import_roster
from autograder.settings import mend_nbgrader, read_settings
from autograder.submissions.submission import LONGEST_NAME
from autograder.text import printable
from autograder.wheels import build_wheel

CONFIG_FILE = "nbgrader_config.py"
SPECIAL = "$%*?[]{}"  # characters that no path of a course may have
HANDOUTS = "handouts"  # what students get besides the lessons, and nobody grades
CONFIG = Path(__file__).with_name("nbgrader_config.py.template")
# How a configuration or a notebook names a module of this package: in an import, or as "module.Name".
# The pattern begins with letters, for which a search is fast.
_NAMED = re.compile(r"""autograder\.(?<=["' ]autograder\.)[\w.]*\w(?=(?P<imported> import)|["'])""")


def make_course(directory: Path, roster: Sequence[Student] = ()) -> list[Lesson]:
    """Make `directory` a course directory with every lesson composed and released.

    roster: the students to begin with.
    Returns the lessons. Raises UsageError where something is in the way; HeinitError where
    nbgrader cannot release. Nothing is left behind when it fails.
    """
    refuse_path(directory)
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        course = (directory / CONFIG_FILE).is_file()
        instead = f", or grade this one with: {command_lines.heinit('grade', directory)}" if course else "."
        raise UsageError(f"{directory} exists already, and is left as it is. Name a new directory{instead}")
    directory = directory.resolve()  # a link stays a link
    directory.parent.mkdir(parents=True, exist_ok=True)
    # Built beside its place and renamed, so that an interrupted run leaves no half-made course.
    with tempfile.TemporaryDirectory(prefix=".heinit-", dir=directory.parent) as building:
        root = Path(building) / "course"
        write_atomically(root / CONFIG_FILE, _write_sources(root, course_id=directory.name))
        (root / "submitted").mkdir()
        release(root, [lesson.name for lesson in lessons()])
        if roster:
            with nbgrader_api(root).gradebook as gradebook:
                import_roster(gradebook, roster)
        if directory.exists():
            directory.rmdir()
        root.rename(directory)
    return lessons()


def renew_course(root: Path) -> tuple[Path, bool]:
    """Write a course's configuration and lessons anew, and release the lessons again.

    Submissions, grades, comments and the instructor's own settings stay. Returns the folder that
    keeps the former configuration and sources, and whether the former configuration could be read: the
    settings of a damaged one are not taken over. Raises UsageError where `root` is no course directory.
    """
    former = _configuration(root)
    course_id = _course_id(former)
    kept = root / "before-renewal" / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}"
    kept.mkdir(parents=True)
    shutil.copy(root / CONFIG_FILE, kept)
    for lesson in lessons():
        if (source := root / "source" / lesson.name).exists():
            shutil.move(source, kept / "source" / lesson.name)
    config = _write_sources(root, course_id or root.resolve().name)
    try:
        settings, readable = _own_settings(former, config), True
    except (SyntaxError, ValueError):
        settings, readable = [], False
    write_atomically(root / CONFIG_FILE, "".join([config, *settings]))
    release(root, [lesson.name for lesson in lessons()])
    return kept, readable


def _course_id(configuration: str) -> str:
    """The name of the course in a configuration, whose other lines may be damaged; '' where it has none."""
    for value in re.findall(r"^c\.CourseDirectory\.course_id *= *(.+)$", configuration, re.MULTILINE):
        with suppress(SyntaxError, ValueError):
            return str(ast.literal_eval(value.strip()))
    return ""


def _own_settings(former: str, new: str) -> list[str]:
    """The statements of a former configuration that heinit has not written: an address of a database, say."""

    def target(node: ast.stmt) -> str | None:
        return ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else None

    written = {target(node) for node in ast.parse(new).body} - {None}
    return [
        f"{ast.get_source_segment(former, node)}\n"
        for node in ast.parse(former).body
        if not isinstance(node, (ast.Expr, ast.ImportFrom)) and target(node) not in written
    ]


def _write_sources(root: Path, course_id: str) -> str:
    """Write of each lesson the composed notebook, with the wheel that it needs, and the handouts.

    Returns the configuration's text.
    """
    excluded = {}
    for lesson in lessons():
        source = root / "source" / lesson.name
        source.mkdir(parents=True)
        notebook = compose(lesson.notebook, lesson.solutions)
        write_atomically(source / lesson.path.name, text(notebook))
        excluded[lesson.name] = [build_wheel(source).name]
    (root / HANDOUTS).mkdir(parents=True, exist_ok=True)
    shutil.copy(APPENDIX, root / HANDOUTS)
    template = Template(CONFIG.read_text(encoding="utf-8"))
    return template.substitute(course_id=repr(course_id[:LONGEST_NAME].strip()), excluded=excluded)


def release(root: Path, names: list[str]) -> None:
    """Run `nbgrader generate_assignment` on these lessons of a course directory.

    Raises HeinitError where the gradebook cannot be used, or nbgrader cannot release a lesson.
    """
    api = nbgrader_api(root)
    with gradebook_in_words(), api.gradebook:  # nbgrader itself says less of one that cannot be used
        pass
    for name in names:
        result = api.generate_assignment(name)
        if not result["success"]:
            log = [line for line in result.get("log", "").splitlines() if "ERROR" in line]
            reasons = ["no reason given", *log, *(result.get("error") or "").strip().splitlines()]
            raise HeinitError(f"nbgrader could not release {name}: {reasons[-1].strip()}")


def nbgrader_api(root: Path, **overrides: Any) -> Any:
    """nbgrader's own interface to a course directory, with the configuration that lies in it.

    overrides: further settings, such as Execute={"timeout": 60}.
    Raises UsageError where `root` is no course directory, where a file of the course is damaged (a value in
    course.toml that cannot be what it says is such damage), or where
    the course was made by a heinit with other modules: graded with those, every answer would fail.
    """
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    refuse_path(root)
    for file, module in _missing_modules(root):
        raise UsageError(
            f"{root} was made by another version of heinit: its {file} names {module}, which this version "
            f"does not have. Renew the course (submissions and grades stay) with: "
            f"{command_lines.heinit('course', root, '--renew')}"
        )
    read_settings(root)  # a wrong value is told before anything is done
    mend_nbgrader(root)
    scripts = sysconfig.get_path("scripts")  # a new gradebook runs alembic from PATH
    if scripts not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + os.environ["PATH"]
    damage, config = "", Config()
    try:
        config = PyFileConfigLoader(CONFIG_FILE, path=str(root.resolve())).load_config()
    except Exception as error:  # the file is a program, and may end in any error
        damage = f"it ends in {type(error).__name__}: {str(error).partition(chr(10))[0]}"
    ours = "autograder." in _configuration(root)
    if "root" not in config.CourseDirectory or (ours and "exclude_overwriting" not in config.Autograde):
        raise _damaged(root, CONFIG_FILE, damage or "it is cut off")
    config.merge(Config(overrides))
    api = NbGraderAPI(config=config)
    refuse_empty(api.coursedir.db_url)
    api.log.setLevel(logging.CRITICAL)
    return api


def refuse_path(root: Path) -> None:
    """Raise UsageError where nbgrader could not find a course directory again by its path.

    To nbgrader, some characters of a path are a pattern, a variable, or a part of a database's address.
    """
    path = os.fsencode(root.resolve()).decode(errors="backslashreplace")
    if signs := sorted(set(path) & set(SPECIAL)):
        which = f"it has {' '.join(signs)} in its path"
    elif printable(path) != str(root.resolve()):
        which = "its path is not UTF-8, or has control characters or line ends"
    else:
        return
    raise UsageError(
        f"{printable(path)} cannot be a course directory, since {which}, which nbgrader takes for something "
        "else. Choose another name, or another folder to put the course in."
    )


def _missing_modules(root: Path) -> Iterator[tuple[str, str]]:
    """The modules of this package that a course's configuration and sources name, and that do not exist."""
    texts = {CONFIG_FILE: _configuration(root)}
    for path in sorted((root / "source").glob("*/*.ipynb")):
        file = str(path.relative_to(root))
        try:
            texts[file] = path.read_text(encoding="utf-8")
            typed(list[Any], typed(dict[str, Any], parse_json(texts[file])).get("cells"))
        except ValueError:
            raise _damaged(root, file, "it is no whole notebook") from None
        except OSError as error:
            raise _damaged(root, file, f"it cannot be read: {error.strerror}") from None
    for file, content in texts.items():
        for named in _NAMED.finditer(content):
            module = named[0] if named["imported"] else named[0].rpartition(".")[0]
            with suppress(ModuleNotFoundError):  # the package around the module does not exist either
                spec = importlib.util.find_spec(module)
                if spec and spec.origin:  # an older version may have left an empty folder behind
                    continue
            yield file, module


def _configuration(root: Path) -> str:
    """The text of a course's configuration. Raises UsageError where `root` is no course directory."""
    if not (root / CONFIG_FILE).is_file():
        raise UsageError(
            f"{root} is not a course directory: it has no {CONFIG_FILE}. "
            f"Make one with: {command_lines.heinit('course', root)}"
        )
    return (root / CONFIG_FILE).read_text(encoding="utf-8", errors="replace")


def _damaged(root: Path, file: str, damage: str) -> UsageError:
    return UsageError(
        f"{root / file} is damaged ({damage}). Put back a copy, or write the configuration and the lessons "
        f"anew (submissions and grades stay) with: {command_lines.heinit('course', root, '--renew')}"
    )
