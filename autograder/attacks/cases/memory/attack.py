# %% start
kept = [b"x" * 2**20 for _ in range(400)]
print("won".upper(), len(kept))
