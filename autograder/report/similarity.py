"""Which hand-ins are more alike than chance would make them: where to look, and no accusation.

Short right answers are alike by themselves: most of a class writes `sqrt(2 / n_in)`. So an
exercise counts by how rare its answer is in this class. Two hand-ins with the same answer, which a
share p of the class has written, share log2(1 / p) bits; bits add up over a lesson's exercises. Were
the answers independent, the most alike of n pairs would share about log2(n) bits. A pair is listed
when it shares `MARGIN` bits more than that. The answers are not quite independent, hence the margin,
and hence the words beside the list.

An answer is compared as a program: names, comments, docstrings and layout do not count.
"""

import ast
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import log2

import numpy as np
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from autograder.judge.cells import mapping, page_cells
from autograder.repair.parsing import AnswerState, answer

ALIKE = 0.9  # share of the characters that two answers have in common, in order
MARGIN = 5.0  # bits: one pair too many by chance in 32 lessons
LONGEST = 4000  # characters of an answer that are compared


@dataclass(frozen=True)
class SimilarGroup:
    """Hand-ins of one lesson that are alike.

    exercises: the exercises in which all of them are alike, each with the number of students in the
        class who have such an answer.
    of: the number of students who are compared.
    """

    lesson: str
    students: tuple[str, ...]
    exercises: dict[str, int]
    of: int


def groups(lesson: str, written: Mapping[str, Mapping[str, str]]) -> list[SimilarGroup]:
    """The groups of hand-ins that are alike, the largest first.

    written: for each student, the structure of each exercise that is filled in.
    """
    students = sorted(student for student, answers in written.items() if answers)
    n = len(students)
    if n < 2:
        return []
    bits = np.zeros((n, n), dtype=np.float32)
    near: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    for exercise in sorted({name for answers in written.values() for name in answers}):
        who = np.array([i for i, student in enumerate(students) if exercise in written[student]])
        texts = [written[students[i]][exercise][:LONGEST] for i in who]
        distinct, which, counts = np.unique(texts, return_inverse=True, return_counts=True)
        alike = cdist(distinct, distinct, scorer=Indel.normalized_similarity) >= ALIKE
        common = alike @ counts
        shared = np.where(alike, np.log2(len(who) / np.maximum.outer(common, common)), 0)
        bits[np.ix_(who, who)] += shared[np.ix_(which, which)]
        near[exercise] = (who, alike[np.ix_(which, which)], common[which])
    similar = []
    for members in _connected(bits > log2(n * (n - 1) / 2) + MARGIN):
        in_all = {}
        for exercise, (who, alike, common) in near.items():
            places = np.flatnonzero(np.isin(who, members))
            if len(places) == len(members) and alike[np.ix_(places, places)].all():
                in_all[exercise] = int(common[places].max())
        similar.append(SimilarGroup(lesson, tuple(students[i] for i in members), in_all, n))
    return sorted(similar, key=lambda group: (-len(group.students), group.students))


def _connected(linked: np.ndarray) -> list[list[int]]:
    """The connected parts of a graph with more than one node. linked: a symmetric boolean matrix."""
    reach = (linked | np.eye(len(linked), dtype=bool)).astype(np.float32)
    while (wider := np.sign(reach @ reach)).sum() > reach.sum():  # ways of twice the length
        reach = wider
    return [np.flatnonzero(row).tolist() for row in np.unique(reach, axis=0) if row.sum() > 1]


def structures(notebook: bytes, exercises: Collection[str]) -> dict[str, str] | None:
    """The structure of each exercise that is filled in, from the file of a graded notebook.

    None where the file is no notebook. The file holds a student's text: call this in a limited process.
    """
    try:
        cells = page_cells(mapping(json.loads(notebook)))
    except (ValueError, RecursionError):
        return None
    return {
        cell.grade_id: structure(cell.source)
        for cell in cells
        if cell.grade_id in exercises and answer(cell.source, "code", cell.grade_id) > AnswerState.STUB
    }


def structure(source: str) -> str:
    """The structure of a program: its text without own names, comments, docstrings and layout.

    The names that the program itself binds become v0, v1, ... in order. A text that cannot be parsed, or is
    nested too deeply to be written again, only loses its blanks.
    """
    try:
        tree = ast.parse(source)
        names: dict[str, str] = {}
        for node in ast.walk(tree):
            match node:
                case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                    names.setdefault(name, f"v{len(names)}")
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    names.setdefault(name, f"v{len(names)}")
        for node in ast.walk(tree):
            match node:
                case ast.Name():
                    node.id = names.get(node.id, node.id)
                case ast.arg():
                    node.arg, node.annotation = names[node.arg], None
                case ast.keyword(arg=str(name)):
                    node.arg = names.get(name, name)
                case ast.FunctionDef() | ast.ClassDef():
                    node.name = names[node.name]
                    if isinstance(node, ast.FunctionDef):
                        node.returns = None
                    if ast.get_docstring(node) is not None:
                        node.body = node.body[1:] or [ast.Pass()]
        return ast.unparse(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "".join(source.split())
