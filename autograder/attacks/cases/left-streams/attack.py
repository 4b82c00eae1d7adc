# %% start
import os

os.write(2, b"answers" * 20_000)
os.write(1, b"answers")
