# %% start
from IPython.display import display

for _ in range(400):
    display({"text/plain": "x" * 10_000}, raw=True)
display({"text/plain": "y" * 1_000 + "z"}, raw=True)
