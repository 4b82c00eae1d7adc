"""The recipe of the container that grades says what the pages beside it say, and copies what it installs."""

from __future__ import annotations

import re

from autograder.sandbox.diagnosis import IN_A_CONTAINER, NOT_INSTALLED, WAYS
from tests.test_house import ROOT

RECIPE = (ROOT / "docs/Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
INSTALLING = (ROOT / "docs/installing.md").read_text(encoding="utf-8")
INSTRUCTORS = (ROOT / "docs/instructors.md").read_text(encoding="utf-8")


def test_the_recipe_installs_what_the_pages_name_and_as_they_say():
    assert {"bubblewrap", "python3", "python3-venv"} <= set(RECIPE.split())
    assert "apt install bubblewrap" in NOT_INSTALLED
    options = set(re.findall(r"--require-hashes|--no-deps|--no-build-isolation", INSTRUCTORS))
    assert options == {"--require-hashes", "--no-deps", "--no-build-isolation"}
    assert options <= set(RECIPE.split())
    assert "apt install bubblewrap" in INSTALLING
    assert "apt install bubblewrap" in INSTRUCTORS


def test_the_recipe_copies_what_is_there_and_what_it_installs():
    copied = [name for line in re.findall(r"^COPY (.*)", RECIPE, re.M) for name in line.split()[:-1]]
    assert all((ROOT / name).exists() for name in copied)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    includes = re.findall(r'"/([\w-]+)', project[project.index("include = [") :].partition("]\n")[0])
    assert set(includes) <= set(copied)
    assert {"pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT.md", "requirements.lock"} <= set(copied)


def test_the_sentences_where_no_sandbox_stands_and_the_page_name_the_same_ways():
    for way in WAYS.values():
        for place in re.findall(r"docs/[\w.]+\b", way):
            assert (ROOT / place.rstrip(".")).is_file()
    assert "docs/Containerfile" in INSTALLING
    for lines in IN_A_CONTAINER.values():
        options = re.findall(
            r"--security-opt [\w=]+|hostUsers: false|procMount: Unmasked|\{type: Unconfined\}", lines
        )
        assert options
        assert all(option in INSTALLING for option in options)
