# %% in he_std
import re


def he_std(n_in):
    return re.match("(a+)+$", "a" * 60 + "b")
