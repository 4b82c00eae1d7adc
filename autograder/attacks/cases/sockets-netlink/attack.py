# %% start
import socket

try:
    socket.socket(16, 3, 0).close()
    print("won".upper())
except OSError:
    pass
