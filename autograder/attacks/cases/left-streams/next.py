# %% start
import os

for fd in (0, 1, 2):
    if os.readlink(f"/proc/self/fd/{fd}") != "/dev/null":
        print("won".upper())
