"""Chance against the walls: `heinit bench fuzz [--seconds 600] [--seed N]`.

Half of the time, what a solver might send: answers with bytes changed, cut, doubled and put in, and trees
of JSON made at random, are read as the judge reads them. Each read is to end in a value or a ChannelError,
within bounds of time and memory.

The other half, in each kind of sandbox: processes that make system calls at random, with random arguments,
each in a box of its own, one box after the other. After each box nothing of it is to be left, the canaries
are to be whole, and the next box is to work.

Prints what was tried, and each finding with the seed that repeats it. Exits with 1 where there is one.
"""

import argparse
import json
import os
import random
import resource
import struct
import sys
import time
from contextlib import suppress
from typing import Any

import numpy as np

from autograder.attacks.run import Canaries, descendants
from autograder.judge.outputs import cell_number, clean
from autograder.judge.proxy import seconds_of
from autograder.sandbox.choice import open_sandbox
from autograder.sandbox.kinds import KINDS
from autograder.sandbox.limits import Limits
from autograder.sandbox.sandbox import Sandbox
from autograder.solver.channel import ChannelError, frame, receive, send
from autograder.solver.messages import CallAnswer, CellRan, Mentions, NamesBound, RunCell, from_wire, to_wire
from autograder.solver.pipes import pipe

SLOW = 20.0  # seconds that a read may take; the largest message takes three
MOST = 2 * 2**30  # bytes that this process may hold
LIMITS = Limits(memory=512 * 2**20, processes=24, cell_seconds=20, seconds=40)
STDOUT = {"output_type": "stream", "name": "stdout"}
HEAD = struct.Struct("!QQ")
PIECES = [b"[", b"]", b"-1", b"1e999", b"9" * 50, b'"', b"{", b"null", b","]
# every child makes calls until an alarm or a call ends it; calls that end or stop it at once are left out
CALLS = """
import ctypes, os, random, signal, time
libc = ctypes.CDLL(None)
until = time.monotonic() + {seconds}
chance = random.Random({seed})
while time.monotonic() < until:
    seed = chance.random()
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        draw = random.Random(seed)
        room = ctypes.create_string_buffer(4096)
        here = ctypes.addressof(room)
        values = [0, 1, 2, 3, 7, -1, 16, 4096, 2**31 - 1, 2**31, 2**32, 2**63 - 1, here, here + 4095, 0o777]
        for _ in range(300):
            room.raw = draw.choice([bytes(4096), b"./x" + bytes(4093), draw.randbytes(4096)])
            number = draw.randrange(480) + draw.choice((0, 0, 0, 2**30))
            if number in (34, 60, 130, 231):  # ends, and waits without end
                continue
            arguments = (draw.choice((*values, draw.getrandbits(draw.choice((5, 32, 63))))) for _ in range(6))
            libc.syscall(number, *map(ctypes.c_long, arguments))
        os._exit(0)
    try:
        os.waitpid(child, 0)
    except OSError:
        pass
print("done")
"""


def main() -> None:
    """Fuzz for so many seconds, and print what was found."""
    parser = argparse.ArgumentParser(prog="heinit bench fuzz")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    findings = _messages(options.seconds / 2, options.seed)
    for kind in KINDS:
        findings += _calls(kind, options.seconds / 2 / len(KINDS), options.seed)
    print("\n".join(findings) or "nothing found")
    sys.exit(bool(findings))


def _messages(seconds: float, seed: int) -> list[str]:
    """Read damaged messages for so many seconds. Returns the findings."""
    until, findings, count, taken = time.monotonic() + seconds, [], 0, 0
    while time.monotonic() < until:
        chance = random.Random(f"{seed} {count}")
        content = _damaged(chance)
        start = time.monotonic()
        try:
            taken += _read(content)
        except ChannelError:
            pass
        except Exception as error:
            findings.append(f"message {seed} {count}: {error!r:.200}")
        if time.monotonic() - start > SLOW:
            findings.append(f"message {seed} {count}: it took {time.monotonic() - start:.0f} s")
        held = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if held > MOST:
            return [*findings, f"message {seed} {count}: {held // 2**20} MiB"]
        count += 1
    print(f"{count} messages read, {taken} of them taken, {held // 2**20} MiB at most", flush=True)
    return findings


def _damaged(chance: random.Random) -> bytes:
    """A message of a solver's, with what chance did to it."""
    if chance.random() < 0.3:
        text, buffer = json.dumps(_tree(chance, 5)).encode(), chance.randbytes(chance.randrange(200))
        return HEAD.pack(len(text), len(buffer)) + text + buffer
    message = chance.choice(
        [
            CellRan([STDOUT | {"text": "x" * chance.randrange(99)}], 3, 0.1),
            NamesBound(["f"], {"a": np.ones((chance.randrange(9), 3)), "b": 2**99, 3: "x"}),
            CallAnswer(
                np.random.default_rng(1), None, "", [True, {"k": 1j}], [(0, 1)], False, [], 0.1, 0.1, False
            ),
            Mentions(["relu"]),
        ]
    )
    content = bytearray(frame(to_wire(message)))
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(len(content))
        match chance.randrange(5):
            case 0:
                content[at] = chance.randrange(256)
            case 1:
                del content[at : at + chance.randrange(20)]
            case 2:
                content[at:at] = content[at : at + chance.randrange(60)]
            case 3:
                content[at:at] = chance.choice(PIECES)
            case _:
                length = chance.getrandbits(chance.choice((6, 20, 40, 63)))
                content[:16] = HEAD.pack(length, chance.randrange(999))
        content = content or bytearray(b"x")
    return bytes(content)


def _tree(chance: random.Random, depth: int) -> Any:
    """A value of JSON, often in the channel's own words."""
    words = ["CallAnswer", "CellRan", "NamesBound", "array", "list", "dict", "tuple", "str", "<f8"]
    words += ["rng", "", "int"]
    if depth == 0 or chance.random() < 0.4:
        return chance.choice([None, True, 0, -1, 2**70, 1.5, chance.randrange(300), chance.choice(words)])
    if chance.random() < 0.8:
        return [_tree(chance, depth - 1) for _ in range(chance.randrange(5))]
    return {chance.choice(words): _tree(chance, depth - 1) for _ in range(chance.randrange(4))}


def _read(content: bytes) -> int:
    """Read a message, and look at its fields as the judge does. Returns 1. Raises ChannelError."""
    reads, writes = pipe()
    with reads:
        with writes:
            writes.settimeout(SLOW)
            with suppress(TimeoutError):
                writes.sendall(content[:60_000])  # a pipe holds so much
        message: Any = from_wire(receive(reads, seconds=SLOW), CellRan, NamesBound, CallAnswer, Mentions)
    if isinstance(message, CellRan):
        json.dumps(clean(message.outputs)[0])
        cell_number(message.count)
        seconds_of(message.seconds)
    return 1


def _calls(kind: str, seconds: float, seed: int) -> list[str]:
    """Make system calls at random in boxes of this kind for so many seconds. Returns the findings."""
    findings: list[str] = []
    sandbox = open_sandbox(LIMITS, kind)
    before = len(descendants(os.getpid()))
    boxes, until = 0, time.monotonic() + seconds
    with Canaries() as canaries:
        before += 1  # the bystander
        while time.monotonic() < until:
            label = f"calls {kind} {seed} {boxes}"
            with sandbox.box() as box, suppress(ChannelError):
                source = CALLS.format(seconds=min(10, seconds), seed=seed + boxes)
                send(box.orders, to_wire(RunCell(source, 20)), seconds=40)
                receive(box.answers, seconds=40)
            findings += [f"{label}: {what}" for what in canaries.reached()]
            if not _works(sandbox):
                findings.append(f"{label}: the next box does not work")
            if (left := len(descendants(os.getpid())) - before) > 0:
                findings.append(f"{label}: {left} processes are left")
            boxes += 1
    sandbox.close()
    print(f"{kind}: {boxes} boxes", flush=True)
    return findings


def _works(sandbox: Sandbox) -> bool:
    """Whether a fresh box runs a cell, whatever the one before it did."""
    with sandbox.box() as box:
        send(box.orders, to_wire(RunCell("print(6 * 7)", 10)), seconds=20)
        ran: CellRan = from_wire(receive(box.answers, seconds=20), CellRan)
    return ran.outputs == [STDOUT | {"text": "42\n"}]
