"""The host of the guest: it runs CPython in WebAssembly, and forks for each submission and each test cell.

How it works. The module is CPython with NumPy and Matplotlib, compiled once for this machine (compiled.py).
The host makes an instance of the module, whose files (tree.py) are the standard library, IPython, the solver
and heinit_lab, and runs solver/guest.py in it. The guest imports what notebooks import and then waits for a
box. There the host forks for each submission:

1. The host forks init, which forks the solver and never enters the guest again. Init waits until the
   judge hangs up, ends the solver and its forks, and then closes the pipe that tells the judge so.
2. The solver sets its limits, puts the judge's two ends into the guest's table, and goes on in the guest.
3. For each test cell the guest asks for a fork: the host forks, takes the session's ends from the fork's
   table, and puts the ends of that test cell there.

The walls are those of WebAssembly: the guest reaches nothing but its own memory and the functions of
wasi.py. What it may use is limited from outside: memory by the store of the instance, processor time by
limits of the process, files by the tree.
"""

import gc
import io
import os
import resource
import select
import signal
import socket
import sys
import threading
import time
import zipfile
from contextlib import suppress
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import wasmtime

from autograder.sandbox.compiled import ZIP, compiled, engine, pinned
from autograder.sandbox.tree import Tree
from autograder.sandbox.wasi import Door, Wasi, read_end, write_end
from autograder.sandbox.webassembly import ENVIRONMENT
from autograder.solver.channel import ChannelError
from autograder.solver.doors import ANSWERS, BOX, CLOCK, FORK, ORDERS, QUESTIONS, REPLIES
from autograder.solver.messages import BoxOrder, Ready, receive_message, send_message
from autograder.solver.pipes import PipeEnd

STACK = 64 * 2**20  # bytes of the thread that runs the guest
FRESH = "/box", "/tmp"  # where a submission may write; each box has its own
WARM = 16 * 2**20  # bytes that IPython and Matplotlib may write there before the first submission
LIBRARY = "/usr/local/lib/python315.zip"  # where the guest's interpreter looks; here a folder
OWN = ["IPython", "traitlets", "matplotlib_inline", "pygments", "ipython_pygments_lexers", "decorator"]
OWN += ["stack_data", "executing", "asttokens", "pure_eval", "typing_extensions", "heinit_lab"]
# The guest's interpreter takes no setting from its environment.
PROGRAM = """
import sys
sys.path.append("/course")
from solver.guest import main
main()
"""
# the module brings more than the course has: what a cell might import there and nowhere else
LEFT_OUT = ["pandas", "scipy", "sklearn", "statsmodels", "sympy", "networkx", "seaborn", "tqdm", "joblib"]


class Host:
    """One guest, and the doors of its host. orders: where the sandbox asks for boxes."""

    def __init__(self, orders: socket.socket) -> None:
        self._orders = orders
        self._ends: tuple[socket.socket, PipeEnd] | None = None  # of the session in this process's box
        self._seconds = self._last = 0.0
        machine = engine()
        module = compiled(machine)
        self._tree = Tree(files(), open=FRESH, room=WARM)
        arguments = ["python", "-c", PROGRAM]
        self._wasi = Wasi(self._tree, arguments, ENVIRONMENT)
        self._wasi.table |= {
            BOX: Door(self._box),
            FORK: Door(self._fork, self._ask),
            CLOCK: Door(_time, _clock),
        }
        self._store = wasmtime.Store(machine)
        linker = wasmtime.Linker(machine)
        self._wasi.define(linker, module)
        self._instance = linker.instantiate(self._store, module).exports(self._store)
        self._memory = self._instance["memory"]
        self._wasi.attach(self._store, self._memory)

    def run(self) -> None:
        """Run the guest to its end. A trap ends its process, in which nothing else runs."""
        with suppress(SystemExit, wasmtime.Trap):
            self._instance["_initialize"](self._store)
            self._instance["run"](self._store)
        os._exit(0)

    def _box(self, size: int) -> bytes:
        """Make boxes for as long as the sandbox asks for them; returns in the solver of each."""
        gc.collect()
        gc.freeze()
        self._wasi.chance = os.urandom
        send_message(self._orders, Ready())
        while True:
            try:
                order: BoxOrder = receive_message(self._orders, BoxOrder)
                _, (judge, answers, alive), _, _ = socket.recv_fds(self._orders, 1, 3)
            except (ChannelError, ValueError):
                os._exit(0)
            with socket.socket(fileno=judge) as sock, PipeEnd(answers) as replies, PipeEnd(alive) as life:
                if os.fork() == 0:
                    solves = False
                    try:
                        self._orders.close()
                        solves = self._become_solver(sock, replies, life, order)
                    finally:
                        if not solves:
                            os._exit(0)
                    return b"0"

    def _become_solver(self, judge: socket.socket, answers: PipeEnd, life: PipeEnd, order: BoxOrder) -> bool:
        """Fork the solver of a box: True in the solver, and False in init, once the box has ended."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        ended, runs = os.pipe()
        solver = os.fork()
        if solver == 0:
            os.setpgid(0, 0)
            life.close()
            os.close(ended)
            for name, value in order.rlimits.items():
                resource.setrlimit(getattr(resource, name), (value, value))
            self._tree.clear(FRESH, order.disk)
            self._store.set_limits(memory_size=self._memory.data_len(self._store) + order.watch)
            self._ends = socket.socket(fileno=os.dup(judge.fileno())), PipeEnd(os.dup(answers.fileno()))
            self._wasi.table[ORDERS] = read_end(self._ends[0].fileno())
            self._wasi.table[ANSWERS] = write_end(self._ends[1].fileno())
            return True
        with suppress(OSError):  # the solver may have done so, or ended
            os.setpgid(solver, solver)
        os.close(runs)
        answers.close()
        try:
            judge.send(b"!")
            hung_up = select.poll()
            hung_up.register(judge.fileno(), select.POLLHUP)
            hung_up.poll()
        finally:
            os.killpg(solver, signal.SIGKILL)
            os.read(ended, 1)  # whose other end each process of the box holds open
        return False

    def _ask(self, request: bytes) -> int:
        """The guest asks for a fork: whether it is the last, and its seconds of processor time."""
        self._last, self._seconds = map(float, request[:80].split())
        return len(request)

    def _fork(self, size: int) -> bytes:
        """Fork for a test cell, with the pipes that follow the order. Returns which process this is then."""
        if self._ends is None:
            return b"-"
        fds: list[int] = []
        try:
            _, fds, _, _ = socket.recv_fds(self._ends[0], 1, 2)
            questions, replies = fds
            child = 0 if self._last else os.fork()
        except (OSError, ValueError):
            return b"-"
        if child:
            for fd in fds:
                os.close(fd)
            return b"1"
        for end in self._ends:
            end.close()
        self._ends = None
        del self._wasi.table[ORDERS], self._wasi.table[ANSWERS]
        self._wasi.table |= {
            QUESTIONS: read_end(questions),
            REPLIES: write_end(replies),
        }
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        most = min(hard, int(resource.getrusage(resource.RUSAGE_SELF).ru_utime + self._seconds) + 1)
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        return b"0"


def _time(size: int) -> bytes:
    return str(time.process_time()).encode()[:size]


def _clock(request: bytes) -> int:
    """End this process after so many seconds of processor time from now on; 0 means never."""
    signal.setitimer(signal.ITIMER_PROF, max(0.0, float(request[:40])))
    return len(request)


def files() -> dict[str, bytes]:
    """What the guest sees: the content of each file by its path."""
    visible = {}
    with zipfile.ZipFile(io.BytesIO(pinned(ZIP))) as library:
        for name in library.namelist():
            top = name.partition("/")[0].removesuffix(".pyc")
            if top not in LEFT_OUT and not top.endswith(".dist-info") and not name.endswith("/"):
                visible[f"{LIBRARY}/{name}"] = library.read(name)
    with zipfile.ZipFile(io.BytesIO(visible.pop(f"{LIBRARY}/matplotlib/mpl-data.zip"))) as data:
        for name in data.namelist():
            if not name.endswith("/"):
                visible[f"{LIBRARY}/matplotlib/mpl-data/{name}"] = data.read(name)
    for spec in filter(None, map(find_spec, OWN)):
        origin = Path(str(spec.origin))
        whole = origin.name == "__init__.py"
        place = f"/course/{spec.name}" if whole else "/course"
        visible |= _folder(origin.parent, place, "**/*" if whole else origin.name)
    entry_points = distribution("matplotlib_inline").read_text("entry_points.txt")  # names a backend
    visible["/course/matplotlib_inline.dist-info/entry_points.txt"] = str(entry_points).encode()
    return visible | _folder(Path(__file__).resolve().parent.parent / "solver", "/course/solver", "*.py")


def _folder(folder: Path, place: str, pattern: str) -> dict[str, bytes]:
    """The files of a folder, at their places in the guest."""
    paths = (path for path in folder.glob(pattern) if path.is_file() and path.suffix != ".pyc")
    return {f"{place}/{path.relative_to(folder)}": path.read_bytes() for path in paths}


def main(fd: int) -> None:
    """Take orders on the socket `fd`."""
    threading.stack_size(STACK)  # the main thread's is too small for the guest's
    host = Host(socket.socket(fileno=fd))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for init
    thread = threading.Thread(target=host.run)
    thread.start()
    thread.join()


if __name__ == "__main__":
    main(int(sys.argv[1]))
