"""The kinds of layers, and what shows itself alike in the rules for a standard deviation."""

from heinit_lab.checking import Case
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import Trials

SQUARE = "a square layer"
NARROWING = "a layer with fewer outputs than inputs"
WIDENING = "a layer with more outputs than inputs"
LARGE = "a very large layer"
ONE_UNIT = "a layer of one unit"
ALL_ON = "a layer whose units are all on"
ALL_OFF = "a layer whose units are all off"
AT_ZERO = "a unit at exactly 0"
NEAR_ZERO = "units very near 0"


def shape(n_in: int, n_out: int) -> str:
    """The kind of a layer by its shape."""
    return SQUARE if n_in == n_out else WIDENING if n_out > n_in else NARROWING


def layer_case(n_in: int, n_out: int, want: float | None = None) -> Case:
    """A case of a function of both fans. want: the right value, where it is stored."""
    return Case(n_in, n_out, want=want, kind=shape(n_in, n_out))


def are_weights(trials: Trials) -> bool:
    """Arrays of many entries where one number is asked for, for most layers."""
    got = [as_array(trial.call.value) for trial in trials]
    return 2 * sum(g is not None and g.size > 2 for g in got) > len(got)
