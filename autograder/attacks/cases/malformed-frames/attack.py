# %% before test-he_std
import fcntl
import gc
import json
import os
import struct


def control():
    """The end of a pipe through which this process answers."""
    for value in gc.get_objects():
        if type(value).__name__ == "PipeEnd" and value.fileno() > 2:
            if fcntl.fcntl(value.fileno(), fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY:
                return value


control().sendall(struct.pack("!QQ", 2**63, 2**63))

# %% before test-he_normal
import fcntl
import gc
import json
import os
import struct


def control():
    """The end of a pipe through which this process answers."""
    for value in gc.get_objects():
        if type(value).__name__ == "PipeEnd" and value.fileno() > 2:
            if fcntl.fcntl(value.fileno(), fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY:
                return value


text = json.dumps({"a": ["O", [2**62, 2**62]]}).encode()
control().sendall(struct.pack("!QQ", len(text), 0) + text)

# %% before test-log_lr
import fcntl
import gc
import json
import os
import struct


def control():
    """The end of a pipe through which this process answers."""
    for value in gc.get_objects():
        if type(value).__name__ == "PipeEnd" and value.fileno() > 2:
            if fcntl.fcntl(value.fileno(), fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY:
                return value


text = b"[" * 1_000_000
control().sendall(struct.pack("!QQ", len(text), 0) + text)
