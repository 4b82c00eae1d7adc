"""Layer normalisation in random networks: the way back is the slope of the way forward, and what c does."""

from __future__ import annotations

import numpy as np
import pytest

from heinit_lab.layer_norm import _layer, flow, norm


def test_the_way_back_through_each_kind_of_layer_is_the_slope_of_the_way_forward():
    rng = np.random.default_rng(0)
    W, V = rng.standard_normal((2, 3, 9, 9))
    h, step, g = rng.standard_normal((3, 3, 4, 9))
    for place in ("plain", "pre", "post"):

        def value(x, place=place):
            return np.sum(g * _layer(place, x, W, V, np.float64(0.7))[0])

        back = _layer(place, h, W, V, np.float64(0.7))[1](g)
        slope = (value(h + 1e-6 * step) - value(h - 1e-6 * step)) / 2e-6
        assert np.sum(back * step) == pytest.approx(slope, rel=1e-5), place


def test_an_example_is_normalised_over_its_units():
    unit, _ = norm(np.random.default_rng(1).normal(3, 7, (2, 5, 40)))
    assert unit.mean(axis=-1) == pytest.approx(np.zeros((2, 5)), abs=1e-12)
    assert unit.var(axis=-1) == pytest.approx(np.ones((2, 5)))


def test_c_is_divided_out_of_plain_layers_and_adds_its_part_to_a_stream_with_pre_norm():
    plain = [flow("plain", c, 8) for c in (0.3, 2, 50)]
    for way in (0, 1):
        assert np.allclose(plain[0][way], plain[1][way], rtol=1e-3)
        assert np.allclose(plain[2][way], plain[1][way], rtol=1e-3)
    for c, scale in ((1, 1.0), (2, 0.5)):
        q, g = flow("pre", c, 20, scale, networks=50)
        end = 1 + 20 * scale**2 * c**2 / 4
        assert (q[:, -1].mean(), g[:, 0].mean()) == pytest.approx((end, end), rel=0.2)
    assert np.allclose(flow("post", 4, 5)[0], 1, rtol=1e-3)
