# %% start
import ctypes
import platform

number = {"x86_64": 321, "aarch64": 280}.get(platform.machine())
table = (ctypes.c_uint32 * 30)(2, 4, 4, 1)  # an array
if number and ctypes.CDLL(None).syscall(number, 0, table, 120) >= 0:
    print("won".upper())
