# %% in he_std
import os

READ, WRITE = os.pipe()
os.set_blocking(READ, False)
os.set_blocking(WRITE, False)


def he_std(n_in):
    os.write(WRITE, f"{n_in} ".encode())
    return 1.0

# %% end
try:
    seen = os.read(READ, 65536).split()
except BlockingIOError:
    seen = []
if len(seen) > 5:
    print("won".upper(), seen)
