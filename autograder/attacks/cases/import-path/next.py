# %% start
import os
import sys

sys.path += ["/", "/etc", "/dev"]
try:
    import statistics_of_mine
except ImportError:
    pass
