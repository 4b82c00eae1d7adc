"""Collect from nbgrader's exchange in whole: for `nbgrader collect`, formgrader's button and `heinit watch`.

nbgrader's submit copies a student's files into the exchange one by one, then writes `timestamp.txt`, then
`submission_secret.txt`. Its collect takes whatever is there at that moment, and where collect is ended in the
middle, the half that it has copied stays. So here a hand-in counts when its secret is whole, or, without a
secret, when nothing in the folder has changed for SETTLED seconds; until then, the one before it counts.
A copy takes its place by rename.
"""

import shutil
import time
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect

from autograder.lock import step_lock

SECRET, SECRET_LENGTH = "submission_secret.txt", 128  # as nbgrader's submit writes it
SETTLED = 60  # seconds


class ExchangeCollector(ExchangeCollect):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader's collect, which leaves out what has not arrived, under the course's lock."""

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
        return arrived(Path(self.inbound_path, record["filename"]))


def arrived(folder: Path) -> bool:
    """Whether a hand-in's folder in the exchange is whole."""
    try:
        if len((folder / SECRET).read_bytes()) >= SECRET_LENGTH:
            return True
    except OSError:
        pass  # it is not there yet, or is an older nbgrader's, which wrote none
    newest = max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
    return time.time() - newest > SETTLED
