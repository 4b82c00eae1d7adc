"""One slip costs one slip: judge an answer again with right functions in the places of wrong earlier ones.

How it works. When all test cells are judged, some answers have lost points. Where the code of such an
answer uses the function of an earlier exercise of the same lesson, and that function lost points as well,
the answer is judged again: in a fresh solver, in which all cells have run again, and with the same hidden
inputs. In the fork that is asked, a stand-in takes the place of each earlier function that lost points
(solver/stand_ins.py). A call of a stand-in travels over the channel to the judge, who answers with what the
reference answer gives (references.py). The answer keeps the better of both judgements, behaviour by
behaviour, and the verdict names the functions that it follows. Where nothing fails, nothing of this happens.

What a student's process could try:

- To ask for the values of the exercise under test, or of a later one. The judge answers for exercises that
  stand earlier in the lesson, as heinit_lab.exercises lists them, and that lost points. Whoever asks for
  another one is not listened to again.
- To ask one fork for what another fork needs: the fork of a later exercise may call the earlier ones. So an
  exercise is judged to its end, for the last time, before anything is asked of the fork of a later one, and
  the judge listens to no other fork meanwhile. What a fork learns comes too late for all that it may ask.
- To carry hidden inputs into the second judgement, and to show them. Of a second judgement nothing is shown
  but the verdict, the score, and that the public check passes where the answer has all its points: these
  are the judge's own words. And nothing of a box outlives it.
- To do an earlier exercise wrong on purpose. Its points are lost, and a later answer that is built on it gets
  what it would get if the earlier one were right.
- To flood the judge, or to fill its memory. Calls and arguments are counted as answers are, the reference
  answers run in a process with limits, and all of this takes time from the notebook's own.

No reference answer enters the solver, only values of it.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from autograder.hidden_tests.grade import Assessment, report_of
from autograder.judge.examination import Examination
from autograder.judge.outputs import Output
from autograder.judge.proxy import Line
from autograder.judge.references import reference_frame, reference_process
from autograder.judge.solving import Solving
from autograder.solver.session import Session
from heinit_lab.checking.report import VERDICT_MIME, Report
from heinit_lab.exercises import earlier, lesson_of


def follow_through(
    tests: Mapping[int, Examination], declared: Sequence[str], solving: Solving, session: Session
) -> list[Examination]:
    """Judge again what lost points by the fault of another function, and put what is better into `tests`.

    tests: the test cells, each judged once, by their places. declared: as in `NotebookOrder`.
    Returns the second examinations.
    """
    lost = {
        i: test.assessment
        for i, test in tests.items()
        if test.assessment and test.assessment.score < test.assessment.max_score
    }
    names = {first.name for first in lost.values()}
    wrong = {i: [name for name in _mentioned(tests[i], first) if name in names] for i, first in lost.items()}
    if not any(wrong.values()) or not solving.again():
        return []
    again, right = [], dict[str, tuple[str, ...]]()  # right by follow-through, and what these follow
    with closing(reference_process()) as process:
        for i, first in sorted(lost.items(), key=lambda each: len(earlier(each[1].name))):
            if not wrong[i]:
                continue
            modules = {name: f"heinit_solutions.{lesson_of(name)}" for name in wrong[i]}
            line = Line(wrong[i], partial(reference_frame, process=process, modules=modules))
            second = Examination(i, tests[i].source, declared, solving, session, line)
            again.append(second)
            if tests[i].mentioned or second.mentions(first.name, wrong[i]):
                second.run_public()
                second.run_hidden()
            line.close()
            calls = [name for name in wrong[i] if name in line.called]
            if calls and second.assessment:
                follows = tuple(dict.fromkeys(each for name in calls for each in right.get(name, (name,))))
                better = _better(first, second.assessment, follows)
                tests[i].outputs = with_verdict(tests[i].outputs, better)
                if better.score == better.max_score:
                    right[better.name] = follows
    return again


def _mentioned(test: Examination, first: Assessment) -> list[str]:
    """The earlier exercises whose functions an answer may use: all of them, where nothing says which."""
    return earlier(first.name) if test.mentioned is None else test.mentioned


def _better(first: Assessment, second: Assessment, follows: tuple[str, ...]) -> Assessment:
    """The second assessment, with the better points of both; the mistakes in it are the answer's own."""
    points = {name: max(earned, second.points[name]) for name, earned in first.points.items()}
    parts = {
        name: (second if points[name] == second.points[name] else first).right_parts.get(name, ())
        for name in points
    }
    follows = follows if points != first.points else ()
    return replace(second, points=points, right_parts=parts, follows=follows)


def with_verdict(outputs: Sequence[Output], assessment: Assessment) -> list[Output]:
    """The outputs of a test cell, with another assessment in them."""
    changed = []
    full = assessment.score == assessment.max_score
    if full:
        passes = f"{assessment.name}: the public checks pass, once what it calls is right."
        changed.append({"output_type": "display_data", "data": Report("✓", passes).bundle(), "metadata": {}})
    for output in outputs:
        if VERDICT_MIME in output.get("data", {}):
            changed.append({**output, "data": report_of(assessment).bundle()})
        elif output["output_type"] == "execute_result":
            changed.append({**output, "data": {"text/plain": repr(assessment.score)}})
        elif not full or output["output_type"] == "error":
            changed.append(output)
    return changed
