"""What an archive calls its members is a label, and leads nowhere."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest

from autograder.submissions.archives import opened

OUTWARD = (
    *("../../up.ipynb", "/root.ipynb", "a/../../b/./c.ipynb"),
    *(r"..\..\win.ipynb", "//host/share.ipynb"),
)
LABELS = ["up.ipynb", "root.ipynb", "a/b/c.ipynb", "win.ipynb", "host/share.ipynb"]


def zipped() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in OUTWARD:
            archive.writestr(name, "{}")
    return content.getvalue()


def tarred() -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name in OUTWARD:
            member = tarfile.TarInfo(name)
            member.size = 2
            archive.addfile(member, io.BytesIO(b"{}"))
    return content.getvalue()


@pytest.mark.parametrize("archive", [zipped, tarred])
def test_a_path_that_leads_outward_is_a_label_within(archive):
    with opened(archive()) as members:
        assert [member.path for member in members] == LABELS
