"""Lesson 5: wrong, and none of the mistakes that have a name."""

from __future__ import annotations

import math
from itertools import pairwise as pw

import numpy as np

from tests.variants.further.very_deep_networks import bk, cal, fwd, good, net, q2, relu

UNNAMED = {
    "conv_fan_in": (
        lambda s: 0,
        lambda s: 1,
        lambda s: 75,
        lambda s: 2 * s[1] * s[2] * s[3],
        lambda s: math.sqrt(s[1] * s[2] * s[3]),
        lambda s: s[2],
        lambda s: s[0] * s[3],
        lambda s: s,
    ),
    "init_network": (
        lambda s, c, rng: [np.arange(a * b).reshape(b, a) / 1.0 for a, b in pw(s)],
        lambda s, c, rng: [np.zeros((b, a)) for a, b in pw(s)],
        lambda s, c, rng: [np.ones((b, a)) for a, b in pw(s)],
        lambda s, c, rng: [],
        net(lambda a, b, c, s: math.sqrt(c / s[-1])),
        net(lambda a, b, c, s: 0.01),
        net(good, lambda rng, sh: rng.laplace(size=sh) / math.sqrt(2)),
        net(lambda a, b, c, s: math.sqrt(c / a) * 1.05),
        net(good, lambda rng, sh: rng.choice([-1.0, 1.0], sh)),
        lambda s, c, rng: [np.full((b, a), math.sqrt(c / a)) for a, b in pw(s)],
        lambda s, c, rng: net(good)([*s, 3], c, rng),
        lambda s, c, rng: [np.eye(b, a) for a, b in pw(s)],
    ),
    "forward_moments": (
        lambda x, Ws: np.zeros(len(Ws) + 1),
        lambda x, Ws: np.ones(len(Ws) + 1),
        lambda x, Ws: [2 * q2(h) for h in fwd(x, Ws)[1]],
        lambda x, Ws: [np.mean(h**3) for h in fwd(x, Ws)[1]],
        lambda x, Ws: [np.max(h**2) for h in fwd(x, Ws)[1]],
        lambda x, Ws: [np.mean(h > 0) for h in fwd(x, Ws)[1]],
        lambda x, Ws: [],
        lambda x, Ws: [h.mean(axis=0) for h in fwd(x, Ws)[1]],
        lambda x, Ws: [q2(x)] * (len(Ws) + 1),
    ),
    "backward": (
        lambda x, Ws, g: np.zeros(len(x)),
        lambda x, Ws, g: x,
        lambda x, Ws, g: g,
        lambda x, Ws, g: 2 * bk(x, Ws, g),
        lambda x, Ws, g: relu(bk(x, Ws, g)),
        lambda x, Ws, g: bk(x, Ws, g, lambda z: z > -1),
        lambda x, Ws, g: bk(x, Ws[:1], Ws[0] @ x),
        lambda x, Ws, g: bk(-x, Ws, g),
        lambda x, Ws, g: bk(x, Ws, relu(g)),
        lambda x, Ws, g: bk(x, Ws, g)[:, None],
        lambda x, Ws, g: bk(x, Ws, g) / len(x),
        lambda x, Ws, g: bk(x, Ws, g, lambda z: np.where(z > 0, 1, 0.01)),
        lambda x, Ws, g: Ws[0].T @ np.ones(len(Ws[0])),
    ),
    "calibrate": (
        lambda x, Ws: [0 * W for W in Ws],
        lambda x, Ws: [np.ones_like(W) for W in Ws],
        lambda x, Ws: [2 * W for W in Ws],
        lambda x, Ws: cal(x, Ws, lambda z, W: 1 / np.max(relu(z))),
        lambda x, Ws: cal(x, Ws, lambda z, W: -1 / math.sqrt(q2(relu(z)))),
        lambda x, Ws: [W.T for W in cal(x, Ws, lambda z, W: 1 / math.sqrt(q2(relu(z))))],
        lambda x, Ws: [np.sign(W) for W in Ws],
        lambda x, Ws: cal(x, Ws, lambda z, W: 1 / math.sqrt(q2(relu(z[:1])) or 1.0)),
        lambda x, Ws: [],
        lambda x, Ws: [W - W.mean() for W in Ws],
    ),
}
