"""A random Generator as numbers, and back: for the channel, which carries plain data alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np

MAX_KEY = 32  # numbers of a place in the tree of children


def state_of(rng: np.random.Generator) -> list[Any]:
    """The state of a Generator, and its seeds where these can pass."""
    state, seeds = rng.bit_generator.state, rng.bit_generator.seed_seq
    numbers = [*state["state"].values(), int(state["has_uint32"]), int(state["uinteger"])]
    if type(seeds) is np.random.SeedSequence and type(seeds.entropy) is int and seeds.pool_size == 4:
        family = [seeds.entropy, seeds.n_children_spawned, *seeds.spawn_key]
        if len(family) <= len(_FAMILY) and _in_range(family, _FAMILY):
            return [*numbers, family]
    return numbers


# The bounds of a Generator's state (state, increment, has_uint32, uinteger), and those of its seeds:
# the entropy, the number of its children, and its own place in the tree of children.
_STATE = (2**128, 2**128, 2, 2**32)
_FAMILY = (2**128, *(2**32,) * MAX_KEY)


def _in_range(numbers: Sequence[Any], bounds: Sequence[int]) -> bool:
    return all(type(n) is int and 0 <= n < bound for n, bound in zip(numbers, bounds, strict=False))


def generator_of(numbers: Any, family: Any = (0, 0)) -> np.random.Generator:
    """The Generator with this state and these seeds. Raises ValueError where there is none."""
    state, inc, has_uint32, uinteger = numbers
    entropy, children, *key = family
    if not (_in_range(numbers, _STATE) and inc % 2 and _in_range(family, _FAMILY) and len(key) < MAX_KEY):
        raise ValueError("a generator in an impossible state")
    seeds = np.random.SeedSequence(entropy, spawn_key=tuple(key), n_children_spawned=children)
    bits = np.random.PCG64(seeds)
    bits.state = {
        "bit_generator": "PCG64",
        "state": {"state": state, "inc": inc},
        "has_uint32": has_uint32,
        "uinteger": uinteger,
    }
    return np.random.Generator(bits)
