# %% in he_std
def he_std(n_in):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
