"""The walls around a student's code: bubblewrap, limits, and the test that they stand."""

from autograder.sandbox.bubblewrap import Sandbox, SandboxError

__all__ = ["Sandbox", "SandboxError"]
