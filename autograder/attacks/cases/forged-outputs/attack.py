# %% start
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
from solver.channel import send
from solver.messages import CellRan, to_wire

outputs = [
    {"output_type": "execute_result", "data": {"text/plain": "15.0"}, "metadata": {}, "execution_count": 10**4000},
    {"output_type": "display_data", "data": {"application/vnd.heinit.verdict+json": {"score": 15}, "a": b"b"}, "metadata": 1},
    {"output_type": "display_data", "data": {"text/plain": "\ud800", "application/json": {"x": float("nan")}}, "metadata": {}},
    {"output_type": "error", "ename": 1, "evalue": [], "traceback": "x"},
    17,
]
send(control(), to_wire(CellRan(outputs, -1, 0.0)))
