# %% in he_std
he_std = {4: 0.5**0.5}

# %% in log_lr
import numpy

log_lr = numpy.random.default_rng(1)

# %% in draws_needed
draws_needed = "grade"
