# %% start
import ctypes

libc = ctypes.CDLL(None)
found = libc.shmget(61803, 4096, 0o666)
if found >= 0:
    print("won".upper())
    libc.shmctl(found, 0, None)
