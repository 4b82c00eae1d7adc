"""The kinds of sandbox, by the names that instructors read and type."""

KINDS = ("namespaces", "landlock")  # in the order in which they are tried
WEBASSEMBLY = "webassembly"  # only where the instructor demands it
UNSANDBOXED = "none"  # of a run in which the instructor asked for no sandbox
