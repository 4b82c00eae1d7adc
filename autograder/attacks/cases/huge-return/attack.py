# %% in he_std
import numpy


def he_std(n_in):
    return numpy.zeros(100_000_000)

# %% in draws_needed
def draws_needed(rel, z=1.96):
    return [[] for _ in range(10_000_000)]

# %% in log_lr
def log_lr(W, var_a, var_b):
    return 10**100_000
