"""nbgrader's exchange: hand-ins are collected in whole, and feedback is released for every attempt.

nbgrader's submit copies a student's files into the exchange one by one, then writes `timestamp.txt`, then
`submission_secret.txt`. Its collect takes whatever is there at that moment, and where collect is ended in the
middle, the half that it has copied stays. So here a hand-in counts when its secret is whole, or, without a
secret, when nothing in the folder has changed for SETTLED seconds; until then, the one before it counts.
A copy takes its place by rename.

Whoever hands in may name another student, and nbgrader only warns. Here the owner of the folder decides: what
another account handed in is not collected.

A page is released under a name that only its hand-in's secret gives, and is fetched into a folder that is
called as that hand-in's time: the links between the pages of a student's attempts lead there.
"""

import glob
import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash

from autograder.files import write_atomically
from autograder.lock import step_lock
from autograder.submissions.plain_files import TIMESTAMP

SECRET, SECRET_LENGTH = "submission_secret.txt", 128  # as nbgrader's submit writes it
SETTLED = 60  # seconds


class ExchangeCollector(ExchangeCollect):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader's collect, without what has not arrived or is another's, under the course's lock."""

    def start(self) -> None:
        """Collect. Raises ExchangeError, also where another run has the course."""
        with step_lock(self):
            super().start()

    def init_src(self) -> None:
        super().init_src()
        self.src_records: list[dict[str, Any]] = list(filter(self._arrived, self.src_records))

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy a hand-in's folder as nbgrader does, and put the copy into its place when it is whole."""
        place = Path(dest)
        copy = place.with_name(f".{place.name}.collecting")  # a hidden folder is no lesson
        if copy.exists():
            shutil.rmtree(copy)
        super().do_copy(src, str(copy), log)
        copy.rename(place)

    def _sort_by_timestamp(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        arrived = [record for record in records if self._arrived(record)]
        newest_first: list[dict[str, Any]] = super()._sort_by_timestamp(arrived or records)
        return newest_first

    def _arrived(self, record: dict[str, Any]) -> bool:
        folder = Path(self.inbound_path, record["filename"])
        if self.check_owner and (reason := handed_in_by_another(folder)):
            self.log.warning(reason)
            return False
        return arrived(folder)


class FeedbackReleaser(ExchangeReleaseFeedback):  # type: ignore[misc]
    """nbgrader's release_feedback, for all attempts; what did not come through the exchange is left out."""

    def copy_files(self) -> None:
        excluded = self.coursedir.student_id_exclude.split(",")
        for page in map(Path, glob.glob(f"{self.src_path}/*.html")):  # noqa: PTH207  src_path has wildcards
            if page.parent.parent.name not in excluded:
                for released, other in released_pages(Path(self.coursedir.root), page).items():
                    place = Path(self.dest_path, released)
                    write_atomically(place, linked(other))
                    place.chmod(0o644)


def released_pages(root: Path, page: Path) -> dict[str, Path]:
    """The pages of a student's lesson, by the names under which they are released.

    root: the course directory. page: of the attempt that counts. It is released for hand-ins beyond the limit
    of attempts too, which have no page of their own.
    """
    folder = root / "attempts" / page.parent.parent.name / page.stem
    handed_in = {each.name: each for each in folder.glob("*/")} if folder.is_dir() else {}
    pages = {each / SECRET: page.parent / f"attempt-{name}" / page.name for name, each in handed_in.items()}
    pages[page.parent / SECRET] = page
    names = {}
    for secret, place in pages.items():
        with suppress(OSError, ValueError):  # ValueError: it is no text
            name = f"{notebook_hash(secret=secret.read_text(), notebook_id=page.stem)}.html"
            names[name] = place if place.is_file() else page
    return names


def linked(page: Path) -> str:
    """The text of a page, whose links to pages of other attempts lead to where nbgrader puts those."""
    folder = page.parent.parent if page.parent.name.startswith("attempt-") else page.parent

    def place(link: re.Match[str]) -> str:
        try:
            handed_in_at = (folder / link[1] / TIMESTAMP).read_text().strip()
        except (OSError, ValueError):
            return link[0]
        return f'href="../{quote(handed_in_at)}/{link[2]}"'

    name = re.escape(quote(page.name))
    return re.sub(rf'href="(?:\.\./)?((?:attempt-\d+/)?)({name})"', place, page.read_text(encoding="utf-8"))


def handed_in_by_another(folder: Path) -> str:
    """Why a hand-in's folder in the exchange is not the student's whom it names, or ''.

    Root and the account that collects may hand in for a student. In containers an account has no name of its
    own: it is not known, or called jovyan.
    """
    import pwd  # not on Windows, which has no exchange

    student, number = folder.name.rsplit("+", 3)[0], folder.stat().st_uid
    try:
        owner = pwd.getpwuid(number).pw_name
    except KeyError:
        return ""
    if owner in (student, "jovyan") or number in (0, os.getuid()):
        return ""
    return (
        f"{folder} is not collected: it says that it is {student}'s, and {owner} handed it in. "
        f"If that is right, hand it in for {student} yourself; in any case, delete the folder."
    )


def arrived(folder: Path) -> bool:
    """Whether a hand-in's folder in the exchange is whole."""
    try:
        if len((folder / SECRET).read_bytes()) >= SECRET_LENGTH:
            return True
    except OSError:
        pass  # it is not there yet, or is an older nbgrader's, which wrote none
    newest = max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
    return time.time() - newest > SETTLED
