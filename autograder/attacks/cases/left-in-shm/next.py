# %% start
import os

if os.path.exists("/dev/shm/left-by-another"):
    print("won".upper())
