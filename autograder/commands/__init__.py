"""The verbs of `heinit`: a module each, with a click command of the same name."""
