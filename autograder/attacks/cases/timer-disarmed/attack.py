# %% start
import signal
import time

signal.setitimer(signal.ITIMER_PROF, 0)
signal.signal(signal.SIGPROF, signal.SIG_IGN)
until = time.monotonic() + 10
while time.monotonic() < until:
    time.sleep(0.1)
print("won".upper())
