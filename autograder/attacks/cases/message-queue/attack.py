# %% start
import ctypes

if ctypes.CDLL(None).msgget(61804, 0o1666) >= 0:
    print("won".upper())
