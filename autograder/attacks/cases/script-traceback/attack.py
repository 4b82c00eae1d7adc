# %% in he_std
def he_std(n_in):
    raise type("<img src=x onerror=alert(1)>", (Exception,), {})("<script>alert(2)</script>")

# %% start
raise type("<img src=x onerror=alert(1)>", (Exception,), {})("<script>alert(2)</script>")
