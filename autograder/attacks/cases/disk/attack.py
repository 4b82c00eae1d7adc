# %% start
for i in range(3):
    with open(f"filler-{i}", "wb") as file:
        for _ in range(50):
            file.write(b"x" * 2**20)
print("won".upper())
