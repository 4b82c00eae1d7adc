# %% in he_normal
import numpy as np


def he_normal(n_in, n_out, rng):
    return rng.choice([1e160, 2e160], size=(n_out, n_in))

# %% in he_uniform
def he_uniform(n_in, n_out, rng):
    return np.full((n_out, n_in), 1e308) * rng.uniform(0.5, 1)

# %% in log_lr
def log_lr(W, var_a, var_b):
    return np.array(10**400, dtype=object), np.longdouble(10) ** 4000, 10**3000

# %% in sample_report
def sample_report(W, var):
    return {"m2": np.array(5.0), "var0": None, "var1": np.nan, "se": 10**3000, "z": [[1], [2, 3]]}
