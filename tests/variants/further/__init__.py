"""Written to break the recognition, after it was there: other values of the same mistakes, odd right answers.

Some of the mistakes were not named at first and made it broader; those are no longer unseen.
"""
