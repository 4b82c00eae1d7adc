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
from autograder.lessons import APPENDIX, lessons
from autograder.lessons.compose import solve
from autograder.site.execute import executed
from autograder.site.frames import FRAMES_MIME
from autograder.site.lesson_page import appendix_page, explorer, lesson_page
from autograder.site.live.files import live_files
from autograder.site.live.pages import course_data, megabytes
from autograder.site.live.pyodide import pyodide_files
from autograder.site.pictures import Pictures
from autograder.site.prose import Prose, plain
from autograder.site.reveal import reveal_files
from autograder.site.sheet import printed
from autograder.site.slides import deck
from autograder.site.texts import BAR, BELOW, PAGES, pages_of_text
from autograder.templating import environment
from autograder.wheels import build_wheel

HERE = Path(__file__).parent
MANIFEST = ".heinit-site.json"
HERO = ("2-variance-derivation", "hook-explorer")  # the explorer that opens the landing page


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
    slides: bool = False,
    pdf: bool = False,
) -> SiteBuild:
    """Write the site to `directory`, which is new, empty, or a site built before.

    cache: a folder that keeps the lessons' runs, and Pyodide. progress: see execute.executed. live: whether
    exercises can be solved and checked in the pages, see live/. pyodide: where its files are, if the builder
    has them. slides: whether each lesson's slides are made, see slides.py. pdf: whether the cheat sheet is
    printed as well.
    Raises UsageError where `directory` is no place for a site, or `pyodide` holds other files; HeinitError
    where a lesson does not run, a page cannot be made or printed, Pyodide or reveal.js cannot be had, or a
    file cannot be written.
    """
    before = _manifest(directory)
    runtime = pyodide_files(pyodide, cache) if live else {}
    reveal = reveal_files(cache) if slides else {}
    runs = executed(lessons(), cache, progress)
    wheel = build_wheel(cache / "wheel")
    in_browser = live_files(runtime, wheel) if live else {}
    files = site_files(runs, wheel.name, in_browser, reveal, pdf)
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
    runs: Mapping[str, NotebookNode],
    wheel: str,
    in_browser: Mapping[str, bytes] | None = None,
    reveal: Mapping[str, str] | None = None,
    pdf: bool = False,
) -> dict[str, bytes]:
    """Every file of the site but the notebooks, by its path.

    runs: the lessons with their outputs. wheel: the name of heinit_lab's, which lies beside a notebook.
    in_browser: the files of live pages, where the pages are to be live; see live/files.py.
    reveal: the files of reveal.js, where there are to be slides. pdf: whether the cheat sheet is printed too.
    """
    templates = environment(HERE / "templates")
    templates.globals |= {"bar": BAR, "below": BELOW, "titles": PAGES, "wheel": wheel, "pdf": pdf}
    templates.globals |= {"slides": bool(reveal), "live": bool(in_browser)}
    templates.globals["megabytes"] = megabytes(in_browser or {})
    templates.filters["prose"] = lambda text: Markup(Prose().phrase(text))
    pictures = Pictures()
    course = [lesson_page(lesson, runs[lesson.name], pictures, templates) for lesson in lessons()]
    templates.globals["course"] = course
    hero = next(cell for cell in runs[HERO[0]].cells if cell.id == HERO[1])
    data = next(output.data[FRAMES_MIME] for output in hero.outputs if FRAMES_MIME in output.get("data", {}))
    pages: dict[str, str] = {}

    def write(file: str, template: str, **content: Any) -> None:
        data = course_data(file, course, in_browser) if in_browser else None
        page = templates.get_template(f"{template}.html.j2")
        pages[file] = page.render(file=file, live_data=data, **content)

    for before, page, after in zip([None, *course], course, [*course[1:], None], strict=False):
        write(page.file, "lesson", page=page, before=before, after=after)
    write(f"{APPENDIX.stem}.html", "appendix", notebook=APPENDIX.name, **appendix_page(pictures, templates))
    write("index.html", "index", hero=Markup(explorer(data, "explorer", pictures, templates, plays=True)))
    for file, template, content in pages_of_text(course, live=bool(in_browser)):
        write(file, template, **content)
    index = search_index(pages)
    write("search.html", "search")
    files = {name: text.encode() for name, text in pages.items()}
    files |= {path.name: path.read_bytes() for path in (HERE / "static").iterdir()}
    files |= pictures | {"search-index.js": index.encode()}
    if pdf:
        files["cheat-sheet.pdf"] = printed(files, "cheat-sheet.html")
    if reveal:
        decks = {page.file: deck(page, runs[page.lesson.name], reveal, templates) for page in course}
        files |= {f"slides/{file}": text.encode() for file, text in decks.items()}
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
