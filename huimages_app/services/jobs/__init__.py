"""Long work on many images, which survives restarts and can be undone as one.

`Jobs` creates, lists, cancels and undoes jobs; `JobRunner` does their work in a thread of each
server process, or in a command.  `kinds.py` says how to add a kind of job.
"""
