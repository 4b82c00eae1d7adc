# %% start
import ctypes

libc = ctypes.CDLL(None)
if libc.shmget(61803, 4096, 0o1666) >= 0:
    raise RuntimeError("somebody was here before")
libc.shmget(61803, 4096, 0o1666 | 0o1000)
