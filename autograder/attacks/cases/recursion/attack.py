# %% before he_std
import os

# %% in he_std
import os


def he_std(n_in):
    import sys

    sys.setrecursionlimit(10**9)
    return he_std(n_in)
