"""Lesson 6: other ways to be right and wrong."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from heinit_lab.mean_field import kept

ILL = ("vanishing", "exploding", "dead", "loud", "rate")


# 6.1


def loss_by_adding(k, var=0.0):
    uniform = -math.log(1 / k)
    return uniform + var * (k - 1) / (2 * k)


def loss_in_single_precision(k, var=0.0):
    return np.float32(np.log(np.float64(k)) + 0.5 * var - 0.5 * var / k)


# 6.2


def in_words(report):
    """Right, one question after the other."""
    signal = np.asarray(report["forward"], dtype=float)
    last, first = signal[-1], signal[0]
    answer = dict.fromkeys(ILL, False)
    if math.isnan(last) or last > 100 * first:
        answer["exploding"] = True
    elif last < first / 100:
        answer["vanishing"] = True
    answer["dead"] = bool(report["dead"][0] > 0.25)
    if answer["exploding"]:
        return answer
    if report["loss"] - math.log(report["classes"]) > 1:
        answer["loud"] = True
    else:
        answer["rate"] = any(step > 0.1 for step in report["update"])
    return answer


def with_other_thresholds(report):
    """Right: what is between the thresholds of two right answers is no network of this course."""
    left = report["forward"][-1] / report["forward"][0]
    burst = bool(np.isnan(left)) or left > 150
    loud = report["loss"] > np.log(report["classes"]) + 0.95 and not burst
    step = np.nanmax([*report["update"], 0.0])
    rate = step > 0.09 and not (burst or loud)
    return dict(zip(ILL, (left < 0.008, burst, report["dead"][0] > 0.24, loud, rate), strict=True))


def changed(**parts):
    """`in_words` with other answers under some names, each a function of the report and of what is right."""

    def diagnose(report):
        right = in_words(report)
        return {name: parts[name](report, right) if name in parts else right[name] for name in ILL}

    return diagnose


def left(report):
    return report["forward"][-1] / report["forward"][0]


def calm(report, right):
    """Whether the step may be judged, where the loss may be loud."""
    return not right["exploding"] and not right["loud"]


def of_signal(measure):
    """An answer that takes another number for what is left of the signal."""

    def diagnose(report):
        ratio = measure(report)
        burst = math.isnan(ratio) or ratio > 100
        loud = not burst and report["loss"] > math.log(report["classes"]) + 1
        rate = not burst and not loud and max(report["update"]) > 0.1
        return dict(zip(ILL, (ratio < 0.01, burst, report["dead"][0] > 0.25, loud, rate), strict=True))

    return diagnose


def elif_after_elif(report):
    right, answer = in_words(report), dict.fromkeys(ILL, False)
    if right["vanishing"]:
        answer["vanishing"] = True
    elif right["exploding"]:
        answer["exploding"] = True
    elif right["dead"]:
        answer["dead"] = True
    elif right["loud"]:
        answer["loud"] = True
    elif right["rate"]:
        answer["rate"] = True
    return answer


def first_of_the_list(report):
    names = [name for name in ILL if in_words(report)[name]]
    return {name: bool(names) and name == names[0] for name in ILL}


def every_symptom(report):
    right = in_words(report)
    return {
        **right,
        "loud": bool(report["loss"] - math.log(report["classes"]) > 1),
        "rate": bool(np.any(np.asarray(report["update"]) > 0.1)),
    }


def sorting_the_dead(report):
    answer = in_words(report)
    report["dead"].sort()
    report["dead"][:] = report["dead"][::-1]
    return answer


def overwriting_the_signal(report):
    answer = in_words(report)
    report["forward"] -= 1
    return answer


# 6.3


def stds(rule, last=lambda c, a, b: math.sqrt(0.05 / a)):
    def prescribe(sizes, activation, a=0.0):
        c = 1 / kept(activation, a)
        numbers = [rule(c, *pair) for pair in pairwise(sizes)]
        numbers[-1] = last(c, *list(pairwise(sizes))[-1])
        return numbers

    return prescribe


def by_fan_out(sizes, activation, a=0.0):
    c = 1 / kept(activation, a)
    return np.array([*(math.sqrt(c / n) for n in sizes[1:-1]), 0.0])


def by_hand(sizes, activation, a=0.0):
    """Right: the factors that papers print, and Xavier's for the smooth ones."""
    c = {"relu": 2.0, "identity": 1.0, "abs": 1.0, "leaky": 2 / (1 + a * a), "tanh": 1.6}.get(activation, 2.2)
    return tuple([math.sqrt(c / n) for n in sizes[:-2]] + [0.01 / math.sqrt(sizes[-2])])


def in_single_precision(sizes, activation, a=0.0):
    return np.float32([*(math.sqrt(1 / kept(activation, a) / n) for n in sizes[:-2]), 0.01])


def forgetting_the_slope(sizes, activation, a=0.0):
    c = 2.0 if activation in ("relu", "leaky") else 1 / kept(activation, a)
    return [*(math.sqrt(c / n) for n in sizes[:-2]), 0.02]


def slope_of_relu(sizes, activation, a=0.0):
    """The slope is not passed on."""
    c = 1 / kept(activation)
    return [math.sqrt(c / n) for n in sizes[:-2]] + [0.0]


def of_the_input(sizes, activation, a=0.0):
    std = math.sqrt(1 / kept(activation, a) / sizes[0])
    return [std for _ in sizes[:-2]] + [0.01]


def without_the_end(sizes, activation, a=0.0):
    return [math.sqrt(1 / kept(activation, a) / n) for n in sizes[:-2]]


# 6.4


def fans_by_name(shape, groups=1, transposed=False):
    first, second, *kernel = shape
    places = math.prod(kernel)
    if transposed:
        return first * places // groups, second * places
    return second * places, first * places // groups


def fans_by_loop(shape, groups=1, transposed=False):
    places = 1
    for k in shape[2:]:
        places *= k
    fans = [int(shape[1] * places), int(shape[0] / groups * places)]
    return tuple(reversed(fans)) if transposed else fans


RIGHT = {
    "first_loss": (loss_by_adding, loss_in_single_precision),
    "diagnose": (in_words, with_other_thresholds),
    "prescribe": (by_fan_out, by_hand, in_single_precision, stds(lambda c, a, b: math.sqrt(c / a))),
    "fan_in_out": (fans_by_name, fans_by_loop),
    "residual_scale": (
        lambda L, growth=2.0: math.sqrt(math.expm1(math.log(growth) / L)),
        lambda L, growth=2.0: (growth ** (1 / L) - 1) ** 0.5,
    ),
}

MISTAKES = {
    "first_loss": {
        "variance-left-out": (lambda k, var=0.0: np.log(k), lambda k, var=0.0: -math.log(1 / k)),
        "own-score-counted": (
            lambda k, var=0.0: np.log(k) + 0.5 * var,
            lambda k, var=0.0: math.log(k * math.exp(var / 2)),
        ),
        "half-missing": (
            lambda k, var=0.0: np.log(k) + var,
            lambda k, var=0.0: math.log(k) + var * (k - 1) / k,
        ),
        "variance-over-classes": (
            lambda k, var=0.0: np.log(k) + var / k / 2,
            lambda k, var=0.0: math.log(k) + var / k,
        ),
        "root-of-the-variance": (
            lambda k, var=0.0: np.log(k) + np.sqrt(var) / 2,
            lambda k, var=0.0: math.log(k) + (k - 1) / (2 * k) * var**0.5,
        ),
        "variance-squared": (
            lambda k, var=0.0: np.log(k) + (k - 1) / k * var * var / 2,
            lambda k, var=0.0: math.log(k) + np.square(var) * (1 - 1 / k) * 0.5,
        ),
        "variance-lowers": (
            lambda k, var=0.0: np.log(k) - var * (k - 1) / (2 * k),
            lambda k, var=0.0: -math.log(1 / k) - (1 - 1 / k) * var / 2,
        ),
        "another-base": (
            lambda k, var=0.0: np.log10(k) + (1 - 1 / k) * var / 2,
            lambda k, var=0.0: np.log2(k) + (1 - 1 / k) * var / 2,
        ),
        "probability-for-its-loss": (lambda k, var=0.0: (k - 1) / k, lambda k, var=0.0: np.float64(1) / k),
        "minus-lost": (
            lambda k, var=0.0: -np.log(k),
            lambda k, var=0.0: -math.log(k) + (k - 1) / k * var / 2,
        ),
    },
    "diagnose": {
        "not-a-number-is-healthy": (
            changed(exploding=lambda r, right: bool(left(r) > 100)),
            changed(exploding=lambda r, right: bool(left(r) >= 100) and not math.isnan(left(r))),
        ),
        "consequences-named": (
            every_symptom,
            changed(
                loud=lambda r, right: bool(r["loss"] > 1 + np.log(r["classes"])),
                rate=lambda r, right: bool(np.max(r["update"]) > 0.1),
            ),
        ),
        "dead-in-any-layer": (
            changed(dead=lambda r, right: bool(np.any(np.asarray(r["dead"]) > 0.25))),
            changed(dead=lambda r, right: bool(np.mean(r["dead"]) > 0.25)),
        ),
        "ten-classes-assumed": (
            changed(
                loud=lambda r, right: not right["exploding"] and r["loss"] > 3.302585,
                rate=lambda r, right: (
                    not right["exploding"] and r["loss"] <= 3.302585 and bool(max(r["update"]) > 0.1)
                ),
            ),
            changed(loud=lambda r, right: not right["exploding"] and r["loss"] - math.log(10) > 1),
        ),
        "any-loss-is-loud": (
            changed(
                loud=lambda r, right: not right["exploding"] and r["loss"] > math.log(r["classes"]),
                rate=lambda r, right: False if r["loss"] > math.log(r["classes"]) else right["rate"],
            ),
            changed(
                loud=lambda r, right: not right["exploding"] and r["loss"] - np.log(r["classes"]) > 0,
                rate=lambda r, right: right["rate"] and r["loss"] <= np.log(r["classes"]),
            ),
        ),
        "input-forgotten": (
            of_signal(lambda r: r["forward"][-1]),
            of_signal(lambda r: float(r["forward"][len(r["forward"]) - 1])),
        ),
        "fraction-upside-down": (
            of_signal(lambda r: r["forward"][0] / r["forward"][-1]),
            of_signal(lambda r: 1 / left(r)),
        ),
        "update-averaged": (
            changed(rate=lambda r, right: calm(r, right) and bool(np.mean(r["update"]) > 0.1)),
            changed(rate=lambda r, right: calm(r, right) and bool(np.all(np.asarray(r["update"]) > 0.1))),
        ),
        "backward-for-forward": (
            of_signal(lambda r: r["backward"][-1] / r["backward"][0]),
            of_signal(lambda r: r["backward"][0] / r["backward"][-1]),
        ),
        "first-illness-only": (elif_after_elif, first_of_the_list),
        "changes-its-input": (sorting_the_dead, overwriting_the_signal),
    },
    "prescribe": {
        "last-layer-too-loud": (
            lambda sizes, activation, a=0.0: [math.sqrt(1 / kept(activation, a) / n) for n in sizes[:-1]],
            stds(lambda c, a, b: math.sqrt(c / a), lambda c, a, b: 1.0),
        ),
        "activation-left-out": (
            lambda sizes, activation, a=0.0: [*(math.sqrt(2 / n) for n in sizes[:-2]), 0.01],
            lambda sizes, activation, a=0.0: [*(n**-0.5 for n in sizes[:-2]), 0.0],
        ),
        "slope-left-out": (
            forgetting_the_slope,
            slope_of_relu,
        ),
        "fraction-upside-down": (
            stds(lambda c, a, b: (c * a) ** -0.5),
            lambda sizes, activation, a=0.0: [*(math.sqrt(kept(activation, a) / n) for n in sizes[:-2]), 0.0],
        ),
        "variance-for-std": (
            lambda sizes, activation, a=0.0: [1 / kept(activation, a) / n for n in sizes[:-1]],
            stds(lambda c, a, b: c / a, lambda c, a, b: 0.0),
        ),
        "root-of-c-over-n": (
            stds(lambda c, a, b: c**0.5 / a),
            lambda sizes, activation, a=0.0: [kept(activation, a) ** -0.5 / n for n in sizes[:-1]],
        ),
        "gain-outside-the-root": (
            stds(lambda c, a, b: c * a**-0.5),
            lambda sizes, activation, a=0.0: [
                *(1 / kept(activation, a) / math.sqrt(n) for n in sizes[:-2]),
                0.02,
            ],
        ),
        "first-fan-for-all": (
            of_the_input,
            lambda sizes, activation, a=0.0: (
                [(sizes[0] * kept(activation, a)) ** -0.5] * (len(sizes) - 2) + [0.0]
            ),
        ),
        "same-for-every-layer": (
            lambda sizes, activation, a=0.0: [1.0] * (len(sizes) - 1),
            lambda sizes, activation, a=0.0: [0.01] * (len(sizes) - 1),
        ),
        "last-layer-missing": (
            without_the_end,
            lambda sizes, activation, a=0.0: stds(lambda c, n, m: math.sqrt(c / n))(sizes, activation, a)[
                :-1
            ],
        ),
    },
    "fan_in_out": {},  # in otherwise/
    "residual_scale": {},
}
