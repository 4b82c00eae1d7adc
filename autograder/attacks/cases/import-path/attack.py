# %% start
for folder in ("/course", "/", "/etc", "/dev"):
    try:
        open(folder + "/statistics_of_mine.py", "w").write("print('won'.upper())")
    except OSError:
        pass
