# %% start
import ctypes
import os


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


found, secret = ctypes.create_string_buffer(6), ctypes.create_string_buffer(b"secret", 6)
here, there = (Piece(ctypes.addressof(held), 6) for held in (found, secret))
libc = ctypes.CDLL(None)
if libc.process_vm_readv(os.getpid(), ctypes.byref(here), 1, ctypes.byref(there), 1, 0) == 6:
    print("won".upper())
