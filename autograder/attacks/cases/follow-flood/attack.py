# %% in he_std
def he_std(n_in):
    return 1.0

# %% in he_normal
def he_normal(n_in, n_out, rng):
    many = np.ones(4_000_000, np.int8)
    for _ in range(100):
        he_std(many)
    return many

# %% in he_uniform
def he_uniform(n_in, n_out, rng):
    return he_normal(30_000, 30_000, rng)[:n_out, :n_in]
