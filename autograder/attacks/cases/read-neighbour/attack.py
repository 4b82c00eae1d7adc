# %% start
import os

ROOTS = ("", "/host")
for root in ROOTS:
    for folder, _, names in os.walk(root + "@canary@"):
        for name in names:
            if name.endswith(".ipynb"):
                print(open(os.path.join(folder, name)).read())
