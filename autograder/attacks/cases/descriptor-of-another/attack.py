# %% start
import ctypes
import os
import signal

child = os.fork()
if child == 0:
    signal.pause()
libc = ctypes.CDLL(None)
if libc.syscall(438, libc.syscall(434, child, 0), 0, 0) >= 0:
    print("won".upper())
os.kill(child, signal.SIGKILL)
