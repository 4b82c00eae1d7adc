# %% in he_std
def he_std(n_in):
    value = []
    for _ in range(100_000):
        value = [value]
    return value

# %% in sample_report
def sample_report(W, var):
    value = {}
    value["self"] = value
    return value
