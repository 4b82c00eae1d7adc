"""The solver inside a guest of WebAssembly, which has no processes: its host forks for it.

The host (autograder/sandbox/wasm_host.py) runs this program once, up to the first line that waits, and
forks itself there for each submission: the guest goes on in each fork as if nothing had happened. The
descriptors below exist in the guest alone. What is written to `BOX`, `FORK` and `CLOCK` are requests.
"""

import os
import time

from .answer import answer_questions
from .doors import ANSWERS, BOX, CLOCK, FORK, ORDERS, QUESTIONS, REPLIES
from .messages import ForkForTest, Ready, send_message
from .pipes import PipeEnd
from .session import Output, Session, warm_session
from .work import work

# What imports much where it first happens: an error that is shown, and a figure.
WARM = "1 / 0", "import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.show()"


def processor_time() -> float:
    """Seconds of processor time of this process. The interpreter's own clock gives wall time here."""
    return float(os.read(CLOCK, 40))


class GuestSession(Session):
    """A session whose host ends it after so many seconds of a cell: in here there are no signals."""

    def run(self, source: str, cpu_seconds: float | None = None) -> list[Output]:
        os.write(CLOCK, f"{cpu_seconds or 0}".encode())
        try:
            return super().run(source)
        finally:
            os.write(CLOCK, b"0")


def main() -> None:
    """Import what notebooks import, wait for a submission, and take its orders."""
    time.process_time = time.thread_time = processor_time
    session = warm_session(GuestSession, *WARM)
    os.read(BOX, 1)  # what follows happens in the box of one submission
    os.chdir("/box")
    work(PipeEnd(ORDERS), PipeEnd(ANSWERS), session, _fork_for_test)


def _fork_for_test(orders: PipeEnd, answers: PipeEnd, session: Session, order: ForkForTest) -> bool:
    """Do as `work.fork_for_test` does; the host forks."""
    if order.last:
        send_message(answers, Ready())
    os.write(FORK, f"{order.last:d} {order.cpu_seconds}".encode())
    became = os.read(FORK, 1)
    if became == b"0":
        answer_questions(PipeEnd(QUESTIONS), PipeEnd(REPLIES), session.namespace)
        os._exit(0)
    return became == b"1"
