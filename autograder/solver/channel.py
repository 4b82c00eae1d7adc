"""The channel between solver and judge, which carries data and never code.

How it works. A message is a frame: two sizes, a JSON text, and a buffer. The JSON text describes
the value as a tree. Strings, bytes and arrays lie in the buffer, in the order in which the tree
mentions them, and the tree gives their sizes. Nothing is unpickled, and no class is looked up by
its name.

What passes: None, bool, int, float, complex, str, bytes, list, tuple, dict, arrays and scalars of
numbers and booleans, and a NumPy Generator, as the state of its PCG64 and the seeds of its
children. An object of a subclass of list, tuple or dict, such as a named tuple, arrives as a plain
list, tuple or dict. Every other value arrives as `Opaque`, which holds only the name of its type. Text
arrives as files and databases can hold it: U+FFFD takes the place of what they cannot.

What the reader checks, since the other end may belong to a student:

- the size of the frame, before a byte of it is read;
- the size of the JSON text and its number of parts, before it is parsed, since a byte of JSON can
  become twenty bytes of Python objects;
- the depth of the tree;
- the number of array elements, where a side of length 0 counts as 1: checks may loop over the
  other sides of an empty array;
- the number of dictionary keys that are not strings, since a student can choose such keys so that
  their hashes collide;
- that no byte of the buffer is used twice;
- the range of a Generator's state, since NumPy checks none, and reads out of bounds with a bad one.

Messages whose values are kept at the same time share one `Budget`. Otherwise many small messages
could take the memory that a large one may not. A message that breaks a rule raises `ChannelError`;
after that the channel is of no more use.
"""

import json
import math
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from .generators import generator_of, state_of
from .pipes import PipeEnd

MAX_FRAME = 64 * 2**20  # bytes
MAX_JSON = 16 * 2**20  # bytes of JSON in a frame
MAX_DEPTH = 32
MAX_VALUES = 500_000  # parts of the tree
MAX_ITEMS = 8_000_000  # elements of all arrays
MAX_ODD_KEYS = 2_000  # dictionary keys that are not strings
MAX_DIGITS = 4300  # of an integer: Python's own limit
End = socket.socket | PipeEnd  # where a message goes in or comes out
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
    """How much may still be read, in one message or in all messages that share this budget.

    times: the budget allows as much as so many of the largest messages.
    """

    def __init__(self, times: int = 1) -> None:
        self.left = {
            "bytes": times * MAX_FRAME,
            "parts": times * MAX_VALUES,
            "numbers": times * MAX_ITEMS,
            "keys": MAX_ODD_KEYS,
        }

    def take(self, what: str, amount: int = 1) -> None:
        """Take so many bytes, parts, numbers or keys. Raises ChannelError where too few are left."""
        self.left[what] -= amount
        if self.left[what] < 0:
            raise ChannelError(f"a message has too many {what}")


class Opaque:
    """Takes the place of a value that may not pass. kind: the name of its type."""

    def __init__(self, kind: str) -> None:
        self.kind = self.__heinit_type__ = kind

    def __repr__(self) -> str:
        return f"a {self.kind}"

    def __bool__(self) -> bool:
        return False


def send(end: End, value: Any, seconds: float | None = None, fds: Sequence[int] = ()) -> None:
    """Send one value.

    seconds: wall time for the whole message; None waits for ever. fds: descriptors that follow the value,
    which only a socket can send. Raises ChannelTimeout or ChannelClosed where nobody reads it, and
    ChannelError where it is larger than MAX_FRAME bytes.
    """
    send_frame(end, frame(value), seconds, fds)


def frame(value: Any) -> bytes:
    """The frame that carries a value. Raises ChannelError where it is larger than MAX_FRAME bytes."""
    encoder = _Encoder()
    text = json.dumps(encoder.tree(value, 0), separators=(",", ":")).encode("ascii")
    size = sum(len(part) for part in encoder.buffers)
    if len(text) + size > MAX_FRAME or len(text) > MAX_JSON:
        raise ChannelError(f"a value of {(len(text) + size) / 2**20:.0f} MiB is too large to send")
    return b"".join((_HEAD.pack(len(text), size), text, *encoder.buffers))


def send_frame(end: End, content: bytes, seconds: float | None = None, fds: Sequence[int] = ()) -> None:
    """Send a frame; see `send`."""
    try:
        end.settimeout(None if seconds is None else max(seconds, 1e-3))
        end.sendall(content)  # in one piece, since the reader wakes up for each piece
        if fds:
            assert isinstance(end, socket.socket)
            socket.send_fds(end, [b"f"], fds)
        end.settimeout(None)
    except TimeoutError:
        raise ChannelTimeout("it was not read in time") from None
    except OSError as error:
        raise ChannelClosed(f"the other end is gone ({error.strerror})") from None


def receive(end: End, seconds: float | None = None) -> Any:
    """Receive one value, and leave every byte after it unread, since a descriptor may follow.

    seconds: wall time for the whole message; None waits for ever. Raises ChannelTimeout, ChannelClosed, or
    ChannelError where the message is malformed, or larger than a budget allows.
    """
    return Inbox(end, ahead=0).receive(seconds)


class Inbox:
    """Receives one value after another.

    ahead: the number of bytes that may be read beyond the end of a value. Several short messages
    then take one read, but nobody else can read from this end.
    """

    def __init__(self, end: End, ahead: int = 2**16) -> None:
        self._end, self._ahead = end, ahead
        self._taken = bytearray()

    def receive(self, seconds: float | None = None, budget: Budget | None = None) -> Any:
        """Receive one value; see `receive`. budget: of this and other messages; by default of its own."""
        until = None if seconds is None else time.monotonic() + seconds
        budget = budget or Budget()
        text_size, buffer_size = _HEAD.unpack(self._exactly(_HEAD.size, until))
        size = text_size + buffer_size
        if size > min(MAX_FRAME, budget.left["bytes"]) or text_size > MAX_JSON:
            raise ChannelError(f"a message of {size / 2**20:.0f} MiB is over the limit")
        budget.take("bytes", size)
        return _value(self._exactly(size, until), text_size, budget)

    def _exactly(self, size: int, until: float | None) -> bytearray:
        while (missing := size - len(self._taken)) > 0:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                raise ChannelTimeout("no answer in time")
            try:
                self._end.settimeout(left)
                part = self._end.recv(min(missing + self._ahead, 2**20))
            except TimeoutError:
                raise ChannelTimeout("no answer in time") from None
            except OSError as error:
                raise ChannelClosed(f"the other end is gone ({error.strerror})") from None
            if not part:
                raise ChannelClosed("the other end is gone")
            self._taken += part
        content, self._taken = self._taken[:size], self._taken[size:]
        return content


def _value(content: bytearray, text_size: int, budget: Budget) -> Any:
    """The value of a frame's content, which is the JSON text and then the buffer."""
    text, buffer = content[:text_size], memoryview(content)[text_size:]
    # the text holds these characters nowhere else, since strings lie in the buffer
    if sum(text.count(mark) for mark in (b"[", b"{", b",")) > 4 * MAX_VALUES:
        raise ChannelError("a message has too many parts")
    try:
        tree = json.loads(text.decode("ascii"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ChannelError(f"a message is no JSON ({type(error).__name__})") from None
    return _Decoder(buffer, budget).value(tree, 0)


def _text(data: bytes | memoryview) -> str:
    """Text that every file and database can hold: no NUL, and no half of a surrogate pair."""
    return bytes(data).decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not sent as JSON")


class _Encoder:
    """Turns a value into a JSON tree and buffers.

    In the tree, None, booleans and integers stand for themselves. Every other value is a dictionary
    with one key: s string, f float, c complex, b bytes, l list, t tuple, r list or tuple of floats as
    an array, d dict, g Generator (sent again: its place among those sent), a array, n scalar of NumPy,
    x a value that does not pass.
    """

    def __init__(self) -> None:
        self.buffers: list[bytes] = []
        self._generators: list[np.random.Generator] = []
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
            return {"s": self._buffer(value.encode("utf-8", "replace"))}
        if kind is float:
            return {"f": value.hex()}
        if kind is complex:
            return {"c": [value.real.hex(), value.imag.hex()]}
        if kind is bytes:
            return {"b": self._buffer(value)}
        # the content of a subclass, such as a named tuple, without calling the methods that it overrides
        for base, tag in ((list, "l"), (tuple, "t")):
            if issubclass(kind, base):
                return self._sequence(list(base.__iter__(value)), tag, depth)
        if issubclass(kind, dict):
            return self._dict(list(dict.items(value)), depth)
        if kind is np.random.Generator and type(value.bit_generator) is np.random.PCG64:
            if value in self._generators:
                return {"g": self._generators.index(value)}
            self._generators.append(value)
            return {"g": state_of(value)}
        if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biufc":
            return self._array(np.asarray(value), isinstance(value, np.ndarray))
        return {"x": kind.__name__ if isinstance(kind.__name__, str) else "object"}

    def _sequence(self, parts: list[Any], tag: str, depth: int) -> Any:
        kind = type(parts[0]) if len(parts) > 1 else None
        if kind in (float, np.float64, np.float32) and all(type(part) is kind for part in parts):
            numbers = self._array(np.array(parts), True)  # number by number this would take seconds
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
        if dtype.str not in _DTYPES:  # long double, which depends on the machine
            dtype = np.dtype("<c16" if array.dtype.kind == "c" else "<f8")
        self._buffer(np.ascontiguousarray(array, dtype=dtype).tobytes())
        return {"a": [dtype.str, list(array.shape)]} if dimensions else {"n": dtype.str}

    def _buffer(self, data: bytes) -> int:
        self.buffers.append(data)
        return len(data)


class _Decoder:
    """Turns a JSON tree and a buffer into a value, and checks everything."""

    def __init__(self, buffer: memoryview, budget: Budget) -> None:
        self._buffer, self._budget = buffer, budget
        self._generators: list[np.random.Generator] = []

    def value(self, tree: Any, depth: int) -> Any:
        self._budget.take("parts")
        if depth > MAX_DEPTH + 1:  # one deeper than a sender goes: there stands what the sender left out
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
                return _text(self._take(body))
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
            case "g" if type(body) is int and body >= 0:
                return self._generators[body]
            case "g":
                self._generators.append(generator_of(body[:4], *body[4:]))
                return self._generators[-1]
            case "a":
                return self._array(*body)
            case "n":
                return self._array(body, [])[()]
            case "x":
                return Opaque(_text(str(body)[:80].encode("utf-8", "replace")))
        raise ChannelError("a message has a part of no known kind")

    def _key(self, tree: Any, depth: int) -> Any:
        key = self.value(tree, depth + 1)
        if not isinstance(key, (str, int, float, bool, bytes, tuple, type(None))):
            raise ChannelError("a message has a key of a kind that is not allowed")
        if type(key) is not str:
            self._budget.take("keys")
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
        self._budget.take("numbers", _extent(shape))
        data = self._take(size * dtype.itemsize)
        if dtype.kind == "b" and size and np.frombuffer(data, np.uint8).max() > 1:
            raise ChannelError("a message has a boolean that is neither true nor false")
        return np.frombuffer(data, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _extent(shape: Sequence[int]) -> int:
    """The number of elements of an array, where a side of length 0 counts as 1."""
    return math.prod(max(n, 1) for n in shape)
