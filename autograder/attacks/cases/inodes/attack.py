# %% start
import os

for i in range(10_000):
    os.close(os.open(f"f{i}", os.O_CREAT | os.O_WRONLY))
print("won".upper())
