# %% start
import ctypes
import platform

number = {"x86_64": 323, "aarch64": 282}.get(platform.machine())
if number and ctypes.CDLL(None).syscall(number, 1) >= 0:
    print("won".upper())
