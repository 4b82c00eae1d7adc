"""Lesson 5: mistakes, written otherwise."""

from __future__ import annotations

import math

import numpy as np


def stack(scale, draw=lambda rng, shape: rng.normal(size=shape), last=0):
    """A network drawn by index. scale: of (n_in, c, sizes, layer). last: how many layers are left out."""

    def made(sizes, c, rng):
        found = []
        for k in range(1, len(sizes) - last):
            shape = (sizes[k], sizes[k - 1])
            found.append(draw(rng, shape) * scale(sizes[k - 1], c, sizes, k))
        return found

    return made


def root(n, c, sizes, k):
    return math.sqrt(c / n)


def relu(z):
    return 0.5 * (z + abs(z))


def second(h):
    return float(np.vdot(h, h) / h.size)


def walk(x, Ws):
    """Pre-activations and activations of every layer."""
    zs, hs = [], [x]
    for W in Ws:
        zs.append(np.matmul(hs[-1], np.transpose(W)))
        hs.append(relu(zs[-1]))
    return zs, hs


def linear_walk(x, Ws):
    found = [second(x)]
    for W in Ws:
        x = np.matmul(x, W.T)
        found.append(second(x))
    return found


def through_columns(x, Ws):
    found = [second(x)]
    for W in Ws:
        x = relu(np.matmul(x, W))
        found.append(second(x))
    return found


def same_input(x, Ws):
    return np.array([second(x), *[second(relu(np.matmul(x, W.T))) for W in Ws]])


def gates(x, Ws):
    return [np.where(z > 0, 1.0, 0.0) for z in walk(x, Ws)[0]]


def jacobian(Ws, diagonals):
    """The product of W and a diagonal matrix before each, from the last layer to the first."""
    J = np.eye(len(Ws[-1]))
    for W, d in zip(reversed(Ws), reversed(diagonals), strict=True):
        J = J @ np.diag(d) @ W
    return J


def gates_below(x, Ws, g):
    below = [np.where(h > 0, 1.0, 0.0) for h in walk(x, Ws)[1][:-1]]
    for W, d in zip(reversed(Ws), reversed(below), strict=True):
        g = (g @ W) * d
    return g


def gates_after(x, Ws, g):
    for W, d in zip(reversed(Ws), reversed(gates(x, Ws)), strict=True):
        g = np.einsum("i,ij->j", g, W) * d
    return g


def up_instead_of_down(x, Ws, g):
    ds = gates(x, Ws)
    for k in range(len(Ws) - 1, -1, -1):
        g = np.matmul(Ws[k], g * ds[k])
    return g


def first_layer_first(x, Ws, g):
    ds = gates(x, Ws)
    for k in range(len(Ws)):
        g = (g * ds[k]) @ Ws[k]
    return g


def one_gate(x, Ws, g):
    last = gates(x, Ws)[-1]
    return g @ jacobian(Ws, [last for _ in Ws])


def scaled(x, Ws, measure):
    """Layer by layer. measure: of z and h, what W is divided by."""
    new = []
    for W in Ws:
        z = np.matmul(x, W.T)
        s = measure(z, relu(z))
        new.append(W / s)
        x = relu(z / s)
    return new


def from_one_pass(x, Ws):
    return [W / math.sqrt(second(h)) for W, h in zip(Ws, walk(x, Ws)[1][1:], strict=True)]


def the_same_for_every_layer(x, Ws):
    s = second(walk(x, Ws)[1][-1]) ** (1 / (2 * len(Ws)))
    return [W / s for W in Ws]


def into_the_given(x, Ws):
    for W in Ws:
        h = relu(x @ W.T)
        np.divide(W, math.sqrt(second(h)), out=W)
        x = relu(x @ W.T)
    return list(Ws)


MISTAKES = {
    "conv_fan_in": {
        "kernel-missing": (lambda shape: tuple(shape)[1],),
        "channels-missing": (lambda shape: math.prod(shape[2:]),),
        "fan-out-for-fan-in": (lambda shape: math.prod((shape[0], *shape[2:])),),
        "all-weights": (lambda shape: int(np.cumprod(shape)[-1]),),
        "channels-last": (lambda shape: math.prod(shape) / shape[3],),
    },
    "init_network": {
        "last-layer-missing": (stack(root, last=1),),
        "fan-out-for-fan-in": (stack(lambda n, c, sizes, k: math.sqrt(c / sizes[k])),),
        "first-fan-for-all": (stack(lambda n, c, sizes, k: math.sqrt(c / sizes[0])),),
        "variance-for-std": (stack(lambda n, c, sizes, k: c / n),),
        "root-of-two-over-n": (stack(lambda n, c, sizes, k: math.sqrt(c) / n),),
        "not-scaled": (stack(lambda n, c, sizes, k: 1.0),),
        "uniform-for-normal": (stack(root, lambda rng, shape: rng.uniform(-(3**0.5), 3**0.5, shape)),),
        "fresh-rng": (
            stack(root, lambda rng, shape: np.random.Generator(np.random.PCG64()).normal(size=shape)),
        ),
        "fixed-seed": (lambda sizes, c, rng: stack(root)(sizes, c, np.random.Generator(np.random.PCG64(1))),),
    },
    "forward_moments": {
        "input-left-out": (lambda x, Ws: [second(h) for h in walk(x, Ws)[1]][1:],),
        "last-layer-missing": (lambda x, Ws: [second(h) for h in walk(x, Ws)[1]][:-1],),
        "variance-for-second-moment": (lambda x, Ws: [second(h) - h.mean() ** 2 for h in walk(x, Ws)[1]],),
        "pre-activation-for-activation": (lambda x, Ws: [second(h) for h in (x, *walk(x, Ws)[0])],),
        "without-relu": (linear_walk,),
        "matrix-for-its-transpose": (through_columns,),
        "root-mean-square": (lambda x, Ws: [np.linalg.norm(h) / h.size**0.5 for h in walk(x, Ws)[1]],),
        "input-for-every-layer": (same_input,),
    },
    "backward": {
        "mask-missing": (lambda x, Ws, g: g @ jacobian(Ws, [np.ones(len(W)) for W in Ws]),),
        "mask-off-by-one": (gates_below,),
        "mask-on-the-wrong-side": (gates_after,),
        "matrix-for-its-transpose": (up_instead_of_down,),
        "layers-in-forward-order": (first_layer_first,),
        "last-mask-for-all": (one_gate,),
        "zero-counts-as-active": (
            lambda x, Ws, g: g @ jacobian(Ws, [1.0 * (z >= 0) for z in walk(x, Ws)[0]]),
        ),
        "activation-for-its-slope": (lambda x, Ws, g: g @ jacobian(Ws, walk(x, Ws)[1][1:]),),
    },
    "calibrate": {
        "scaled-from-the-first-pass": (from_one_pass,),
        "variance-for-second-moment": (lambda x, Ws: scaled(x, Ws, lambda z, h: np.std(h)),),
        "pre-activation-for-activation": (lambda x, Ws: scaled(x, Ws, lambda z, h: math.sqrt(second(z))),),
        "root-missing": (lambda x, Ws: scaled(x, Ws, lambda z, h: second(h)),),
        "scale-inverted": (lambda x, Ws: scaled(x, Ws, lambda z, h: second(h) ** -0.5),),
        "one-scale-for-all": (the_same_for_every_layer,),
        "changes-its-input": (into_the_given,),
    },
}
