# %% before test-he_std
import gc
import json
import socket
import struct


def control():
    """The socket on which the solver takes orders."""
    for value in gc.get_objects():
        if isinstance(value, socket.socket) and value.fileno() > 2:
            return value


control().sendall(struct.pack("!QQ", 2**63, 2**63))

# %% before test-he_normal
import gc
import json
import socket
import struct


def control():
    """The socket on which the solver takes orders."""
    for value in gc.get_objects():
        if isinstance(value, socket.socket) and value.fileno() > 2:
            return value


text = json.dumps({"a": ["O", [2**62, 2**62]]}).encode()
control().sendall(struct.pack("!QQ", len(text), 0) + text)

# %% before test-log_lr
import gc
import json
import socket
import struct


def control():
    """The socket on which the solver takes orders."""
    for value in gc.get_objects():
        if isinstance(value, socket.socket) and value.fileno() > 2:
            return value


text = b"[" * 1_000_000
control().sendall(struct.pack("!QQ", len(text), 0) + text)
