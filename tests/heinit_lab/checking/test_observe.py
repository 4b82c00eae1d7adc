"""One call of an answer, and all its effects."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest

from heinit_lab.checking.observe import Call, observe, observe_each


def test_the_value_and_the_arguments_are_kept():
    call = observe(lambda x, y: x + y, 1, y=2)
    assert (call.value, call.args, call.error) == (3, (1,), None)


def test_an_argument_changed_in_place_is_reported_and_the_callers_array_is_safe():
    def spoil(x, y):
        y[0] = 9

    x, y = np.arange(3.0), np.arange(3.0)
    assert observe(spoil, x, y).changed == (1,)
    assert y[0] == 0


def test_a_list_of_arrays_changed_inside_is_reported():
    def spoil(arrays):
        arrays[1] *= 2

    assert observe(spoil, [np.ones(2), np.ones(2)]).changed == (0,)


def test_a_result_that_shares_memory_is_reported():
    assert observe(lambda x: x[:2], np.arange(4.0)).shares == (0,)
    assert observe(lambda x: x[:2].copy(), np.arange(4.0)).shares == ()


def test_a_generator_may_be_drawn_from_and_its_later_state_is_given_back():
    rng = np.random.default_rng(1)
    first = observe(lambda r: r.random(), rng)
    assert first.drew
    assert first.changed == ()
    second = observe(lambda r: r.random(), first.after[0])
    assert second.value != first.value
    assert rng.random() == first.value


def test_calls_that_get_one_generator_get_one_and_its_equal_is_another():
    rng, equal = np.random.default_rng(1), np.random.default_rng(1)
    seen = []

    def draw(r):
        seen.append(r)
        return r.random()

    calls = observe_each(draw, [((each,), {}) for each in (rng, equal, rng)])
    assert seen[0] is seen[2] is not seen[1]
    assert calls[0].value == calls[1].value != calls[2].value
    assert [call.after[0].random() for call in calls] == [calls[2].value, calls[2].value, seen[0].random()]
    assert rng.random() == calls[0].value


def test_the_global_random_state_is_watched():
    assert observe(lambda: np.random.rand()).global_rng
    assert observe(lambda: np.random.seed(1)).global_rng
    assert not observe(lambda: np.random.default_rng(1).random()).global_rng
    np.random.seed(5)
    calls = observe_each(lambda draw: np.random.rand() if draw else 0, [((draw,), {}) for draw in (1, 0, 1)])
    assert [call.global_rng for call in calls] == [True, False, True]
    assert np.random.rand() == np.random.RandomState(5).rand(), "the student's own state is given back"


def test_prints_are_swallowed_and_warnings_recorded(capsys):
    def noisy():
        print("hello")
        warnings.warn("careful", stacklevel=1)

    assert observe(noisy).warnings == ("careful",)
    assert capsys.readouterr().out == ""


def fails_in_its_third_line():
    a = 1
    return a / 0


def test_an_error_is_kept_with_the_students_line():
    call = observe(fails_in_its_third_line)
    assert isinstance(call.error, ZeroDivisionError)
    assert call.where.endswith("return a / 0")


def test_an_exit_is_an_error_and_a_stop_is_a_stop():
    def leave():
        raise SystemExit

    def stop():
        raise KeyboardInterrupt

    assert isinstance(observe(leave).error, SystemExit)
    with pytest.raises(KeyboardInterrupt):
        observe(stop)


def test_a_stand_in_may_observe_itself():
    class Proxy:
        def __observe__(self, arguments):
            return [Call(args=args, value="from elsewhere") for args, _ in arguments]

    assert observe(Proxy(), 1).value == "from elsewhere"


def test_a_parameter_may_have_another_name_than_in_the_statement():
    def by_keyword_alone(x, *, axis=0):
        return x, axis

    for function in (lambda x, axis=0: (x, axis), lambda x, a=0: (x, a), by_keyword_alone):
        assert observe(function, 1, axis=2).value == (1, 2)
    refused = observe(lambda x, *, a=0: (x, a), 1, axis=2)  # by no way
    assert isinstance(refused.error, TypeError)
    assert "axis" in str(refused.error)


def test_printing_costs_nothing_and_a_file_is_still_written():
    class Large:
        def __str__(self):
            raise AssertionError("this was put into words")

    file = io.StringIO()
    assert observe(lambda: print(Large())).error is None
    assert observe(lambda: print("kept", file=file)).error is None
    assert file.getvalue() == "kept\n"
    with pytest.raises(AssertionError, match="into words"):
        print(Large())


def test_matrices_in_an_object_array_are_a_list_of_them():
    ragged = np.array([np.ones((2, 3)), np.ones((1, 2))], dtype=object)
    square = np.array([np.eye(2), np.eye(2)], dtype=object)
    for boxed in (ragged, square):
        value = observe(lambda boxed=boxed: boxed).value
        assert isinstance(value, list)
        assert all(part.dtype == float and part.ndim == 2 for part in value)
    numbers = np.array([1.0, 2.0], dtype=object)
    assert observe(lambda: numbers).value is numbers
