# %% start
import ctypes

if ctypes.CDLL(None).umount2(b"/dev/shm", 2) == 0:
    print("won".upper())
