"""What can go wrong, as a small family whose sentences say what to do."""


class HeinitError(Exception):
    """Something could not be done; its text is the sentence that the user reads."""

    exit_code = 1


class UsageError(HeinitError):
    """The command was asked for something that does not exist or is not allowed."""

    exit_code = 2
