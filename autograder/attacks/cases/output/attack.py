# %% start
for _ in range(4_000):
    print("x" * 999)
print("y" * 1_000 + "z")
