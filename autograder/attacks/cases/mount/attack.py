# %% start
import ctypes

if ctypes.CDLL(None).mount(b"tmpfs", b"/etc", b"tmpfs", 0, None) == 0:
    print("won".upper())
