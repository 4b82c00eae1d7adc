# %% in he_std
SEEN = []


def he_std(n_in):
    SEEN.append(In[-1])
    return 0.0

# %% end
print([part for text in SEEN for part in text.split() if part.startswith("grade(")])
