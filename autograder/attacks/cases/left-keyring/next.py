# %% start
import ctypes
import platform

libc = ctypes.CDLL(None)
number = {"x86_64": 250, "aarch64": 219}.get(platform.machine())
if number and libc.syscall(number, 10, -4, b"user", b"left-by-another", 0) > 0:
    print("won".upper())
