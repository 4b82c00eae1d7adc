# %% start
import os
import subprocess

for program in ("/bin/su", "/usr/bin/sudo", "/usr/bin/newgrp", "/bin/mount"):
    if os.path.exists(program):
        done = subprocess.run([program, "--version"], capture_output=True, stdin=subprocess.DEVNULL)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
if int(status["CapEff"], 16) or status["NoNewPrivs"].strip() != "1" or os.getuid() == 0:
    print("won".upper())
try:
    os.setuid(0)
    print("won".upper())
except OSError:
    pass
