# %% start
import fcntl
import os

read, write = os.pipe()
try:
    fcntl.fcntl(write, 1031, 2**20)
    print("won".upper())
except OSError:
    pass
