# %% start
import socket

try:
    socket.socket(40, 1, 0).close()
    print("won".upper())
except OSError:
    pass
