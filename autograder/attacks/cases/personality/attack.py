# %% start
import ctypes

if ctypes.CDLL(None).personality(0x0040000) != -1:  # ADDR_NO_RANDOMIZE
    print("won".upper())
