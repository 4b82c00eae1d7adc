# %% start
import ctypes

parameters = ctypes.create_string_buffer(256)
if ctypes.CDLL(None).syscall(425, 1, parameters) >= 0:
    print("won".upper())
