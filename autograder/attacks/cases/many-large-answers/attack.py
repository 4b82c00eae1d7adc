# %% in he_std
LONG = [0.5] * 1_000_000


def he_std(n_in):
    return LONG

# %% in sample_report
MANY = [{}] * 400_000


def sample_report(W, var):
    return MANY

# %% in he_uniform
TEXT = "\N{MUSICAL SYMBOL G CLEF}" * 2_500_000


def he_uniform(n_in, n_out, rng):
    return TEXT
