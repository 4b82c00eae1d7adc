# %% in sample_report
def sample_report(W, var):
    return {"m" * 2_000_000: 1.0}

# %% in he_std
def he_std(n_in):
    return {("s" * 2_000_000,): 1.0}
