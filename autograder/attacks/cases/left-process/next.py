# %% start
import os

for name in os.listdir("/proc"):
    try:
        if name.isdigit() and open(f"/proc/{name}/cmdline").read().startswith("left-by-another"):
            print("won".upper())
    except OSError:
        pass
