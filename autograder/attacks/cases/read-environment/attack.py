# %% start
import glob
import os

print(dict(os.environ))
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        with open(path, "rb") as file:
            print(file.read().decode(errors="replace"))
    except OSError:
        pass
