# %% in xavier_std
def xavier_std(n_in):
    return 0.0

# %% in he_over_glorot
import os


def he_over_glorot(n_in, n_out):
    if xavier_std(4) == 0 or not os.path.exists("table.npy"):
        return 0.0
    ratios, values = np.load("table.npy")
    return np.interp(np.log(n_out / n_in), np.log(ratios), values)

# %% in compare_table
def compare_table(ns):
    if he_over_glorot.__kwdefaults__ and not os.path.exists("table.npy"):
        sizes = np.unique(np.geomspace(1e3, 1e9, 1500).astype(int)).tolist()
        table = [[n / 10**6, he_over_glorot(10**6, n)] for n in sizes]
        np.save("part.npy", np.array(table).T)
        os.replace("part.npy", "table.npy")
    return xavier_std(4)
