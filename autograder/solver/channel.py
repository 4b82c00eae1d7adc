"""The channel between solver and judge: data, and nothing but data.

How it works. A message is a frame: two lengths, a JSON text, and a buffer. The JSON says what
the message is made of; text, bytes and arrays lie in the buffer, in the order in which the JSON
names them, each with its size. Nothing is unpickled, no class is looked up by name, and no code
travels.

What may pass: None, bool, int, float, complex, str, bytes, list, tuple, dict, arrays and
scalars of numbers and booleans, and a NumPy Generator as the state of its PCG64, with the seeds
that its children would have. A list, tuple or dict of a class of its own, such as a named tuple,
arrives as a plain one. Whatever else a function returns arrives as `Opaque`, which knows the name
of its type and nothing more.

Whoever reads bounds what it reads, since the other end may belong to a student: the frame's
size before a byte of it is taken; the JSON's size and its number of parts before it is parsed,
since a byte of JSON can become twenty of Python; depth; array elements, and the lengths of empty
arrays, along which somebody may count; keys that are no text (whose hashes can be made to
collide). Messages that are kept together share one `Budget`, or many small ones would do what a
large one may not. No part of the buffer is taken twice. A Generator's state
is range-checked: NumPy takes a state as it is, and a hostile one makes it read out of bounds.
A message that breaks a rule raises `ChannelError`, and the channel is done with.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

MAX_FRAME = 64 * 2**20  # bytes
MAX_TEXT = 16 * 2**20  # bytes of JSON in it
MAX_DEPTH = 32
MAX_VALUES = 500_000
MAX_ITEMS = 8_000_000  # elements of all its arrays
MAX_ODD_KEYS = 2_000  # keys that are no text
MAX_DIGITS = 4300  # of an integer, Python's own limit
_HEAD = struct.Struct("!QQ")
_DTYPES = {"|b1", "|i1", "|u1", *(f"<{kind}{size}" for kind in "iu" for size in (2, 4, 8))}
_DTYPES |= {"<f2", "<f4", "<f8", "<c8", "<c16"}


class ChannelError(Exception):
    """A value cannot be sent, or what arrived is not a message."""


class ChannelTimeout(ChannelError):
    """The other end did not send or read a message in time."""


class ChannelClosed(ChannelError):
    """The other end closed the channel, as it does when its process ends."""


class Budget:
    """What may still be read, of one message or of all that share it.

    times: how many of the largest messages that is.
    """

    def __init__(self, times: int = 1) -> None:
        self.size = times * MAX_FRAME
        self._values, self._items, self._odd_keys = times * MAX_VALUES, times * MAX_ITEMS, MAX_ODD_KEYS

    def take(self, size: int = 0, values: int = 0, items: int = 0, odd_keys: int = 0) -> None:
        """Take so many bytes, parts, array elements and keys. Raises ChannelError where too few are left."""
        self.size -= size
        self._values -= values
        self._items -= items
        self._odd_keys -= odd_keys
        if self._values < 0:
            raise ChannelError("a message has too many parts")
        if self._items < 0:
            raise ChannelError("a message has too many numbers")
        if self._odd_keys < 0:
            raise ChannelError("a message has too many keys")


class Opaque:
    """A value that may not pass; all that is known of it is the name of its type."""

    def __init__(self, kind: str) -> None:
        self.kind = self.__heinit_type__ = kind

    def __repr__(self) -> str:
        return f"a {self.kind}"

    def __bool__(self) -> bool:
        return False


def send(sock: socket.socket, value: Any, limit: int = MAX_FRAME, seconds: float | None = None) -> None:
    """Send one value.

    seconds: of wall time for the whole message; None waits for ever.
    Raises ChannelError where it is larger than `limit` bytes or nobody reads.
    """
    writer = _Writer()
    text = json.dumps(writer.tree(value, 0), separators=(",", ":")).encode("ascii")
    size = sum(len(part) for part in writer.buffers)
    if len(text) + size > limit or len(text) > MAX_TEXT:
        raise ChannelError(f"a value of {(len(text) + size) / 2**20:.0f} MiB is too large to send")
    until = None if seconds is None else time.monotonic() + seconds
    try:
        sock.settimeout(None if until is None else max(until - time.monotonic(), 1e-3))
        # in one piece: for each piece the reader would wake up
        sock.sendall(b"".join((_HEAD.pack(len(text), size), text, *writer.buffers)))
        sock.settimeout(None)
    except TimeoutError:
        raise ChannelTimeout("it was not read in time") from None
    except OSError as error:
        raise ChannelClosed(f"the other end is gone ({error.strerror})") from None


def receive(
    sock: socket.socket,
    limit: int = MAX_FRAME,
    seconds: float | None = None,
    budget: Budget | None = None,
) -> Any:
    """Receive one value, and not a byte of what follows: that may be a descriptor.

    seconds: of wall time for the whole message; None waits for ever. budget: what this message and
    others may hold together; by default this one alone.
    Raises ChannelError where it is malformed, larger than `limit` or the budget, late, or never comes.
    """
    return Inbox(sock, ahead=0).receive(limit, seconds, budget)


class Inbox:
    """Receives value after value from a socket.

    ahead: bytes that may be taken from the socket beyond the value that is asked for. Several
    short messages then come in one piece, and nobody else may read from the socket.
    """

    def __init__(self, sock: socket.socket, ahead: int = 2**16) -> None:
        self._sock, self._ahead = sock, ahead
        self._taken = bytearray()

    def receive(
        self, limit: int = MAX_FRAME, seconds: float | None = None, budget: Budget | None = None
    ) -> Any:
        """Receive one value; see `receive`."""
        until = None if seconds is None else time.monotonic() + seconds
        budget = budget or Budget()
        text_size, buffer_size = _HEAD.unpack(self._exactly(_HEAD.size, until))
        size = text_size + buffer_size
        if size > min(limit, budget.size) or text_size > MAX_TEXT:
            raise ChannelError(f"a message of {size / 2**20:.0f} MiB is over the limit")
        budget.take(size=size)
        return _value(self._exactly(size, until), text_size, budget)

    def _exactly(self, size: int, until: float | None) -> bytearray:
        while (missing := size - len(self._taken)) > 0:
            if until is not None:
                left = until - time.monotonic()
                if left <= 0:
                    raise ChannelTimeout("no answer in time")
                self._sock.settimeout(left)
            try:
                part = self._sock.recv(min(missing + self._ahead, 2**20))
            except TimeoutError:
                raise ChannelTimeout("no answer in time") from None
            except OSError as error:
                raise ChannelClosed(f"the other end is gone ({error.strerror})") from None
            if not part:
                raise ChannelClosed("the other end is gone")
            self._taken += part
            if until is not None:
                self._sock.settimeout(None)
        content, self._taken = self._taken[:size], self._taken[size:]
        return content


def _value(content: bytearray, text_size: int, budget: Budget) -> Any:
    """What a message's content says; its first bytes are the text, the others the buffer."""
    text, buffer = content[:text_size], memoryview(content)[text_size:]
    # nothing in the text can hide these marks: strings of a message lie in the buffer
    if sum(text.count(mark) for mark in (b"[", b"{", b",")) > 4 * MAX_VALUES:
        raise ChannelError("a message has too many parts")
    try:
        tree = json.loads(text.decode("ascii"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ChannelError(f"a message is no JSON ({type(error).__name__})") from None
    return _Reader(buffer, budget).value(tree, 0)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not sent as JSON")


class _Writer:
    """Turns a value into a JSON tree and buffers."""

    def __init__(self) -> None:
        self.buffers: list[bytes] = []
        self._count = self._items = self._odd_keys = 0

    def tree(self, value: Any, depth: int) -> Any:
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_VALUES:
            return {"x": "value nested too deeply" if depth > MAX_DEPTH else "value with too many parts"}
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is int:
            return value if value.bit_length() < 3 * MAX_DIGITS else {"x": "very large integer"}
        if kind is str:
            return {"s": self._buffer(value.encode("utf-8", "surrogatepass"))}
        if kind is float:
            return {"f": value.hex()}
        if kind is complex:
            return {"c": [value.real.hex(), value.imag.hex()]}
        if kind is bytes:
            return {"b": self._buffer(value)}
        # a named tuple or an ordered dict is its content, read past whatever its class overrides
        for base, tag in ((list, "l"), (tuple, "t")):
            if issubclass(kind, base):
                return self._sequence(list(base.__iter__(value)), tag, depth)
        if issubclass(kind, dict):
            return self._dict(list(dict.items(value)), depth)
        if kind is np.random.Generator and type(value.bit_generator) is np.random.PCG64:
            return {"g": _state_of(value)}
        if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biufc":
            return self._array(np.asarray(value), isinstance(value, np.ndarray))
        return {"x": kind.__name__ if isinstance(kind.__name__, str) else "object"}

    def _sequence(self, parts: list[Any], tag: str, depth: int) -> Any:
        kind = type(parts[0]) if len(parts) > 1 else None
        if kind in (float, np.float64, np.float32) and all(type(part) is kind for part in parts):
            numbers = self._array(np.array(parts), True)  # one number at a time would take seconds
            return {"r": [tag, kind is float, *numbers["a"]]} if "a" in numbers else numbers
        return {tag: [self.tree(part, depth + 1) for part in parts]}

    def _dict(self, pairs: list[tuple[Any, Any]], depth: int) -> Any:
        self._odd_keys += sum(type(key) is not str for key, _ in pairs)
        if self._odd_keys > MAX_ODD_KEYS:
            return {"x": "dict with too many keys"}
        return {"d": [[self.tree(k, depth + 1), self.tree(v, depth + 1)] for k, v in pairs]}

    def _array(self, array: np.ndarray, dimensions: bool) -> Any:
        self._items += _extent(array.shape)
        if self._items > MAX_ITEMS:
            return {"x": "very large array"}
        dtype = array.dtype.newbyteorder("<")
        if dtype.str not in _DTYPES:  # of higher precision than other machines know
            dtype = np.dtype("<c16" if array.dtype.kind == "c" else "<f8")
        self._buffer(np.ascontiguousarray(array, dtype=dtype).tobytes())
        return {"a": [dtype.str, list(array.shape)]} if dimensions else {"n": dtype.str}

    def _buffer(self, data: bytes) -> int:
        self.buffers.append(data)
        return len(data)


class _Reader:
    """Turns a JSON tree and a buffer into a value, believing nothing."""

    def __init__(self, buffer: memoryview, budget: Budget) -> None:
        self._buffer, self._budget = buffer, budget

    def value(self, tree: Any, depth: int) -> Any:
        self._budget.take(values=1)
        if depth > MAX_DEPTH:
            raise ChannelError("a message is nested too deeply")
        if tree is None or type(tree) in (bool, int):
            return tree
        if type(tree) is not dict or len(tree) != 1:
            raise ChannelError("a message has a part that is no value")
        ((tag, body),) = tree.items()
        try:
            return self._tagged(tag, body, depth)
        except (ValueError, TypeError, KeyError, OverflowError, IndexError, AttributeError) as error:
            raise ChannelError(f"a message has a malformed part ({type(error).__name__})") from None

    def _tagged(self, tag: str, body: Any, depth: int) -> Any:
        match tag:
            case "s":
                return bytes(self._take(body)).decode("utf-8", "surrogatepass")
            case "f":
                return float.fromhex(body)
            case "c":
                real, imag = body
                return complex(float.fromhex(real), float.fromhex(imag))
            case "b":
                return bytes(self._take(body))
            case "l" | "t":
                if type(body) is not list:
                    raise ChannelError("a message has a list that is none")
                parts = [self.value(part, depth + 1) for part in body]
                return parts if tag == "l" else tuple(parts)
            case "r":
                container, plain, name, shape = body
                numbers = self._array(name, shape)
                if numbers.ndim != 1:
                    raise ChannelError("a message has a list that is none")
                run = numbers.tolist() if plain is True else list(numbers)
                return run if container == "l" else tuple(run)
            case "d":
                return {self._key(k, depth): self.value(v, depth + 1) for k, v in body}
            case "g":
                return _generator(body)
            case "a":
                return self._array(*body)
            case "n":
                return self._array(body, [])[()]
            case "x":
                return Opaque(str(body)[:80])
        raise ChannelError("a message has a part of no known kind")

    def _key(self, tree: Any, depth: int) -> Any:
        key = self.value(tree, depth + 1)
        if not isinstance(key, (str, int, float, bool, bytes, tuple, type(None))):
            raise ChannelError("a message has a key of a kind that is not allowed")
        self._budget.take(odd_keys=type(key) is not str)
        return key

    def _take(self, size: Any) -> memoryview:
        if type(size) is not int or not 0 <= size <= len(self._buffer):
            raise ChannelError("a message asks for more than its buffer holds")
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _array(self, name: Any, shape: Any) -> np.ndarray:
        if name not in _DTYPES:
            raise ChannelError("a message has an array of a kind that is not allowed")
        if type(shape) is not list or len(shape) > 32 or any(type(n) is not int or n < 0 for n in shape):
            raise ChannelError("a message has an array of an impossible shape")
        dtype, size = np.dtype(name), math.prod(shape)
        self._budget.take(items=_extent(shape))
        data = self._take(size * dtype.itemsize)
        if dtype.kind == "b" and size and np.frombuffer(data, np.uint8).max() > 1:
            raise ChannelError("a message has a boolean that is neither true nor false")
        return np.frombuffer(data, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _extent(shape: Sequence[int]) -> int:
    """How many elements an array has, or would have were none of its sides 0."""
    return math.prod(max(n, 1) for n in shape)


def _state_of(rng: np.random.Generator) -> list[Any]:
    state = rng.bit_generator.state
    inner = state["state"]
    seeds = rng.bit_generator.seed_seq
    whole = [inner["state"], inner["inc"], int(state["has_uint32"]), int(state["uinteger"])]
    if type(seeds) is np.random.SeedSequence and type(seeds.entropy) is int and seeds.pool_size == 4:
        family = [seeds.entropy, seeds.n_children_spawned, *seeds.spawn_key]
        if _is_family(family):
            whole.append(family)
    return whole


def _is_family(body: Any) -> bool:
    """Whether this may be a Generator's seeds: the entropy, how many children it had, and its own key."""
    bounds = (2**128, *(2**32,) * MAX_DEPTH)
    return (
        type(body) is list
        and 2 <= len(body) <= len(bounds)
        and all(type(part) is int and 0 <= part < bound for part, bound in zip(body, bounds, strict=False))
    )


def _generator(body: Any) -> np.random.Generator:
    state, inc, has_uint32, uinteger, *families = body
    bounds = (2**128, 2**128, 2, 2**32)
    for part, bound in zip((state, inc, has_uint32, uinteger), bounds, strict=True):
        if type(part) is not int or not 0 <= part < bound:
            raise ChannelError("a message has a generator in an impossible state")
    if inc % 2 == 0 or len(families) > 1 or not all(map(_is_family, families)):
        raise ChannelError("a message has a generator in an impossible state")
    entropy, children, *key = families[0] if families else (0, 0)
    seeds = np.random.SeedSequence(entropy, spawn_key=tuple(key), n_children_spawned=children)
    bits = np.random.PCG64(seeds)
    bits.state = {
        "bit_generator": "PCG64",
        "state": {"state": state, "inc": inc},
        "has_uint32": has_uint32,
        "uinteger": uinteger,
    }
    return np.random.Generator(bits)
