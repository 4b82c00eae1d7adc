# %% before test-log_lr
import os
import signal
import threading
import time


def stop():
    time.sleep(0.3)
    os.kill(os.getpid(), signal.SIGSTOP)


threading.Thread(target=stop).start()

# %% after test-log_lr
text = "@long@"
