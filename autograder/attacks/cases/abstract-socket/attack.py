# %% start
from pathlib import Path

lines = Path("/proc/net/unix").read_text().splitlines()[1:]
tcp = Path("/proc/net/tcp").read_text()
if f"{@port@:04X}" in tcp:
    print("won".upper())
