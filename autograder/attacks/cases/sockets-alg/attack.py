# %% start
import socket

try:
    socket.socket(38, 5, 0).close()
    print("won".upper())
except OSError:
    pass
