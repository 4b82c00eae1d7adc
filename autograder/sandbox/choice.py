"""Which kind of sandbox stands here: the first that starts and proves itself, namespaces before Landlock."""

from __future__ import annotations

from collections.abc import Collection

from autograder.sandbox.diagnosis import no_sandbox
from autograder.sandbox.kinds import KINDS, UNSANDBOXED, WEBASSEMBLY
from autograder.sandbox.limits import Limits
from autograder.sandbox.sandbox import MachineLimitError, Sandbox, SandboxError
from autograder.sandbox.selftest import prove
from autograder.sandbox.webassembly import GuestSandbox, prove_guest
from autograder.solver.process_limits import low_limits


def open_sandbox(limits: Limits, wall: str = "", without: Collection[str] = ()) -> Sandbox:
    """A sandbox whose walls stand.

    wall: the kind that the instructor demands; '' takes the first of KINDS that stands, UNSANDBOXED none.
    without: walls to leave out, for tests; what is left is then not proven.
    Raises SandboxError where none stands, with the reason for each.
    """
    if wall == UNSANDBOXED:
        return Sandbox(limits, UNSANDBOXED, without)
    reasons = {}
    for kind in [wall] if wall else KINDS:
        try:
            sandbox = GuestSandbox(limits) if kind == WEBASSEMBLY else Sandbox(limits, kind, without)
        except MachineLimitError:  # no other kind has what this one lacks
            raise
        except SandboxError as error:
            reasons[kind] = str(error)
            continue
        try:
            if isinstance(sandbox, GuestSandbox):
                prove_guest(sandbox)
            elif not without:
                prove(sandbox)
        except SandboxError as error:
            sandbox.close()
            reasons[kind] = str(error)
        else:
            return sandbox
    sentence = no_sandbox(reasons)
    raise SandboxError(sentence + low_limits(sentence))
