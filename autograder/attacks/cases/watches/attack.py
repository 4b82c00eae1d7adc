# %% start
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
if max(libc.inotify_init1(0), libc.inotify_init()) >= 0:
    print("won".upper())
