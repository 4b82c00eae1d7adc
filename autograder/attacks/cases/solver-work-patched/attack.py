# %% start
import sys

work = sys.modules.get("solver.work")
if work is not None:
    work._fork = lambda questions, session, order: work.serve(questions, session.namespace)

# %% in he_std
SEEN = []


def he_std(n_in):
    SEEN.append(n_in)
    return 0.0

# %% end
print(len(SEEN))
