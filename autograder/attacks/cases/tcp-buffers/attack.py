# %% start
import socket

kept, held = [], 0
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    try:
        server = socket.create_server((address, 0), family=family)
        for _ in range(60):
            sender = socket.create_connection(server.getsockname()[:2])
            sender.setblocking(False)
            kept += [sender, server.accept()[0]]
            while True:
                try:
                    held += sender.send(b"x" * 65536)
                except BlockingIOError:
                    break
    except OSError:
        continue
if held > 20 * 2**20:
    print("won".upper(), held)
