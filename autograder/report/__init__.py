"""The class report: what a class understood, what it did not, and whom to write to."""
