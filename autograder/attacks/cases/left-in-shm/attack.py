# %% start
open("/dev/shm/left-by-another", "w").write("answers")
