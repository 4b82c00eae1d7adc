# %% start
import socket

for family in range(3, 46):
    for kind in (1, 2, 3, 5):
        try:
            socket.socket(family, kind).close()
            print("won".upper(), family)
        except OSError:
            pass
