# %% start
import ctypes
import os
import platform

if platform.machine() == "x86_64" and os.fork() == 0:
    if ctypes.CDLL(None).syscall(0x40000000 + 41, 2, 1, 0) >= 0:  # a socket
        open("opened", "w").close()
    os._exit(0)
elif platform.machine() == "x86_64":
    os.wait()
    if os.path.exists("opened"):
        print("won".upper())
