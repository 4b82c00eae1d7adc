"""The seed of a submission's hidden inputs, which nobody can predict without the course's secret.

The secret gives each student's lesson a key, and the key gives each content of that lesson a seed; from the
seed, hidden_tests/grade.py draws the inputs of each exercise.
"""

import contextlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode

from autograder.errors import HeinitError
from autograder.judge.client import NOTHING
from autograder.submissions.beside import content_hash

SECRET = ".heinit-secret"
SHORTEST = 8  # bytes; ours have 64


def secret(course: Path) -> bytes:
    """The course's secret, made when it is first needed; nbgrader converts in the course's folder.

    Raises HeinitError where the file is cut off: with what is left of it, hidden inputs could be predicted.
    """
    path = course / SECRET
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    content = path.read_bytes()
    if len(content) < SHORTEST:
        raise HeinitError(
            f"{path} is empty or cut off. Put back a copy; or delete it, and the next run makes a new one: "
            "grades stay, and `heinit receipt` will say that the hidden inputs were others."
        )
    return content


def key_of(student: str, lesson: str, secret: bytes) -> bytes:
    """The key of one student's lesson; the course's secret does not follow from it."""
    return hmac.digest(secret, f"{student}\0{lesson}".encode("utf-8", "surrogatepass"), "sha256")


def seed_of(notebook: NotebookNode, key: bytes, files: Mapping[str, bytes] = NOTHING) -> str:
    """The seed of a submission's hidden inputs: its repaired cells and the files beside them, under its key.

    The same submission meets the same inputs again; nobody without the secret can predict them.
    """
    content = "\0".join(cell.source for cell in notebook.cells).encode("utf-8", "surrogatepass")
    if files:
        content = content_hash(content, files).encode()
    return hmac.new(key, content, "sha256").hexdigest()
