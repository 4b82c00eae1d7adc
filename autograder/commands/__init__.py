"""The verbs of `heinit`, as click commands. A command imports the rest of the package only when it runs."""
