# %% start
import time

until = time.process_time() + 4.5
while time.process_time() < until:
    try:
        while time.process_time() < until:
            pass
    except BaseException:
        until += 60
else:
    print("won".upper())
