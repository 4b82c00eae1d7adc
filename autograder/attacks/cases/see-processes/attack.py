# %% start
import os

if len([name for name in os.listdir("/proc") if name.isdigit()]) > 3:
    print("won".upper())
