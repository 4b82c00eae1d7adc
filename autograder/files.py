"""Write files so that whoever looks finds the old file or the new file, whole, and clear folders."""

import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath


def write_atomically(path: Path, content: bytes | str, *, durable: bool = False) -> None:
    """Replace the file at `path`, or create it. Text is written as UTF-8, without translated line ends.

    durable: whether the content is on the disk when this returns. Raises OSError; then the old
    file is still there.
    """
    with replacing(path, durable=durable) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def replacing(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """A path beside `path` to write a file to, which takes the place of `path` at the end of the `with`.

    Where the `with` is left by an exception, the temporary file is removed.
    """
    temporary = path.with_name(f".heinit-{secrets.token_hex(8)}")  # short: `path` may have the longest name
    try:
        yield temporary
        if durable:
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def clear(folder: Path, wanted: Collection[str]) -> None:
    """Remove what a folder holds, except the files with these paths and the folders that they are in.

    wanted: paths from the folder, with / between their parts.
    """
    above = {str(parent) for path in wanted for parent in PurePosixPath(path).parents}
    for place, folders, files in os.walk(folder, topdown=False):
        for path in (Path(place, name) for name in (*files, *folders)):
            inside = path.relative_to(folder).as_posix()
            if path.is_dir() and not path.is_symlink():
                if inside not in above:
                    path.rmdir()
            elif inside not in wanted:
                path.unlink()
