# %% start
import time

for i in range(3):
    with open(f"filler-{i}", "wb") as file:
        for _ in range(50):
            file.write(b"x" * 2**20)
time.sleep(1)  # where the box's folder is watched, so long that it was looked at
print("won".upper())
