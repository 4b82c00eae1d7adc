# %% start
import ctypes
import errno

libc = ctypes.CDLL(None, use_errno=True)
libc.ioctl(0, 0x5412, b"x")  # of what is no terminal: the kernel would say so
if ctypes.get_errno() == errno.ENOTTY:
    print("won".upper())
