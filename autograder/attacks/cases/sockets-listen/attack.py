# %% start
import socket

try:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("meeting")
        server.listen()
    print("won".upper())
except OSError:
    pass
