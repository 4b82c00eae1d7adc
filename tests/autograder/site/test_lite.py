"""The edition that runs in a browser: what lies in its folder, and that nothing else is needed but Python."""

from __future__ import annotations

import importlib.util
import json
import sys
from importlib.metadata import requires, version

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.errors import UsageError
from autograder.lessons import lessons
from autograder.site.lite import EXTENSIONS, WIDGETS, lite, lite_files
from autograder.wheels import build_wheel

WIDGET_MANAGER = "@jupyter-widgets/jupyterlab-manager:plugin"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return lite_files(lite(), lessons(), build_wheel(tmp_path_factory.mktemp("wheel")))


def notebook(files, lesson):
    return nbformat.reads(files[f"lite/files/{lesson.name}/{lesson.path.name}"].decode(), as_version=4)


def test_every_lesson_is_listed_and_says_what_a_browser_fetches_and_from_where(files):
    listed = json.loads(files["lite/api/contents/all.json"])["content"]
    folders = sorted(entry["name"] for entry in listed if entry["type"] == "directory")
    assert folders == [lesson.name for lesson in lessons()]
    for lesson in lessons():
        title, said, install, *rest = notebook(files, lesson).cells
        assert "there is no module" not in title.source
        assert "of megabytes" in said.source
        assert f"`{lite().host}`" in said.source
        assert install.source == "%pip install -q heinit-lab"
        student = nbformat.read(lesson.path, as_version=4).cells
        assert title.source == student[0].source.partition("\n\n<small>")[0]
        assert rest == student[1:]


def test_all_wheels_are_at_hand_but_those_that_come_with_python(files):
    """So that no package index is asked, and one that is would be an error."""
    found = json.loads(files["lite/pypi/all.json"])
    assert set(found) == {"heinit-lab", *map(canonicalize_name, WIDGETS)}
    for name in WIDGETS:
        ((number, (release,)),) = found[canonicalize_name(name)]["releases"].items()
        assert number == version(name)
        assert f"lite/pypi/{release['filename']}" in files
    kernel = json.loads(files[f"lite/extensions/{EXTENSIONS[0]}/static/pypi/all.json"])
    with_python = {"ipython", "traitlets", "numpy", "matplotlib"}  # in Pyodide's own collection
    needed = [Requirement(text) for name in ("heinit-lab", *WIDGETS) for text in requires(name) or ()]
    for one in needed:
        if one.marker is None or one.marker.evaluate({"extra": ""}):
            assert canonicalize_name(one.name) in {*found, *kernel, *with_python}
    settings = json.loads(files["lite/jupyter-lite.json"])["jupyter-config-data"]
    assert (
        settings["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]["disablePyPIFallback"]
        is True
    )


def test_no_extension_that_asks_for_a_server_is_in_it(files):
    settings = json.loads(files["lite/jupyter-lite.json"])["jupyter-config-data"]
    assert {one["name"] for one in settings["federated_extensions"]} == set(EXTENSIONS)
    assert settings["settingsOverrides"] == {WIDGET_MANAGER: {"saveState": True}}


def test_building_again_gives_the_same_bytes(files, tmp_path):
    assert lite_files(lite(), lessons(), build_wheel(tmp_path)) == files


@pytest.mark.parametrize(
    ("there", "command"),
    [({"pip"}, f"{sys.executable} -m pip install"), (set(), f"uv pip install -p {sys.executable}")],
)
def test_without_jupyterlite_one_sentence_says_how_to_install_it(monkeypatch, there, command):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name in there or None)
    with pytest.raises(UsageError) as told:
        lite()
    assert str(told.value).endswith(f"{command} jupyterlite-core jupyterlite-pyodide-kernel")
