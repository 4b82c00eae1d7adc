# %% before he_std
import os

# %% in he_std
import os


def he_std(n_in):
    import ctypes

    ctypes.string_at(0)
