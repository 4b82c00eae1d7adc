"""Wrong answers that are none of the named mistakes: a false name is worse than none."""
