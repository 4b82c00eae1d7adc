"""Lesson 5: further ways to be right and wrong."""

from __future__ import annotations

import itertools
import math
from itertools import pairwise as pw

import numpy as np


def relu(z):
    return np.maximum(z, 0)


def q2(h):
    return float(np.mean(h**2))


def net(std, draw=lambda rng, sh: rng.normal(size=sh)):
    return lambda sizes, c, rng: [draw(rng, (b, a)) * std(a, b, c, sizes) for a, b in pw(sizes)]


def good(a, b, c, s):
    return math.sqrt(c / a)


def reuse_same(sizes, c, rng):
    base = rng.normal(size=max(a * b for a, b in pw(sizes)))
    return [base[: a * b].reshape(b, a) * math.sqrt(c / a) for a, b in pw(sizes)]


def reuse_state(sizes, c, rng):
    st = rng.bit_generator.state
    out = []
    for a, b in pw(sizes):
        rng.bit_generator.state = st
        out.append(rng.normal(0, math.sqrt(c / a), (b, a)))
    return out


def reuse_upside_down(sizes, c, rng):
    Ws = net(good)(sizes, c, rng)
    return [Ws[0], *(before[::-1] if before.shape == W.shape else W for before, W in pw(Ws))]


def fwd(x, Ws):
    zs, hs = [], [x]
    for W in Ws:
        zs.append(hs[-1] @ W.T)
        hs.append(relu(zs[-1]))
    return zs, hs


def bk(x, Ws, g, gate=lambda z: z > 0, after=False, gates=None):
    zs, hs = fwd(x, Ws)
    G = gates(zs, hs) if gates else [gate(z) for z in zs]
    for W, d in zip(Ws[::-1], G[::-1], strict=True):
        g = (W.T @ g) * d if after else W.T @ (g * d)
    return g


def cal(x, Ws, scale):
    out = []
    for W in Ws:
        z = x @ W.T
        s = scale(z, W)
        out.append(W * s)
        x = relu(z * s)
    return out


def cal_inplace(x, Ws):
    for W in Ws:
        h = relu(x @ W.T)
        s = 1 / math.sqrt(q2(h))
        W *= s
        x = h * s
    return Ws


def cal_setitem(x, Ws):
    for k in range(len(Ws)):
        h = relu(x @ Ws[k].T)
        s = 1 / math.sqrt(q2(h))
        Ws[k] = Ws[k] * s
        x = h * s
    return Ws


def cal_x(x, Ws):
    out = []
    x -= 0
    h = x
    for W in Ws:
        h = relu(h @ W.T)
        s = 1 / math.sqrt(q2(h))
        h = h * s
        out.append(s * W)
    x *= 0
    return out


def bk_inplace_g(x, Ws, g):
    zs, _ = fwd(x, Ws)
    for W, z in zip(Ws[::-1], zs[::-1], strict=True):
        g[z <= 0] = 0
        g = W.T @ g
    return g


MISTAKES = {
    "conv_fan_in": {
        "kernel-missing": (lambda s: s[1], lambda s: list(s)[1]),
        "channels-missing": (lambda s: s[-1] * s[-2],),
        "fan-out-for-fan-in": (lambda s: s[0] * s[2] * s[3], lambda s: math.prod(s) / s[1]),
        "all-weights": (lambda s: math.prod(s), lambda s: float(np.prod(s))),
        "square-kernel-assumed": (lambda s: s[1] * s[2] ** 2, lambda s: s[1] * s[-1] * s[-1]),
        "one-kernel-side": (lambda s: s[1] * s[2], lambda s: s[1] * s[3]),
        "channels-last": (lambda s: s[0] * s[1] * s[2],),
    },
    "init_network": {
        "one-matrix-reused": (
            reuse_same,
            reuse_state,
            reuse_upside_down,
            lambda sizes, c, rng: (
                [rng.normal(0, math.sqrt(c / sizes[0]), (sizes[1], sizes[0]))] * (len(sizes) - 1)
            ),
        ),
        "last-layer-missing": (
            lambda s, c, rng: [
                rng.normal(0, math.sqrt(c / s[k]), (s[k + 1], s[k])) for k in range(len(s) - 2)
            ],
            lambda s, c, rng: net(good)(s[:-1], c, rng),
        ),
        "transposed": (lambda s, c, rng: [rng.normal(0, math.sqrt(c / a), (a, b)) for a, b in pw(s)],),
        "fan-out-for-fan-in": (net(lambda a, b, c, s: math.sqrt(c / b)),),
        "first-fan-for-all": (net(lambda a, b, c, s: math.sqrt(c / s[0])),),
        "fan-off-by-one": (
            net(lambda a, b, c, s: math.sqrt(c / (a + 1))),
            net(lambda a, b, c, s: math.sqrt(c / (a - 1))),
        ),
        "variance-for-std": (net(lambda a, b, c, s: c / a),),
        "root-of-two-over-n": (net(lambda a, b, c, s: c**0.5 / a),),
        "ignores-c": (net(lambda a, b, c, s: math.sqrt(2 / a)), net(lambda a, b, c, s: math.sqrt(1 / a))),
        "not-scaled": (
            net(lambda a, b, c, s: 1.0),
            lambda s, c, rng: [rng.standard_normal((b, a), dtype=np.float32) for a, b in pw(s)],
        ),
        "uniform-for-normal": (
            net(lambda a, b, c, s: math.sqrt(3 * c / a), lambda rng, sh: rng.uniform(-1, 1, sh)),
        ),
        "global-state": (lambda s, c, rng: net(good, lambda r, sh: np.random.normal(size=sh))(s, c, rng),),
        "fresh-rng": (
            lambda s, c, rng: net(good)(s, c, np.random.default_rng()),
            net(good, lambda r, sh: np.random.default_rng().normal(size=sh)),
        ),
        "fixed-seed": (
            lambda s, c, rng: net(good)(s, c, np.random.default_rng(sum(s))),
            lambda s, c, rng: net(good)(s, c, np.random.default_rng(7)),
        ),
    },
    "forward_moments": {
        "input-left-out": (lambda x, Ws: [q2(h) for h in fwd(x, Ws)[1][1:]],),
        "last-layer-missing": (lambda x, Ws: np.array([q2(h) for h in fwd(x, Ws)[1][:-1]]),),
        "variance-for-second-moment": (
            lambda x, Ws: [np.var(h) for h in fwd(x, Ws)[1]],
            lambda x, Ws: [np.std(h) ** 2 for h in fwd(x, Ws)[1]],
            lambda x, Ws: [np.var(h, ddof=1) for h in fwd(x, Ws)[1]],
        ),
        "pre-activation-for-activation": (lambda x, Ws: [q2(x)] + [q2(z) for z in fwd(x, Ws)[0]],),
        "without-relu": (
            lambda x, Ws: [q2(x)] + [q2(x @ W) for W in itertools.accumulate([W.T for W in Ws], np.matmul)],
        ),
        "matrix-for-its-transpose": (lambda x, Ws: [q2(h) for h in fwd(x, [W.T for W in Ws])[1]],),
        "sum-for-mean": (
            lambda x, Ws: [np.sum(h**2) for h in fwd(x, Ws)[1]],
            lambda x, Ws: [np.mean(np.sum(h**2, axis=1)) for h in fwd(x, Ws)[1]],
            lambda x, Ws: [np.mean(np.sum(h**2, axis=0)) for h in fwd(x, Ws)[1]],
            lambda x, Ws: [np.linalg.norm(h) ** 2 / len(h) for h in fwd(x, Ws)[1]],
        ),
        "root-mean-square": (lambda x, Ws: [math.sqrt(q2(h)) for h in fwd(x, Ws)[1]],),
        "input-for-every-layer": (lambda x, Ws: [q2(x)] + [q2(relu(x @ W.T)) for W in Ws],),
    },
    "backward": {
        "mask-missing": (
            lambda x, Ws, g: bk(x, Ws, g, lambda z: 1.0),
            lambda x, Ws, g: np.linalg.multi_dot([g, *Ws[::-1]]),
        ),
        "mask-off-by-one": (
            lambda x, Ws, g: bk(x, Ws, g, gates=lambda zs, hs: [h > 0 for h in hs[:-1]], after=True),
        ),
        "mask-on-the-wrong-side": (lambda x, Ws, g: bk(x, Ws, g, after=True),),
        "matrix-for-its-transpose": (
            lambda x, Ws, g: [
                g := W @ (g * (z > 0)) for W, z in zip(Ws[::-1], fwd(x, Ws)[0][::-1], strict=True)
            ][-1],
        ),
        "layers-in-forward-order": (
            lambda x, Ws, g: [g := W.T @ (g * (z > 0)) for W, z in zip(Ws, fwd(x, Ws)[0], strict=True)][-1],
        ),
        "last-mask-for-all": (lambda x, Ws, g: bk(x, Ws, g, gates=lambda zs, hs: [zs[-1] > 0] * len(zs)),),
        "zero-counts-as-active": (
            lambda x, Ws, g: bk(x, Ws, g, lambda z: z >= 0),
            lambda x, Ws, g: bk(x, Ws, g, lambda z: np.heaviside(z, 1)),
        ),
        "activation-for-its-slope": (lambda x, Ws, g: bk(x, Ws, g, relu),),
    },
    "calibrate": {
        "scaled-from-the-first-pass": (
            lambda x, Ws: [W / math.sqrt(q2(h)) for W, h in zip(Ws, fwd(x, Ws)[1][1:], strict=True)],
        ),
        "variance-for-second-moment": (
            lambda x, Ws: cal(x, Ws, lambda z, W: 1 / relu(z).std() if relu(z).std() > 0 else 1.0),
            lambda x, Ws: cal(x, Ws, lambda z, W: np.var(relu(z)) ** -0.5 if np.var(relu(z)) > 0 else 1.0),
        ),
        "pre-activation-for-activation": (lambda x, Ws: cal(x, Ws, lambda z, W: 1 / math.sqrt(q2(z))),),
        "root-missing": (lambda x, Ws: cal(x, Ws, lambda z, W: 1 / q2(relu(z))),),
        "scale-inverted": (lambda x, Ws: cal(x, Ws, lambda z, W: math.sqrt(q2(relu(z)))),),
        "weights-for-activations": (
            lambda x, Ws: [W * math.sqrt(2 / W.shape[1]) / W.std() for W in Ws],
            lambda x, Ws: [W / np.linalg.norm(W) for W in Ws],
            lambda x, Ws: [W / math.sqrt(q2(W)) for W in Ws],
            lambda x, Ws: [W * math.sqrt(2 / W.shape[1] / q2(W)) for W in Ws],
            lambda x, Ws: [W / np.linalg.norm(W, 2) for W in Ws],
        ),
        "one-scale-for-all": (lambda x, Ws: [W * q2(fwd(x, Ws)[1][-1]) ** (-0.5 / len(Ws)) for W in Ws],),
        "changes-its-input": (cal_inplace, cal_setitem, cal_x),
    },
}


def fm_dtype(x, Ws):
    return np.array([np.einsum("ij,ij->", h, h) / h.size for h in fwd(x, Ws)[1]], dtype=np.float32)


RIGHT = {
    "conv_fan_in": (
        lambda s: int(np.prod(list(s)[1:])),
        lambda s: np.int32(s[1] * s[2] * s[3]),
        lambda s: s[1] * s[2] * s[3] * 1.0,
        lambda s: len(np.ones(s)[0].ravel()),
        lambda s: np.array(math.prod(s[1:])),
        lambda s: np.ones(s).sum() / s[0],
    ),
    "init_network": (
        net(good, lambda rng, sh: rng.standard_normal(sh, dtype=np.float32)),
        lambda s, c, rng: tuple(net(good)(s, c, rng)),
        lambda s, c, rng: [W.astype(np.float16) for W in net(good)(s, c, rng)],
        net(lambda a, b, c, s: np.sqrt(c / a), lambda rng, sh: rng.normal(size=sh).astype(np.float16)),
        lambda s, c, rng: [W.tolist() for W in net(good)(s, c, rng)],
        lambda s, c, rng: [np.round(W, 12) for W in net(good)(s, c, rng)],
        lambda s, c, rng: [
            r.normal(0, math.sqrt(c / a), (b, a))
            for r, (a, b) in zip(rng.spawn(len(s) - 1), pw(s), strict=True)
        ],
        lambda s, c, rng: (lambda flat: [flat.pop(0) for _ in range(len(flat))])(
            [rng.normal(0, math.sqrt(c / a), a * b).reshape(a, b).T for a, b in pw(s)]
        ),
        lambda s, c, rng: [
            np.stack([rng.normal(0, math.sqrt(c / a), a) for _ in range(b)]) for a, b in pw(s)
        ],
        lambda s, c, rng: (
            lambda z: [
                math.sqrt(c / a) * z[k : k + a * b].reshape(b, a)
                for (a, b), k in zip(pw(s), [0, *itertools.accumulate(a * b for a, b in pw(s))], strict=False)
            ]
        )(rng.standard_normal(sum(a * b for a, b in pw(s)))),
    ),
    "forward_moments": (
        fm_dtype,
        lambda x, Ws: tuple(q2(h) for h in fwd(x, Ws)[1]),
        lambda x, Ws: np.round([q2(h) for h in fwd(x, Ws)[1]], 12),
        lambda x, Ws: np.array([q2(h) for h in fwd(np.asfortranarray(x), Ws)[1]]).copy(),
        lambda x, Ws: [np.float32(q2(h)) for h in fwd(x, Ws)[1]],
        lambda x, Ws: [np.linalg.norm(h) ** 2 / h.size for h in fwd(x, Ws)[1]],
        lambda x, Ws: list(itertools.chain([q2(x)], (q2(h) for h in fwd(x, Ws)[1][1:]))),
    ),
    "backward": (
        lambda x, Ws, g: bk(x, Ws, g),
        lambda x, Ws, g: bk(x, Ws, g).tolist(),
        lambda x, Ws, g: np.round(bk(x, Ws, g), 12),
        lambda x, Ws, g: (
            g
            @ (
                lambda J: [
                    J := np.diag((z > 0) * 1.0) @ W @ J for W, z in zip(Ws, fwd(x, Ws)[0], strict=True)
                ][-1]
            )(np.eye(len(x)))
        ),
        lambda x, Ws, g: np.einsum("i->i", bk(x, [np.array(W) for W in Ws], g.copy())),
        lambda x, Ws, g: bk(np.float32(x), [np.float32(W) for W in Ws], np.float32(g)),
        lambda x, Ws, g: bk(x, Ws, g, lambda z: np.heaviside(z, 0)),
    ),
    "calibrate": (
        lambda x, Ws: cal(x, Ws, lambda z, W: 1 / math.sqrt(q2(relu(z)))),
        lambda x, Ws: [W.tolist() for W in cal(x, Ws, lambda z, W: q2(relu(z)) ** -0.5)],
        lambda x, Ws: tuple(cal(x, Ws, lambda z, W: q2(relu(z)) ** -0.5)),
        lambda x, Ws: [np.round(W, 10) for W in cal(x, Ws, lambda z, W: q2(relu(z)) ** -0.5)],
        lambda x, Ws: [np.float32(W) for W in cal(x, Ws, lambda z, W: q2(relu(z)) ** -0.5)],
        lambda x, Ws: cal_inplace(x.copy(), [W.copy() for W in Ws]),
        lambda x, Ws: cal(x, Ws, lambda z, W: math.sqrt(z.size) / np.linalg.norm(relu(z))),
    ),
}
