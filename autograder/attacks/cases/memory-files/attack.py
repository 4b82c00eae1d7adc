# %% start
import ctypes

if ctypes.CDLL(None).memfd_create(b"kept", 0) >= 0:
    print("won".upper())
