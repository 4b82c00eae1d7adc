"""What one submission may use."""

from dataclasses import dataclass

# A process with threads cannot be forked safely, other submissions use the other cores, and the
# number of threads changes the last digit of a sum.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    memory, disk: bytes, all its processes together. processes: the number at the same time.
    cell_seconds: processor time of one cell, or of all calls of one test cell.
    check_seconds: processor time of the checks of one test cell, in the judge; they need below 3.
    seconds: wall time of one cell, for a cell that waits without using processor time.
    notebook_seconds: wall time of all cells together.
    """

    memory: int = 2 * 2**30
    disk: int = 64 * 2**20
    processes: int = 64
    cell_seconds: float = 60.0
    check_seconds: float = 60.0
    seconds: float = 120.0
    notebook_seconds: float = 900.0

    @property
    def judge_seconds(self) -> float:
        """Wall time after which the judge itself is ended: by then it should have given up every wait."""
        return self.notebook_seconds + self.check_seconds + 30
