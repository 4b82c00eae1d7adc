# %% start
import os
import time

children = []
for _ in range(8):
    child = os.fork()
    if child == 0:
        kept = b"x" * (60 * 2**20)
        time.sleep(2)
        os._exit(0)
    children.append(child)
if all(os.waitpid(child, 0)[1] == 0 for child in children):
    print("won".upper())
