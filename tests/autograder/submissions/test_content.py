"""What is no notebook is called by its name, and no file costs more than its size."""

from __future__ import annotations

import gzip
import tomllib
from pathlib import Path

import pytest

from autograder.submissions import content
from autograder.submissions.content import UnreadableError, read_content
from autograder.submissions.notebook_file import read_notebook
from autograder.submissions.submission import UngradableError

FILES = Path(__file__).resolve().parents[2] / "broken" / "files.toml"


def test_a_file_that_is_no_notebook_is_called_by_its_name():
    for words, beginnings in tomllib.loads(FILES.read_text(encoding="utf-8"))["says"].items():
        for beginning in beginnings:
            with pytest.raises(UngradableError) as caught:
                read_notebook(beginning.encode("latin-1"))
            assert words in str(caught.value), (beginning, str(caught.value))


def test_no_file_is_unpacked_or_read_without_bound(monkeypatch):
    monkeypatch.setattr(content, "LARGEST_NOTEBOOK", 1000)
    with pytest.raises(UnreadableError, match="when it is unpacked"):
        read_content(gzip.compress(b"\0" * 10**6))
    monkeypatch.setattr(content, "LARGEST_WITHOUT_OUTPUTS", 1000)
    with pytest.raises(UnreadableError, match="without its outputs"):
        read_content(b'{"outputs": [1, 2], "cells": "' + b"x" * 10**6 + b'"}')


def test_a_file_made_to_take_long_is_read_once():
    """Text on which a search that goes back would take hours."""
    for text in (
        b'{"cells": ' + b'"outputs":[' * 50_000,
        b'{"cells": "' + b'\\"' * 200_000,
        b"{" + b", " * 200_000,
        b'{"outputs"' + b" " * 400_000,
        b'{"a' + b'"' * 400_001,
        b"<<<<<<< a\n=======\n>>>>>>> b\n" * 10_000,
        b"{'a': " + b"('" * 100_000,
        b"[" * 300_000,
        b'{"cells":' * 50_000,
        b"<!--" * 100_000,
    ):
        with pytest.raises(UngradableError):
            read_notebook(text)


def test_a_number_of_thousands_of_digits_and_one_in_words_are_read():
    for count in (b"9" * 5000, b"1e400", b"NaN"):
        cell = b'{"cell_type": "code", "source": "x", "metadata": {}, "execution_count": ' + count + b"}"
        data = b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [' + cell + b"]}"
        assert read_notebook(data).notebook.cells[0].source == "x"
