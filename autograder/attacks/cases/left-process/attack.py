# %% start
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv("/bin/sleep", ["left-by-another", "20"])
    os._exit(0)
time.sleep(0.5)
