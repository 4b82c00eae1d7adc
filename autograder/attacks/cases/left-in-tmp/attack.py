# %% start
for folder in ("/tmp", "/box", "."):
    try:
        open(folder + "/left-by-another", "w").write("answers")
    except OSError:
        pass
