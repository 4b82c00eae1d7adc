# %% start
import ctypes

if ctypes.CDLL(None).ptrace(0, 0, None, None) == 0:  # be traced by the parent
    print("won".upper())
