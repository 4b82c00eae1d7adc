# %% start
ROOTS = ("", "/host")
for root in ROOTS:
    try:
        open(root + "@canary@/gradebook.db", "w").write("attacker 15")
    except OSError:
        pass
