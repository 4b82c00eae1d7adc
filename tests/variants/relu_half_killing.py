"""Lesson 1: other ways to be right and wrong."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


def relu_by_entry(x):
    out = np.zeros(x.shape)
    for i in np.ndindex(*x.shape):
        if x[i] > 0:
            out[i] = x[i]
    return out


def relu_in_place_on_a_copy(x):
    y = x.copy()
    y[y < 0] = 0
    return y


def relu_by_halves(x):
    return 0.5 * (x + np.abs(x))


def relu_as_nested_lists(x):
    return [relu_as_nested_lists(part) for part in x] if np.ndim(x) else max(0.0, float(x))


def relu_in_single_precision(x):
    return np.where(x > 0, x, 0).astype(np.float32)


def zero_share_by_entry(H):
    zeros = 0
    for h in H.ravel():
        if h == 0:
            zeros = zeros + 1
    return zeros / H.size


def zero_share_of_the_rest(H):
    return 1 - np.count_nonzero(H) / H.size


def zero_share_in_single_precision(H):
    return np.float32((H == 0).mean(dtype=np.float32))


def activity_by_loops(Z):
    examples, neurons = Z.shape
    per_input = []
    for row in Z:
        per_input.append(sum(1 for z in row if z > 0) / neurons)
    per_neuron = []
    for j in range(neurons):
        per_neuron.append(sum(1 for i in range(examples) if Z[i, j] > 0) / examples)
    return per_input, per_neuron


class Activity(NamedTuple):
    per_input: np.ndarray
    per_unit: np.ndarray


def activity_as_a_named_tuple(Z):
    return Activity(per_unit=(Z > 0).mean(axis=0), per_input=(Z > 0).mean(axis=1))


def activity_as_a_list_of_arrays(Z):
    return [np.count_nonzero(Z > 0, axis=1) / Z.shape[1], np.count_nonzero(Z > 0, axis=0) / Z.shape[0]]


def activity_through_the_transpose(Z):
    on = np.heaviside(Z, 0).astype(np.float32)
    return np.average(on, axis=1), np.average(on.T, axis=1)


def dead_units_by_loops(Z):
    dead = []
    for j in range(Z.shape[1]):
        alive = False
        for i in range(Z.shape[0]):
            if Z[i, j] > 0:
                alive = True
        dead.append(not alive)
    return dead


def dead_units_by_the_largest(Z):
    return Z.max(axis=0) <= 0


def dead_units_by_what_they_send(Z):
    return np.maximum(Z, 0).sum(axis=0) == 0


def energy_kept_by_entry(y):
    kept = whole = 0.0
    for v in y.ravel():
        whole += v * v
        if v > 0:
            kept += v * v
    return kept / whole


def energy_kept_by_means(y):
    return np.mean(np.maximum(y, 0) ** 2) / np.mean(y**2)


def energy_kept_from_what_is_lost(y):
    return 1.0 - float(np.sum(np.minimum(y, 0) ** 2) / np.sum(y**2))


def energy_kept_in_single_precision(y):
    v = y.astype(np.float32).ravel()
    return (v[v > 0] @ v[v > 0]) / (v @ v)


RIGHT = {
    "relu": (
        relu_by_entry,
        relu_in_place_on_a_copy,
        relu_by_halves,
        relu_as_nested_lists,
        relu_in_single_precision,
        lambda x: x * (x > 0),
        lambda x: np.clip(x, 0, None),
    ),
    "zero_share": (
        zero_share_by_entry,
        zero_share_of_the_rest,
        zero_share_in_single_precision,
        lambda H: (H.size - np.count_nonzero(H)) / H.size,
    ),
    "activity": (
        activity_as_a_named_tuple,
        activity_by_loops,
        activity_as_a_list_of_arrays,
        activity_through_the_transpose,
    ),
    "dead_units": (
        dead_units_by_loops,
        dead_units_by_the_largest,
        dead_units_by_what_they_send,
        lambda Z: ~(Z > 0).any(axis=0),
    ),
    "energy_kept": (
        energy_kept_by_entry,
        energy_kept_by_means,
        energy_kept_from_what_is_lost,
        energy_kept_in_single_precision,
    ),
}


def maximum_of_each_row(x):
    return np.array([max(row) for row in x]) if x.ndim == 2 else max(x)


def relu_with_an_if(x):
    if x < 0:
        return np.zeros_like(x)
    return x


def relu_by_filtering(x):
    return [v for v in x.ravel() if v > 0]


def relu_by_deleting(x):
    return np.delete(x.ravel(), np.flatnonzero(x.ravel() < 0))


def relu_into_its_argument(x):
    np.maximum(x, 0, out=x)
    return x


def relu_clipping_then_copying(x):
    x.clip(0, None, out=x)
    return np.array(x)


def relu_into_an_integer_array(x):
    out = np.zeros(x.shape, dtype=int)
    out[x > 0] = x[x > 0]
    return out


def relu_by_vectorize(x):
    return np.vectorize(lambda v: v if v > 0 else 0)(x)


def leaky_by_where(x):
    return np.where(x >= 0, x, x / 100)


def zeros_over_first_side(H):
    rows = H.shape[0]
    return np.count_nonzero(H == 0) / rows


def share_in_each_column(H):
    return (H == 0).sum(axis=0) / len(H)


def small_ones_too(H):
    return sum(1 for h in H.ravel() if abs(h) < 1e-8) / H.size


def activity_columns_first(Z):
    Z = Z.T
    return (Z > 0).sum(axis=1) / Z.shape[1], (Z > 0).sum(axis=0) / Z.shape[0]


def activity_not_negative(Z):
    off = Z < 0
    return 1 - off.mean(axis=1), 1 - off.mean(axis=0)


def mean_output(Z):
    out = np.where(Z > 0, Z, 0.0)
    return out.sum(axis=1) / Z.shape[1], out.sum(axis=0) / Z.shape[0]


def one_number_twice(Z):
    share = float((Z > 0).sum()) / Z.size
    return [share, share]


def dead_where_once_off(Z):
    dead = []
    for column in Z.T:
        dead.append(min(column) <= 0)
    return np.array(dead)


def dead_examples(Z):
    return np.array([max(row) <= 0 for row in Z])


def mostly_off(Z):
    return (np.maximum(Z, 0) > 0).mean(axis=0) < 0.5


def strictly_negative(Z):
    return Z.max(axis=0) < 0


def alive(Z):
    return np.maximum(Z, 0).sum(axis=0) > 0


def weak_on_the_whole(Z):
    return Z.sum(axis=0) < 1e-12


def flags(Z):
    return [0 if max(column) > 0 else 1 for column in Z.T]


def where_dead(Z):
    return [j for j in range(Z.shape[1]) if Z[:, j].max() <= 0]


def energy_by_counting(y):
    return sum(1 for v in y.ravel() if v > 0) / y.size


def spread_kept(y):
    kept = np.where(y > 0, y, 0)
    return kept.std(ddof=1) ** 2 / y.std(ddof=1) ** 2


def energy_left(y):
    total = 0.0
    for v in y.ravel():
        total += max(v, 0.0) ** 2
    return total


def sizes_kept(y):
    return y[y > 0].sum() / (y[y > 0].sum() - y[y < 0].sum())


def lengths_kept(y):
    return np.linalg.norm(np.maximum(y, 0).ravel()) / np.linalg.norm(y.ravel())


def survivors_alone(y):
    survivors = [v * v for v in y.ravel() if v > 0]
    return sum(survivors) / len(survivors) / np.mean(np.square(y))


def energy_lost(y):
    return np.sum(np.minimum(y, 0) ** 2) / np.sum(y * y)


MISTAKES = {
    "relu": {
        "max-over-an-axis": (maximum_of_each_row, lambda x: np.amax(x, axis=0), lambda x: x.max()),
        "one-question-for-all": (relu_with_an_if, lambda x: max(0, x)),
        "drops-entries": (relu_by_filtering, relu_by_deleting, lambda x: np.extract(x > 0, x)),
        "changes-its-input": (relu_into_its_argument, relu_clipping_then_copying),
        "absolute-value": (lambda x: np.sqrt(x**2), lambda x: np.where(x < 0, -x, x)),
        "gate-for-value": (
            lambda x: np.heaviside(x, 0),
            lambda x: np.where(x > 0, 1, 0),
            lambda x: np.greater(x, 0),
        ),
        "fraction-dropped": (
            relu_into_an_integer_array,
            relu_by_vectorize,
            lambda x: np.maximum(x, 0).astype(np.int32),
        ),
        "negative-half": (lambda x: np.where(x > 0, 0, x), lambda x: x - np.maximum(x, 0)),
        "leaky-for-relu": (leaky_by_where, lambda x: np.where(x > 0, x, 0.25 * x)),
    },
    "zero_share": {
        "complement": (lambda H: np.count_nonzero(H) / H.size, lambda H: (H > 0).sum() / H.size),
        "count-for-share": (lambda H: H.size - np.count_nonzero(H), lambda H: float((H == 0).sum())),
        "negatives-for-zeros": (lambda H: np.count_nonzero(H < 0) / H.size,),
        "negatives-counted": (lambda H: 1 - (H > 0).mean(), lambda H: np.mean(np.maximum(H, 0) == 0)),
        "nearly-zero-counts": (small_ones_too, lambda H: np.mean(np.isclose(np.abs(H), 0.0))),
        "rows-for-entries": (zeros_over_first_side,),
        "one-axis-only": (share_in_each_column,),
        "percent-for-share": (lambda H: (H == 0).sum() / H.size * 100,),
    },
    "activity": {
        "axes-swapped": (activity_columns_first,),
        "zero-counts-as-active": (activity_not_negative,),
        "complement": (lambda Z: (1 - (Z > 0).mean(axis=1), 1 - (Z > 0).mean(axis=0)),),
        "count-for-share": (lambda Z: [np.count_nonzero(Z > 0, axis=axis) for axis in (1, 0)],),
        "activation-for-share": (mean_output,),
        "numbers-for-arrays": (one_number_twice, lambda Z: (Z > 0).sum() / Z.size),
        "percent-for-share": (lambda Z: tuple((Z > 0).mean(axis=axis) * 100 for axis in (1, 0)),),
    },
    "dead_units": {
        "any-for-all": (dead_where_once_off, lambda Z: ~(Z > 0).all(axis=0)),
        "examples-for-units": (dead_examples, lambda Z: ~(Z > 0).any(axis=1)),
        "half-off-for-dead": (mostly_off, lambda Z: np.mean(Z > 0, axis=0) <= 0.5),
        "zero-counts-as-active": (strictly_negative, lambda Z: ~(Z >= 0).any(axis=0)),
        "complement": (alive, lambda Z: Z.max(axis=0) > 0),
        "average-for-every": (
            weak_on_the_whole,
            lambda Z: np.sum(Z, axis=0) <= 0,
            lambda Z: np.average(Z, axis=0) < 0,
        ),
        "number-for-boolean": (flags, lambda Z: np.where((Z > 0).any(axis=0), 0.0, 1.0)),
        "positions-for-mask": (
            where_dead,
            lambda Z: np.where((Z <= 0).all(axis=0))[0],
            lambda Z: np.nonzero(~(Z > 0).any(axis=0)),
        ),
    },
    "energy_kept": {
        "count-for-energy": (energy_by_counting, lambda y: np.count_nonzero(np.maximum(y, 0)) / y.size),
        "variance-for-second-moment": (spread_kept,),
        "not-normalised": (energy_left, lambda y: np.average(np.maximum(y, 0) ** 2)),
        "square-missing": (sizes_kept,),
        "root-of-the-share": (lengths_kept,),
        "only-the-active": (survivors_alone,),
        "constant-half": (lambda y: np.float32(0.5), lambda y: 1 / 2),
        "complement": (energy_lost,),
        "ratio-inverted": (lambda y: np.sum(y**2) / np.sum(y[y > 0] ** 2),),
        "percent-for-share": (lambda y: np.sum(y[y > 0] ** 2) / np.sum(y**2) * 100,),
    },
}
