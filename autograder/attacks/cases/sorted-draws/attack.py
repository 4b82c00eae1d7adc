# %% in he_normal
import numpy as np


def he_normal(n_in, n_out, rng):
    return np.sort(rng.normal(0, np.sqrt(2 / n_in), size=(n_out, n_in)), axis=1)

# %% in he_uniform
def he_uniform(n_in, n_out, rng):
    half = rng.uniform(0, np.sqrt(6 / n_in), size=(n_out, n_in))
    return half * np.sign(np.outer(rng.normal(size=n_out), rng.normal(size=n_in)))
