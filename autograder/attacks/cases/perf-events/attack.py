# %% start
import ctypes
import platform
import struct

number = {"x86_64": 298, "aarch64": 241}.get(platform.machine())
of_software = ctypes.create_string_buffer(struct.pack("IIQ", 1, 112, 1) + bytes(96))  # counts user code alone
ctypes.memmove(ctypes.addressof(of_software) + 40, struct.pack("Q", 0b1100001), 8)
if number and ctypes.CDLL(None).syscall(number, of_software, 0, -1, -1, 0) >= 0:
    print("won".upper())
