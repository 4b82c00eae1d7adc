# %% start
import socket

kept = [socket.socketpair() for _ in range(1000)]
print("won".upper())
