"""The errors that a user can meet: a small family whose sentences say what to do."""


class HeinitError(Exception):
    """Something could not be done; the error's text is the sentence that the user reads."""

    exit_code = 1


class UsageError(HeinitError):
    """A command names something that does not exist or is not allowed."""

    exit_code = 2
