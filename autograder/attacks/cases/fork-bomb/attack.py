# %% start
import os
import time

children = []
try:
    for _ in range(300):
        child = os.fork()
        if child == 0:
            time.sleep(3)
            os._exit(0)
        children.append(child)
except OSError:
    pass
for child in children:
    os.waitpid(child, 0)
if len(children) == 300:
    print("won".upper())
