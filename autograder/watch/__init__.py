"""Grade hand-ins as they arrive, until somebody ends it.

arrivals says which hand-ins are new or changed, and whole; rounds grades them, makes their feedback and
releases it, a few at a time, and keeps the judges warm. What is done stands in the gradebook and the
feedback pages alone, so a watcher that is ended anywhere goes on where it was.
"""
