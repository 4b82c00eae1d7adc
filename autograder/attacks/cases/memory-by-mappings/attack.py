# %% start
import os

kept = []
for _ in range(10):
    fd = os.memfd_create("kept")
    for _ in range(40):
        os.write(fd, b"x" * 2**20)
    kept.append(fd)
print("won".upper())
