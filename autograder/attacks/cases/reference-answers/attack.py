# %% in he_std
from heinit_solutions.worked_examples import he_std

# %% in log_lr
from heinit_solutions.worked_examples import log_lr
