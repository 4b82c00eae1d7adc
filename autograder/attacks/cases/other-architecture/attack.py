# %% start
import ctypes
import mmap
import os
import platform

if platform.machine() == "x86_64" and os.fork() == 0:
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(bytes.fromhex("b814000000cd80c3"))  # getpid by int 0x80
    call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
    open("number", "w").write(str(call()))
    os._exit(0)
elif platform.machine() == "x86_64":
    os.wait()
    if os.path.exists("number") and int(open("number").read()) > 0:
        print("won".upper())
