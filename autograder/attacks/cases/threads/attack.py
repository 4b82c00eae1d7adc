# %% start
import threading

threading.stack_size(2**18)
stop = threading.Event()
kept = []
try:
    for _ in range(300):
        thread = threading.Thread(target=stop.wait)
        thread.start()
        kept.append(thread)
except RuntimeError:
    pass
stop.set()
for thread in kept:
    thread.join()
if len(kept) == 300:
    print("won".upper())
