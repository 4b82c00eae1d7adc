# %% start
import os

try:
    os.kill(@bystander@, 9)
except OSError:
    pass
