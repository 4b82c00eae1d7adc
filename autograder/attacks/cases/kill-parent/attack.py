# %% before he_std
import os

# %% in he_std
import os


def he_std(n_in):
    os.kill(os.getppid(), 9)
