"""Both projects, all locks, the changelog and environment.yml say the same."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "tests/requirements.lock", "webassembly.lock")
VERSION = "notebooks/heinit_lab/__init__.py"
PLATFORMS = [
    {"sys_platform": name, "os_name": os_name, "platform_system": system, **python}
    for name, os_name, system in (
        ("linux", "posix", "Linux"),
        ("darwin", "posix", "Darwin"),
        ("win32", "nt", "Windows"),
    )
    for python in (
        {"python_version": "3.11", "python_full_version": "3.11.9"},
        {"python_version": "3.13", "python_full_version": "3.13.1"},
    )
]


def pyproject(path: str) -> dict:
    return tomllib.loads((ROOT / path / "pyproject.toml").read_text())


def project(path: str) -> dict:
    return pyproject(path)["project"]


def entries(lock: str) -> list[tuple[Requirement, list[str]]]:
    """Each pin of a lock, with its hashes."""
    joined = (ROOT / lock).read_text().replace("\\\n", " ").splitlines()
    found = []
    for line in joined:
        if line.strip() and not line.lstrip().startswith("#"):
            pin, *hashes = line.split("--hash=")
            found.append((Requirement(pin.strip()), [h.strip() for h in hashes]))
    return found


def pins(lock: str, platform: dict[str, str]) -> dict[str, Version]:
    """What a lock installs on a platform."""
    return {
        canonicalize_name(pin.name): Version(str(pin.specifier).removeprefix("=="))
        for pin, _ in entries(lock)
        if pin.marker is None or pin.marker.evaluate(platform)
    }


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda p: f"{p['sys_platform']}-{p['python_version']}")
def test_every_dependency_is_locked_within_its_range(platform):
    base, added, guest = (pins(lock, platform) for lock in LOCKS)
    groups = pyproject(".")["dependency-groups"]
    extras = [text for extra in project(".")["optional-dependencies"].values() for text in extra]
    needed = [*project(".")["dependencies"], *project("notebooks")["dependencies"], *groups["build"]]
    for texts, locked in ((needed, base), ([*extras, *groups["test"]], base | added | guest)):
        for requirement in map(Requirement, texts):
            if requirement.name != "heinit-lab":
                assert locked[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_the_other_locks_hold_only_what_the_first_does_not():
    base, *others = ({canonicalize_name(pin.name) for pin, _ in entries(lock)} for lock in LOCKS)
    assert not base & set().union(*others)


def test_the_version_stands_in_one_place():
    for path in (".", "notebooks"):
        assert project(path)["dynamic"] == ["version"]
        source = ROOT / path / pyproject(path)["tool"]["hatch"]["version"]["path"]
        assert source.resolve() == ROOT / VERSION
    version = re.search(r'__version__ = "(.+)"', (ROOT / VERSION).read_text())[1]
    newest = re.search(r"^## \[(.+)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[
        1
    ]
    assert newest == version
    command = ["git", "grep", "-lF", version, "--", ":!*.lock", ":!*.svg", ":!*.npz", ":!*-lock.json"]
    named = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert named == ["CHANGELOG.md", VERSION]


def test_the_students_folder_has_the_licence_too():
    assert (ROOT / "notebooks" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_students_package_asks_for_nothing_that_the_course_does_not():
    lab, heinit = project("notebooks")["dependencies"], project(".")["dependencies"]
    assert set(lab) <= set(heinit)
    assert project("notebooks")["requires-python"] == project(".")["requires-python"] == ">=3.11"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_package_by_hash_and_names_no_address(lock):
    text = (ROOT / lock).read_text()
    assert "//" not in text
    assert not re.search(r"^\s*(-i|-f|--index|--extra-index|--find-links)", text, re.MULTILINE)
    for pin, hashes in entries(lock):
        assert re.fullmatch(r"==[^*,]+", str(pin.specifier)), pin
        assert pin.url is None
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in hashes), pin


def test_the_lock_is_for_every_platform():
    linux, mac, windows = (set(pins(LOCKS[0], PLATFORMS[k])) for k in (0, 2, 4))
    assert "appnope" in mac - linux
    assert "colorama" in windows - linux


def test_conda_gives_python_and_pip_and_the_lock_the_rest():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["dependencies"] == [f"python {project('.')['requires-python']}", "pip"]
    # pip takes an extra of a locked package for one that is not pinned, unless it looks at the lock alone
    line = "pip install --require-hashes --no-deps -r requirements.lock"
    for name in ("environment.yml", "docs/installing.md"):
        assert line in (ROOT / name).read_text()
