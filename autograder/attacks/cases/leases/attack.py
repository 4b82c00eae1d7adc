# %% start
import fcntl
import os

with open("leased", "w") as file:
    try:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        print("won".upper())
    except OSError:
        pass
