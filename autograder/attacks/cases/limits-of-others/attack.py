# %% start
import ctypes
import os
import signal

child = os.fork()
if child == 0:
    signal.pause()
limits = (ctypes.c_uint64 * 2)(1, 1)
if ctypes.CDLL(None).prlimit(child, 7, limits, None) == 0:  # open files
    print("won".upper())
os.kill(child, signal.SIGKILL)
