"""Build the site: run the lessons that changed, write the pages, and leave every other file alone."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from markupsafe import Markup
from nbformat import NotebookNode

from autograder.errors import HeinitError, UsageError
from autograder.files import read_json, typed, write_atomically
from autograder.lessons import APPENDIX, NOTEBOOKS, SHARE, lessons
from autograder.lessons.compose import solve
from autograder.site.execute import executed
from autograder.site.frames import FRAMES_MIME
from autograder.site.lesson_page import LessonPage, appendix_page, explorer, lesson_page
from autograder.site.live.files import live_files
from autograder.site.live.pages import course_data, megabytes
from autograder.site.live.pyodide import pyodide_files
from autograder.site.pictures import Pictures
from autograder.site.prose import Prose, plain
from autograder.templating import environment
from autograder.wheels import build_wheel

HERE = Path(__file__).parent
MANIFEST = ".heinit-site.json"
HERO = ("2-variance-derivation", "hook-explorer")  # the explorer that opens the landing page
PAGES = {
    "index.html": "Start",
    f"{APPENDIX.stem}.html": "In your own project",
    "errata.html": "Errata",
    "instructors.html": "For instructors",
    "about.html": "About",
    "search.html": "Search",
}


@dataclass(frozen=True)
class SiteBuild:
    """What a build did. written: paths that are new or changed. size: bytes of the whole site."""

    pages: tuple[str, ...]
    written: tuple[str, ...]
    size: int


def build_site(
    directory: Path,
    cache: Path,
    progress: Callable[[str, bool], None],
    live: bool = False,
    pyodide: Path | None = None,
) -> SiteBuild:
    """Write the site to `directory`, which is new, empty, or a site built before.

    cache: a folder that keeps the lessons' runs, and Pyodide. progress: see execute.executed. live: whether
    exercises can be solved and checked in the pages, see live/. pyodide: where its files are, if the builder
    has them.
    Raises UsageError where `directory` is no place for a site, or `pyodide` holds other files; HeinitError
    where a lesson does not run, a page cannot be made, Pyodide cannot be had, or a file cannot be written.
    """
    before = _manifest(directory)
    runtime = pyodide_files(pyodide, cache) if live else {}
    runs = executed(lessons(), cache, progress)
    wheel = build_wheel(cache / "wheel")
    in_browser = live_files(runtime, wheel) if live else {}
    files = site_files(runs, wheel.name, in_browser)
    for lesson in lessons():  # as notebooks, to solve and solved, each with the wheel that it asks for
        folder = f"notebooks/{lesson.name}"
        solved = solve(nbformat.read(lesson.path, as_version=4), lesson.solutions)
        files[f"{folder}/{lesson.name}.ipynb"] = lesson.path.read_bytes()
        files[f"{folder}/{lesson.name}-solved.ipynb"] = nbformat.writes(solved).encode()
        files[f"{folder}/{wheel.name}"] = wheel.read_bytes()
    for content in (APPENDIX, wheel):
        files[f"notebooks/{APPENDIX.stem}/{content.name}"] = content.read_bytes()
    return _write(directory, files, before)


def site_files(
    runs: Mapping[str, NotebookNode], wheel: str, in_browser: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """Every file of the site but the notebooks, by its path.

    runs: the lessons with their outputs. wheel: the name of heinit_lab's, which lies beside a notebook.
    in_browser: the files of live pages, where the pages are to be live; see live/files.py.
    """
    templates = environment(HERE / "templates")
    templates.globals["live"] = bool(in_browser)
    pictures = Pictures()
    course = [lesson_page(lesson, runs[lesson.name], pictures, templates) for lesson in lessons()]
    hero = next(cell for cell in runs[HERO[0]].cells if cell.id == HERO[1])
    data = next(output.data[FRAMES_MIME] for output in hero.outputs if FRAMES_MIME in output.get("data", {}))
    pages: dict[str, str] = {}

    def write(file: str, template: str, **content: Any) -> None:
        shared = {"course": course, "pages": PAGES, "wheel": wheel, "megabytes": megabytes(in_browser or {})}
        data = course_data(file, course, in_browser) if in_browser else None
        page = templates.get_template(f"{template}.html.j2")
        pages[file] = page.render(shared, file=file, live_data=data, **content)

    for before, page, after in zip([None, *course], course, [*course[1:], None], strict=False):
        write(page.file, "lesson", page=page, before=before, after=after)
    opening, body, contents = appendix_page(pictures, templates)
    file = f"{APPENDIX.stem}.html"
    write(file, "appendix", opening=opening, body=body, contents=contents, notebook=APPENDIX.name)
    write("index.html", "index", hero=Markup(explorer(data, "explorer", pictures, templates, plays=True)))
    # the repository's page for instructors, below the site's own first words
    instructors = (SHARE / "docs" / "instructors.md").read_text(encoding="utf-8").partition("\n")[2]
    texts = {
        "errata.html": _errata(course),
        "instructors.html": _text("instructors.md") + instructors,
        "about.html": _text("about.md") + (_text("live.md") if in_browser else ""),
    }
    for file, text in texts.items():
        prose = Prose(strict=file == "errata.html")
        body = Markup(prose.html(text))
        write(file, "page", body=body, contents=[h for h in prose.headings if h.level == 2])
    index = search_index(pages)
    write("search.html", "search")
    files = {name: text.encode() for name, text in pages.items()}
    files |= {path.name: path.read_bytes() for path in (HERE / "static").iterdir()}
    files |= pictures | {"search-index.js": index.encode()}
    return files | dict(in_browser or {})


def search_index(pages: Mapping[str, str]) -> str:
    """A script that holds the text of every section: a page may load it without a server."""
    entries = []
    for file, page in pages.items():
        title = plain(page.partition("<title>")[2].partition("</title>")[0]).split(" · He init")[0]
        main = "".join(re.findall(r"<main\b.*</main>", page, re.DOTALL))
        main = re.sub(r'<details class="drawn">.*?</details>', "", main, flags=re.DOTALL)  # code of a figure
        first, *parts = re.split(r'<div class="heading"><h\d id="([^"]+)">(.*?)</h\d>.*?</div>', main)
        later = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
        for fragment, heading, part in [("", "", first), *later]:
            if text := plain(part):
                entries.append([file, fragment, title, plain(heading), text])
    packed = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    return f"const SECTIONS = {packed};\n"


def _errata(course: list[LessonPage]) -> str:
    """The errata, with links to the sections of the lessons that they name."""
    text = (NOTEBOOKS / "ERRATA.md").read_text(encoding="utf-8")
    titles = {page.lesson.name: {plain(h.title) for h in page.contents} for page in course}

    def linked(row: re.Match[str]) -> str:
        lesson = row[2]

        def section(title: re.Match[str]) -> str:
            known = title[1] in titles[lesson]
            return f"[{title[1]}]({lesson}.ipynb#{title[1].replace(' ', '-')})" if known else title[0]

        return row[1] + re.sub(r"\*([^*]+)\*", section, row[3])

    return re.sub(r"(\[Lesson \d\]\([^)]*/([^/)]+)\.ipynb\))(.*)", linked, text)


def _text(name: str) -> str:
    return (HERE / "text" / name).read_text(encoding="utf-8")


def _manifest(directory: Path) -> dict[str, str]:
    """The files of a site built before and their hashes. Raises UsageError for another directory."""
    if not directory.exists() or (directory.is_dir() and not any(directory.iterdir())):
        return {}
    try:
        manifest: dict[str, str] = typed(dict[str, str], read_json(directory / MANIFEST))
        if any(Path(name).is_absolute() or ".." in Path(name).parts for name in manifest):
            raise ValueError("it names files outside the site")
        return manifest
    except (OSError, ValueError):
        raise UsageError(
            f"{directory} holds something else than a site, or a site whose {MANIFEST} is damaged, and is "
            "left as it is. Name a new directory."
        ) from None


def _write(directory: Path, files: Mapping[str, bytes], before: Mapping[str, str]) -> SiteBuild:
    """Write the files that are new or changed, and delete those that only a former build wrote."""
    now = {name: hashlib.sha256(content).hexdigest()[:16] for name, content in sorted(files.items())}
    written = []
    try:
        directory.mkdir(parents=True, exist_ok=True)
        # the manifest first: a build that is cut off must not leave files that no later one knows
        write_atomically(directory / MANIFEST, json.dumps(dict(before) | now, indent=0))
        for name, content in files.items():
            path = directory / name
            if before.get(name) != now[name] or not path.is_file():
                path.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(path, content)
                written.append(name)
        for name in before.keys() - now.keys():
            (directory / name).unlink(missing_ok=True)
            for folder in Path(name).parents[:-1]:
                if (directory / folder).is_dir() and not any((directory / folder).iterdir()):
                    (directory / folder).rmdir()
        write_atomically(directory / MANIFEST, json.dumps(now, indent=0))
    except OSError as error:
        raise HeinitError(
            f"{error.filename or directory} cannot be written ({error.strerror}). Name a folder of your own."
        ) from None
    pages = tuple(name for name in now if name.endswith(".html") and "/" not in name)
    return SiteBuild(pages, tuple(written), sum(map(len, files.values())))
