"""Lesson 4: mistakes, written otherwise."""

from __future__ import annotations

import math

import numpy as np


def xavier_over_he(ns):
    rows = []
    for n in ns:
        he, xavier = math.sqrt(2 / n), math.sqrt(1 / n)
        rows.append((n, xavier, he, xavier / he))
    return np.array(rows)


def gated_inputs(W, z, g):
    back = []
    for i in range(W.shape[1]):
        back.append(sum(W[:, i] * g) if z[i] > 0 else 0.0)
    return np.array(back)


def forwards(W, z, g):
    return np.array([sum(w * d for w, d, s in zip(row, g, z, strict=True) if s > 0) for row in W])


def open_at_zero(W, z, g):
    back = np.zeros(W.shape[1])
    for row, s, d in zip(W, z, g, strict=True):
        if s >= 0:
            back += d * row
    return back


def times_its_output(W, z, g):
    return sum(row * d * max(s, 0.0) for row, s, d in zip(W, z, g, strict=True))


MISTAKES = {
    "glorot_std": {
        "variance-for-std": (lambda n_in, n_out: float(np.reciprocal(np.mean([n_in, n_out]))),),
        "two-missing": (lambda n_in, n_out: 1 / math.sqrt(sum([n_in, n_out])),),
        "root-of-two-over-n": (lambda n_in, n_out: math.sqrt(2) * (n_in + n_out) ** -1,),
        "bound-for-std": (lambda n_in, n_out: (6 / (n_in + n_out)) ** 0.5,),
    },
    "he_over_glorot": {
        "ratio-inverted": (lambda n_in, n_out: (1 + n_out / n_in) ** -0.5,),
        "xavier-for-he": (lambda n_in, n_out: np.sqrt(np.mean([n_in, n_out]) / n_in),),
        "fan-out-for-fan-in": (lambda n_in, n_out: np.sqrt(np.add(n_in, n_out) / n_out),),
        "variance-for-std": (lambda n_in, n_out: (2 / n_in) / (2 / (n_in + n_out)),),
        "integer-division": (lambda n_in, n_out: math.sqrt(int((n_in + n_out) / n_in)),),
    },
    "compare_table": {"ratio-inverted": (xavier_over_he,)},
    "layer_backward": {
        "mask-on-the-wrong-side": (gated_inputs,),
        "matrix-for-its-transpose": (forwards,),
        "zero-counts-as-active": (open_at_zero,),
        "activation-for-its-slope": (times_its_output,),
    },
}
