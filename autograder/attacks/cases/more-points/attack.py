# The attack is in case.toml: what the notebook says of its cells.
