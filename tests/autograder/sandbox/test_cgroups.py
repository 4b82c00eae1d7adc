"""Control groups: which hierarchy limits a submission, and what is swept away."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.sandbox import cgroups


@pytest.fixture
def hierarchy(tmp_path, monkeypatch) -> Callable[..., Path]:
    """A tree of files that looks like the unified hierarchy of control groups."""

    def make(*enabled: str) -> Path:
        monkeypatch.setattr(cgroups.Path, "read_text", _with_group("/user.slice/session.scope"))
        for name in ("", "user.slice", "user.slice/session.scope"):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "cgroup.procs").touch()
            (tmp_path / name / "cgroup.subtree_control").write_text("memory pids" if name in enabled else "")
        return tmp_path

    return make


def _with_group(place: str) -> Callable[..., str]:
    honest = Path.read_text
    return lambda self, *rest, **more: (
        f"0::{place}\n" if str(self) == "/proc/self/cgroup" else honest(self, *rest, **more)
    )


def test_the_unified_hierarchy_is_used_where_a_group_above_may_have_children(hierarchy):
    root = hierarchy("user.slice")
    (group,) = cgroups.ControlGroups(root).limit(os.getpid(), 1000, 7)
    assert group.parent == root / "user.slice"
    assert {p.name: p.read_text() for p in group.iterdir()} == {
        "memory.max": "1000",
        "pids.max": "7",
        "cgroup.procs": str(os.getpid()),
    }


def test_the_unified_hierarchy_is_not_used_where_no_group_may(hierarchy):
    assert cgroups.ControlGroups(hierarchy()).parents == {}


def test_groups_of_a_grader_that_was_killed_are_swept_away(hierarchy):
    root = hierarchy("user.slice")
    (root / "user.slice" / "heinit-999999999-1").mkdir()
    mine = root / "user.slice" / f"heinit-{os.getpid()}-1"
    mine.mkdir()
    assert cgroups.ControlGroups(root).parents
    assert [p.name for p in (root / "user.slice").glob("heinit-*")] == [mine.name]
