# %% start
import os

try:
    os.setpriority(os.PRIO_PROCESS, 0, 19)
    print("won".upper())
except OSError:
    pass
