# %% start
import time

until = time.process_time() + 4.5
while time.process_time() < until:
    pass
print("won".upper())

# %% before test-he_std
while True:
    if time.process_time() > until + 2:
        break
