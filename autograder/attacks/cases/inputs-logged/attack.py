# %% in he_std
SEEN = []


def he_std(n_in):
    SEEN.append(n_in)
    return 1.0

# %% end
if len(SEEN) > 5:
    print("won".upper(), SEEN)
