"""The channel: what may pass comes back as it was, and a malformed message is a clean error."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import struct
import threading
import tracemalloc
from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.solver import channel
from autograder.solver.channel import (
    MAX_DEPTH,
    ChannelClosed,
    ChannelError,
    ChannelTimeout,
    Opaque,
    receive,
    send,
)
from tests.tools import FULL

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
SIMPLE = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.complex_numbers()
    | TEXT
    | st.binary()
)
DTYPES = hnp.boolean_dtypes() | hnp.integer_dtypes() | hnp.unsigned_integer_dtypes()
DTYPES |= hnp.floating_dtypes(sizes=(16, 32, 64)) | hnp.complex_number_dtypes(sizes=(64, 128))
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
SCALARS = DTYPES.flatmap(hnp.from_dtype)
GENERATORS = st.integers(0, 2**64).map(np.random.default_rng)
KEYS = TEXT | st.integers() | st.booleans() | st.none() | st.tuples(st.integers(), TEXT)
VALUES = st.recursive(
    SIMPLE | ARRAYS | SCALARS | GENERATORS,
    lambda parts: (
        st.lists(parts, max_size=5)
        | st.lists(parts, max_size=5).map(tuple)
        | st.dictionaries(KEYS, parts, max_size=5)
        | st.lists(st.floats(), max_size=20)
        | st.lists(st.floats().map(np.float64), max_size=20).map(tuple)
    ),
    max_leaves=20,
)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def there_and_back(value: object) -> object:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Thread(target=send, args=(theirs, value))
        sender.start()
        try:
            return receive(ours, seconds=60)
        finally:
            sender.join()


def take(text: bytes, buffer: bytes = b"") -> object:
    """What the reader makes of a frame that somebody wrote by hand."""
    ours, theirs = socket.socketpair()
    frame = struct.pack("!QQ", len(text), len(buffer)) + text + buffer
    with ours, theirs:

        def write() -> None:
            with contextlib.suppress(OSError):
                theirs.sendall(frame)
            theirs.close()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            return receive(ours, seconds=60)
        finally:
            ours.close()
            writer.join()


def same(a: object, b: object) -> bool:
    """Whether two values are the same in type, shape, bits and order."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return len(a) == len(b) and all(same(x, y) and same(a[x], b[y]) for x, y in zip(a, b, strict=True))
    if isinstance(a, (np.ndarray, np.generic)):
        alike = a.dtype == b.dtype.newbyteorder("=") and a.shape == b.shape  # the order of bytes is ours
        return alike and bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))
    if isinstance(a, np.random.Generator):
        return a.bit_generator.state == b.bit_generator.state
    return repr(a) == repr(b)


@settings(max_examples=400 if FULL else 60, deadline=None, suppress_health_check=list(HealthCheck))
@given(VALUES)
def test_what_may_pass_comes_back_as_it_was(value):
    assert same(there_and_back(value), value)


def test_of_what_is_nested_too_deeply_the_outer_part_arrives():
    value: object = 0
    for _ in range(10 * MAX_DEPTH):
        value = [value]
    value, depth = there_and_back(value), 0
    while isinstance(value, list):
        (value,), depth = value, depth + 1
    assert isinstance(value, Opaque)
    assert (value.kind, depth) == ("value nested too deeply", MAX_DEPTH + 1)


def test_text_that_no_file_can_hold_arrives_mended():
    assert there_and_back({"\ud800": ["a\0b", ("\udfff",)]}) == {"?": ["a\ufffdb", ("?",)]}
    raw = take(b'{"l":[{"s":3},{"x":"\\ud800\\u0000"}]}', b"\xed\xa0\x80")
    assert isinstance(raw, list)
    assert [raw[0], raw[1].kind] == ["\ufffd\ufffd\ufffd", "?\ufffd"]


@settings(max_examples=400 if FULL else 60, deadline=None, suppress_health_check=list(HealthCheck))
@given(VALUES, st.randoms(use_true_random=False))
def test_a_frame_with_flipped_bytes_is_a_value_or_a_clean_error(value, chance: random.Random):
    encoder = channel._Encoder()
    text = bytearray(json.dumps(encoder.tree(value, 0)).encode())
    buffer = bytearray(b"".join(encoder.buffers))
    for part in (text, buffer):
        for _ in range(min(len(part), chance.randint(1, 4))):
            part[chance.randrange(len(part))] = chance.choice(b'[]{},:"0123456789.-+eltdsfgabcnrx\x00\xff')
    with contextlib.suppress(ChannelError):
        take(bytes(text), bytes(buffer))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda parts: (
        st.lists(parts, max_size=4)
        | st.dictionaries(st.sampled_from(list("sfcbltrdganx")), parts, min_size=1, max_size=1)
    ),
)


@settings(max_examples=400 if FULL else 60, deadline=None, suppress_health_check=list(HealthCheck))
@given(JSON, st.binary(max_size=64))
def test_any_json_is_a_value_or_a_clean_error(tree, buffer):
    with contextlib.suppress(ChannelError):
        take(json.dumps(tree).encode(), buffer)


HOSTILE = {
    "an object array": b'{"a":["O",[1]]}',
    "fields": b'{"a":["f8,f8",[1]]}',
    "a sub-array": b'{"a":["(1000000,)f8",[1]]}',
    "a dtype of no size": b'{"a":["V0",[1]]}',
    "a dtype that is a list": b'{"a":[["<f8"],[1]]}',
    "a shape beyond the address space": b'{"a":["<f8",[4611686018427387904,4611686018427387904]]}',
    "a shape with a hole": b'{"a":["<f8",[0,4611686018427387904,4611686018427387904]]}',
    "a shape of endless length without an element": b'{"a":["<f8",[576460752303423488,0]]}',
    "a list of lists in one run": b'{"r":["l",true,"|u1",[8,2]]}',
    "a negative shape": b'{"a":["<f8",[-1]]}',
    "a shape of booleans": b'{"a":["<f8",[true]]}',
    "more than the buffer": b'{"b":17}',
    "less than nothing": b'{"b":-1}',
    "a boolean of 7": b'{"a":["|b1",[1]]}',
    "a list for a key": b'{"d":[[{"l":[]},1]]}',
    "a tuple with a list for a key": b'{"d":[[{"t":[{"l":[]}]},1]]}',
    "an array for a key": b'{"d":[[{"a":["<f8",[0]]},1]]}',
    "half a pair": b'{"d":[[1]]}',
    "no number": b'{"f":"nonsense"}',
    "a number of no size": b'{"f":"0x1p+99999999999999999999"}',
    "not a number in JSON": b"NaN",
    "two tags": b'{"f":"0x0p+0","s":0}',
    "no tag": b"{}",
    "a bare list": b"[1]",
    "bare text": b'"text"',
    "an integer of a million digits": b"9" * 1_000_000,
    "depth for the parser": b"[" * 900_000,
    "depth for the reader": b'{"l":[' * 1000 + b"]}" * 1000,
    "a generator of too few parts": b'{"g":[1,1]}',
    "a generator with a state too large": b'{"g":[%d,1,0,0]}' % 2**128,
    "a generator with an even increment": b'{"g":[1,2,0,0]}',
    "a generator with a flag of 7": b'{"g":[1,1,7,0]}',
    "a generator with a half too large": b'{"g":[1,1,1,%d]}' % 2**32,
    "a generator with a negative state": b'{"g":[-1,1,0,0]}',
    "a generator with a true state": b'{"g":[true,1,0,0]}',
    "a generator sent again before the first": b'{"g":0}',
    "a generator sent again and not yet": b'{"l":[{"g":[1,1,0,0]},{"g":1}]}',
    "a generator counted from behind": b'{"l":[{"g":[1,1,0,0]},{"g":-1}]}',
    "a generator of two families": b'{"g":[1,1,0,0,[1,0],[1,0]]}',
    "a generator of no seeds": b'{"g":[1,1,0,0,[]]}',
    "a generator whose seeds are no list": b'{"g":[1,1,0,0,1]}',
    "a generator with too many children": b'{"g":[1,1,0,0,[1,%d]]}' % 2**32,
    "a generator with too long a key": b'{"g":[1,1,0,0,[1%s]]}' % (b",0" * 100),
    "keys whose hashes collide": b'{"d":[%s]}'
    % b",".join(b"[%d,1]" % (i * (2**61 - 1)) for i in range(3000)),
    "millions of parts": b"[" + b"{}," * 3_000_000 + b"1]",
    "more numbers than may be": b'{"a":["|i1",[8000001]]}',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_part_ends_in_a_clean_error_in_bounded_memory(text):
    tracemalloc.start()
    try:
        with pytest.raises(ChannelError):
            take(text, b"\xff" * 16)
        assert tracemalloc.get_traced_memory()[1] < 64 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("sizes", [(2**63, 0), (0, 2**63), (channel.MAX_JSON + 1, 0), (1, channel.MAX_FRAME)])
def test_a_frame_that_is_too_large_is_refused_before_a_byte_of_it_is_taken(pair, sizes):
    ours, theirs = pair
    theirs.sendall(struct.pack("!QQ", *sizes))
    with pytest.raises(ChannelError, match="over the limit"):
        receive(ours, seconds=60)


@pytest.mark.parametrize(
    ("value", "most", "why"),
    [
        (np.zeros(channel.MAX_ITEMS // 3, np.int8), 3, "too many numbers"),
        ([0.5] * (channel.MAX_ITEMS // 3), 3, "over the limit"),
        ([None] * (channel.MAX_VALUES // 3), 2, "too many parts"),
        (b"x" * (channel.MAX_FRAME // 3), 2, "over the limit"),
        (dict.fromkeys(range(channel.MAX_ODD_KEYS // 2), 0), 2, "too many keys"),
    ],
    ids=["an array", "a run of floats", "a list", "bytes", "odd keys"],
)
def test_messages_that_share_a_budget_are_bounded_in_sum(pair, value, most, why):
    ours, theirs = pair
    budget = channel.Budget()
    taken = 0

    def tell() -> None:
        with contextlib.suppress(ChannelError):  # what is refused is not read to its end
            send(theirs, value)

    with pytest.raises(ChannelError, match=why):
        for _ in range(most + 1):
            threading.Thread(target=tell, daemon=True).start()
            channel.Inbox(ours, ahead=0).receive(60, budget)
            taken += 1
    assert taken == most


def test_no_byte_of_a_buffer_is_taken_twice():
    text = b'{"l":[{"a":["|u1",[10]]},{"a":["|u1",[10]]}]}'
    with pytest.raises(ChannelError, match="more than its buffer holds"):
        take(text, b"0123456789")


def test_a_message_that_never_ends_is_given_up_also_where_it_comes_byte_by_byte(pair):
    ours, theirs = pair
    theirs.sendall(struct.pack("!QQ", 10**6, 0) + b"[")
    with pytest.raises(ChannelTimeout):
        receive(ours, seconds=0.05)
    theirs.sendall(struct.pack("!QQ", 10**7, 0))

    def drip() -> None:
        with contextlib.suppress(OSError):  # when the other end is closed
            while True:
                theirs.sendall(b" ")

    (dripping := threading.Thread(target=drip)).start()
    try:
        with pytest.raises(ChannelTimeout):
            receive(ours, seconds=0.2)
    finally:
        ours.close()
        dripping.join()


def test_a_message_that_nobody_reads_is_given_up(pair):
    ours, _ = pair
    with pytest.raises(ChannelTimeout):
        send(ours, b"x" * 10_000_000, seconds=0.05)


def test_an_end_that_is_gone_is_a_clean_error(pair):
    ours, theirs = pair
    theirs.close()
    with pytest.raises(ChannelClosed):
        receive(ours)
    with pytest.raises(ChannelClosed):
        send(ours, b"x" * 10_000_000)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (len, "builtin_function_or_method"),
        (object(), "object"),
        (type("Yes", (float,), {})(1), "Yes"),
        (np.random.RandomState(1), "RandomState"),
        (np.random.Generator(np.random.MT19937(1)), "Generator"),
        (np.array(["text"]), "ndarray"),
        (np.array([object()]), "ndarray"),
        (np.zeros(3, "f8,f8"), "ndarray"),
        (10**5000, "very large integer"),
        (np.zeros(channel.MAX_ITEMS + 1, np.int8), "very large array"),
        (np.zeros((2**59, 0)), "very large array"),
        (dict.fromkeys(range(channel.MAX_ODD_KEYS + 1), 0), "dict with too many keys"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_may_not_pass_arrives_as_the_name_of_its_kind(value, kind):
    got = there_and_back(value)
    assert isinstance(got, Opaque)
    assert got.kind == kind
    assert not got
    assert repr(got) == f"a {kind}"


def test_a_named_tuple_and_an_ordered_dict_arrive_as_plain_ones():
    pair = namedtuple("pair", "rows columns")(np.ones(2), [0.5])
    got = there_and_back(pair)
    assert type(got) is tuple
    assert got[0].tolist() == [1.0, 1.0]
    assert got[1] == [0.5]
    got = there_and_back(OrderedDict(z=1, a=defaultdict(int, b=2)))
    assert type(got) is dict
    assert got == {"z": 1, "a": {"b": 2}}
    assert type(got["a"]) is dict


def test_a_generator_that_is_there_twice_arrives_as_one_and_its_equal_as_another():
    rng, equal = np.random.default_rng(1), np.random.default_rng(1)
    (first,), again, (other,) = there_and_back([(rng,), rng, (equal,)])
    assert first is again
    assert other is not first
    assert first.random() == other.random()


def test_a_generator_that_crossed_has_the_children_that_it_had():
    rng = np.random.default_rng(2015)
    rng.random(3), rng.spawn(2)
    child = rng.spawn(1)[0]
    for one in (rng, child):
        got = there_and_back(there_and_back(one))
        assert got.random() == one.random()
        assert got.spawn(1)[0].random() == one.spawn(1)[0].random()


def test_a_generator_with_seeds_of_another_kind_is_its_state():
    for seeds in (np.random.SeedSequence([1, 2]), np.random.SeedSequence(2**200), np.random.SeedSequence()):
        rng = np.random.Generator(np.random.PCG64(seeds))
        assert there_and_back(rng).random() == rng.random()


def test_a_list_that_pretends_arrives_as_its_content():
    class Yes(list):
        def __iter__(self):
            return iter([True] * 3)

        def __len__(self):
            return 3

    assert there_and_back(Yes([0.5])) == [0.5]


def test_an_array_subclass_arrives_as_a_plain_array():
    class Yes(np.ndarray):
        def __array_function__(self, function, types, args, kwargs):
            return True

    got = there_and_back(np.arange(3).view(Yes))
    assert type(got) is np.ndarray
    assert got.tolist() == [0, 1, 2]


def test_higher_precision_arrives_as_double():
    got = there_and_back(np.longdouble("0.5"))
    assert type(got) is np.float64
    assert got == 0.5


def test_a_value_that_is_too_large_is_not_sent(pair):
    with pytest.raises(ChannelError, match="too large to send"):
        send(pair[0], [b"x" * (channel.MAX_FRAME // 2)] * 2)
